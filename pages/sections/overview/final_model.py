"""Final model: the classifier that cross-validation selects."""

import pandas as pd
import streamlit as st

from mnist_core import cached
from mnist_core.datasets import get_dataset_spec
from mnist_core.evaluation import selection
from pages.widgets import formatting


def show_final_model(results: cached.Results, board: pd.DataFrame) -> None:
    """Show the classifier that cross-validation selects and its test accuracy, or how to cross-validate.

    `board` is the table of `cached.leaderboard`.
    """
    with st.container(border=True):
        name = cached.final_model(results)
        folds = results[name].record.cross_validation if name else None
        if folds is None:
            st.markdown(
                "**Final model**: none yet. It is selected by cross-validation on the training split."
                " Run in a terminal:"
            )
            st.code(f"python -m mnist_core cv --all --dataset {results.dataset}", language="bash")
            return
        row = board.set_index("name").loc[name]
        selected, reason = st.columns([1, 3], vertical_alignment="center")
        selected.metric("Final model", row.label)
        with reason:
            lowest, highest = 100 * min(folds.accuracies), 100 * max(folds.accuracies)
            n_test = get_dataset_spec(results.dataset).n_test
            st.markdown(
                f"Selected by {selection.RULE}: **{formatting.percent(folds.accuracy)}** over"
                f" {len(folds.sizes)} stratified folds ({lowest:.2f} to {highest:.2f}),"
                f" the best of {board.cv_accuracy.count()}. On the test set, which was not used for selection,"
                f" its accuracy is **{formatting.percent_interval(row.test_accuracy, n_test)}**."
            )
