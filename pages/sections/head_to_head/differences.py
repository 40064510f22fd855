"""Differences between A and B: in each cell of the confusion matrix, and in the errors per digit."""

from typing import Literal

import pandas as pd
import streamlit as st

from mnist_core import cached
from mnist_core.base.digits import N_CLASSES
from mnist_core.evaluation.confusion import mistakes_per_digit
from mnist_core.figures.head_to_head import matrix_difference_figure, matrix_difference_frame
from pages.widgets import charts, theme, view

DIGITS: tuple[Literal["any"] | int, ...] = ("any", *range(N_CLASSES))


def show(results: cached.Results, a: str, b: str) -> None:
    """Show confusion matrix A minus confusion matrix B, and the errors of both for each digit."""
    true, pred = view.current("true", DIGITS, "any"), view.current("pred", DIGITS, "any")
    selected = None if true == "any" or pred == "any" else (true, pred)
    matrix_a, matrix_b = (cached.confusion_matrix(results, name) for name in (a, b))
    left, right = st.columns([4, 5], gap="large")
    with left:
        st.subheader("Where they differ")
        st.caption("Difference in counts (A − B) in each cell: blue where A has more digits, red where B has more.")
        charts.show(
            matrix_difference_figure(
                matrix_a,
                matrix_b,
                selected=selected,
                accent=theme.accent(),
                inks=theme.inks(),
                diverging=theme.diverging(),
            ),
            lambda: matrix_difference_frame(matrix_a, matrix_b),
            name=f"{results.dataset}-{a}-minus-{b}",
            alt=f"Confusion matrix of {results.labels[a]} minus that of {results.labels[b]}",
            key="matrices",
            on_select=_select_cell,
            selection_mode="points",
        )
    with right:
        st.subheader("Per digit")
        st.caption("Test digits of each class that A and B misclassify.")
        _show_mistakes(mistakes_per_digit(matrix_a, matrix_b))


def _select_cell() -> None:
    """Put the clicked cell into the URL."""
    if points := st.session_state["matrices"].selection.points:
        true, pred = points[0]["customdata"]
        view.put(true=true, pred=pred, page=None, sample=None)


def _show_mistakes(mistakes: pd.DataFrame) -> None:
    """Show the table of `evaluation.confusion.mistakes_per_digit`."""
    number = st.column_config.NumberColumn
    st.dataframe(
        mistakes.rename(columns={"mistakes_a": "A wrong", "mistakes_b": "B wrong"}),
        column_config={
            "digit": "Digit",
            "difference": number("A − B", format="%d", help="Negative: A makes fewer errors."),
            "support": number("Support", help="Test digits of this class."),
        },
        alt="Errors of A and of B by digit",
    )
