"""What came out of comparing two classifiers, A and B, on the same digits."""

import streamlit as st

from mnist_core.evaluation.significance import LEVEL, Comparison
from mnist_core.figures.head_to_head import p_text
from pages.widgets import formatting, metric_row
from pages.widgets.metric_row import Metric


def show_verdict(found: Comparison, adjusted: float, label_a: str, label_b: str) -> None:
    """Say in one sentence who is better; `adjusted` is the p-value corrected for all pairs of classifiers."""
    better = label_a if found.difference > 0 else label_b
    if adjusted < LEVEL:
        text = f"**{better} is better**: a difference like this is more than chance, also among all pairs compared."
    elif found.p_value < LEVEL:
        text = f"**{better} seems better**, but among all pairs compared a difference like this can be chance."
    else:
        text = "**The test split cannot tell them apart**: a difference like this can be chance."
    st.markdown(text)


def show_metrics(found: Comparison, adjusted: float) -> None:
    """The difference with its interval, its p-values, and how often the two are right and agree."""
    accuracy_a, accuracy_b = ((found.both + only) / found.n for only in (found.only_a, found.only_b))
    metric_row.show(
        (
            Metric(
                "A minus B (points)",
                formatting.points(found.difference),
                f"Test accuracy in percentage points, {formatting.percent(accuracy_a)} minus "
                f"{formatting.percent(accuracy_b)}, and its 95 % interval, from a paired bootstrap "
                "over the test digits. It does not cover the randomness of training.",
                f"{formatting.points(found.low)} to {formatting.points(found.high)}",
            ),
            Metric(
                "p-value (McNemar)",
                p_text(found.p_value),
                "How often equally accurate classifiers differ at least as much: exact McNemar test, two-sided, of "
                "this pair alone; below it with Holm's correction for all pairs.",
                f"{p_text(adjusted)} among all pairs",
            ),
            Metric(
                "Only A : only B right",
                f"{found.only_a:,} : {found.only_b:,}",
                "Digits that one of the two gets right and the other wrong.",
                f"{found.neither:,} both wrong",
            ),
            Metric(
                "Same answer",
                formatting.percent(found.agreement),
                "Share of the test digits that get the same answer from both, right or wrong.",
                f"of {found.n:,} digits",
            ),
        )
    )
