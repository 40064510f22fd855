"""A row of bordered metrics that carries a page's answer."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st


@dataclass(frozen=True)
class Metric:
    """One metric: what it is, its value, a note below it, and its definition or interval."""

    label: str
    value: str
    help: str
    note: str | None = None


def show(answers: Sequence[Metric]) -> None:
    """The metrics side by side, two a row where there is little room."""
    with st.container(horizontal=True, gap="small"):
        for answer in answers:
            st.metric(
                answer.label,
                answer.value,
                answer.note,
                delta_color="off",
                delta_arrow="off",
                help=answer.help,
                border=True,
                width="stretch",
            )
