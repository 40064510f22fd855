"""Row of bordered metrics."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st


@dataclass(frozen=True)
class Metric:
    """One metric.

    Attributes
    ----------
    label, value : str
    help : str
        Tooltip: the definition or the confidence interval.
    note : str or None
        Text below the value.
    """

    label: str
    value: str
    help: str
    note: str | None = None


def show(metrics: Sequence[Metric]) -> None:
    """Show metrics side by side, two in a row on a narrow screen."""
    with st.container(horizontal=True, gap="small"):
        for metric in metrics:
            st.metric(
                metric.label,
                metric.value,
                metric.note,
                delta_color="off",
                delta_arrow="off",
                help=metric.help,
                border=True,
                width="stretch",
            )
