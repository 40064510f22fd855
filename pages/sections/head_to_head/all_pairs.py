"""Matrix of all pairs of classifiers."""

import streamlit as st

from mnist_core import cached
from mnist_core.evaluation.comparison import Pairwise
from mnist_core.figures.head_to_head import Show, pairwise_figure, pairwise_frame
from pages.widgets import charts, theme, view

MATRICES: dict[Show, str] = {"difference": "Difference", "p": "p-value", "agreement": "Agreement"}
CAPTIONS: dict[Show, str] = {
    "difference": "Accuracy of the row (A) − accuracy of the column (B), in percentage points.",
    "p": "p-values of exact McNemar tests after Holm correction. Colored: pairs whose difference is not significant.",
    "agreement": "Percentage of the test digits with the same prediction by both, correct or wrong.",
}


def show(results: cached.Results, pairs: Pairwise, a: str, b: str) -> None:
    """Show the difference, p-value or agreement of every pair, with the pair of A and B selected."""
    st.subheader("All pairs")
    matrix = st.segmented_control(
        "Matrix of all pairs",
        list(MATRICES),
        format_func=MATRICES.__getitem__,
        required=True,
        label_visibility="collapsed",
        **view.bind("matrix", list(MATRICES), "difference"),
    )
    st.caption(f"{CAPTIONS[matrix]} Click a cell to compare its pair above.")
    charts.show(
        pairwise_figure(
            pairs,
            results.labels,
            show=matrix,
            selected=(a, b),
            accent=theme.accent(),
            inks=theme.inks(),
            diverging=theme.diverging(),
        ),
        lambda: pairwise_frame(pairs),
        name=f"{results.dataset}-pairs",
        alt="Matrix of all pairs of classifiers; click a cell to compare its pair",
        key="pairs",
        on_select=_select_pair,
        selection_mode="points",
    )


def _select_pair() -> None:
    """Put the clicked pair into the URL."""
    if points := st.session_state["pairs"].selection.points:
        a, b = points[0]["customdata"]
        view.put(model=a, model_b=b, page=None, sample=None)
