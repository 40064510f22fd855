"""Verdict and metrics of the comparison of two classifiers, A and B, on the same digits."""

import streamlit as st

from mnist_core.evaluation.comparison import Comparison
from mnist_core.evaluation.significance import LEVEL
from mnist_core.figures.head_to_head import p_text
from pages.widgets import formatting, metric_row
from pages.widgets.metric_row import Metric


def show_verdict(found: Comparison, adjusted: float, label_a: str, label_b: str) -> None:
    """State which classifier is better, if the difference is significant.

    Parameters
    ----------
    adjusted : float
        The p-value after Holm correction for all pairs of classifiers.
    """
    better = label_a if found.difference > 0 else label_b
    if adjusted < LEVEL:
        text = f"**{better} is better**: the difference is significant, also after Holm correction for all pairs."
    elif found.p_value < LEVEL:
        text = (
            f"**{better} seems better**: the difference is significant for this pair alone, but not after Holm"
            " correction for all pairs."
        )
    else:
        text = f"**Not significant (p = {p_text(found.p_value)})**: the difference can be due to chance."
    st.markdown(text)


def show_metrics(found: Comparison, adjusted: float) -> None:
    """Show the difference in accuracy, its p-values, the discordant digits and the agreement.

    `adjusted` is the p-value after Holm correction for all pairs of classifiers.
    """
    accuracy_a, accuracy_b = ((found.both_right + only) / found.n for only in (found.only_a, found.only_b))
    metric_row.show(
        (
            Metric(
                "A − B (points)",
                formatting.points(found.difference),
                f"Difference in test accuracy in percentage points: {formatting.percent(accuracy_a)} − "
                f"{formatting.percent(accuracy_b)}. Below: 95 % confidence interval from a paired bootstrap over the "
                "test digits. It does not cover the randomness of training.",
                f"{formatting.points(found.low)} to {formatting.points(found.high)}",
            ),
            Metric(
                "p-value (McNemar)",
                p_text(found.p_value),
                "Probability of a difference at least as large between equally accurate classifiers. Exact two-sided "
                "McNemar test of this pair alone. Below: after Holm correction for all pairs.",
                f"{p_text(adjusted)} for all pairs",
            ),
            Metric(
                "Only A : only B correct",
                f"{found.only_a:,} : {found.only_b:,}",
                "Digits that only A or only B classifies correctly.",
                f"{found.both_wrong:,} both wrong",
            ),
            Metric(
                "Agreement",
                formatting.percent(found.agreement),
                "Share of the test digits with the same prediction by A and B, correct or wrong.",
                f"of {found.n:,} digits",
            ),
        )
    )
