"""Which classifier should I use?"""

import pandas as pd
import streamlit as st

from mnist_core import cached
from mnist_core.datasets import get_dataset_spec
from mnist_core.evaluation import selection
from mnist_core.evaluation.confusion import confused_pairs
from mnist_core.figures.leaderboard import accuracy_time_figure
from pages.widgets import charts, formatting, metric_row, runs, sidebar, tables, theme
from pages.widgets.boundary import ensure_dashboard
from pages.widgets.metric_row import Metric


def show_final_model(board: pd.DataFrame) -> None:
    """Which classifier cross-validation chooses, and what it then scored on the test split."""
    with st.container(border=True):
        name = cached.final_model(results)
        folds = results[name].record.cross_validation if name else None
        if folds is None:
            st.markdown("**Final model**: none yet. Cross-validation on the training split chooses it. In a terminal:")
            st.code(f"python -m mnist_core cv --all --dataset {results.dataset}", language="bash")
            return
        row = board.set_index("name").loc[name]
        chosen, why = st.columns([1, 3], vertical_alignment="center")
        chosen.metric("Final model", row.label)
        with why:
            lowest, highest = 100 * min(folds.accuracies), 100 * max(folds.accuracies)
            scored = formatting.percent_interval(row.test_accuracy, dataset.n_test)
            st.markdown(
                f"Chosen by {selection.RULE}: **{formatting.percent(folds.accuracy)}** over"
                f" {len(folds.sizes)} stratified folds ({lowest:.2f} to {highest:.2f}),"
                f" the best of {board.cv_accuracy.count()}."
                f" On the test split, which chose nothing, it scored **{scored}**."
            )


ensure_dashboard(__file__)
results, classifier = sidebar.chosen()
dataset = get_dataset_spec(results.dataset)

st.title("Which classifier should I use?")
sizes = f"Trained on {dataset.n_train:,} digits, scored on {dataset.n_test:,} others."
st.caption(f"{sizes} Click a column to sort by it." if results.records else dataset.remark)

if results.records:
    board = cached.leaderboard(results)
    show_final_model(board)
    quick, small, fast = (
        board.loc[board[column].idxmin()] for column in ("fit_seconds", "model_bytes", "predict_one_seconds")
    )
    metric_row.show(
        (
            Metric("Fastest training", formatting.seconds(quick.fit_seconds), tables.FIT, quick.label),
            Metric(
                "Fastest prediction", formatting.seconds(fast.predict_one_seconds), "One digit, one thread.", fast.label
            ),
            Metric("Smallest", f"{small.model_bytes / 1e6:.2f} MB", tables.SIZE, small.label),
        )
    )
    tables.show_leaderboard(board, dataset.n_test)

    chart, way_in = st.columns([2, 1], gap="large")
    with chart:
        st.subheader("Accuracy against training time")
        charts.show(
            accuracy_time_figure(board, theme.classifier_colours(board["name"])),
            lambda: board,
            name=f"{dataset.name}-leaderboard",
            alt="Test accuracy by training time",
        )
        st.caption(
            "Filled circles are the Pareto front: none is both faster and more accurate. Bars are 95 % intervals."
        )
    with way_in:
        st.subheader("Where to look first")
        if classifier in results.records:
            pairs = confused_pairs(cached.confusion_matrix(results, classifier))
            label = results.labels[classifier]
            query = {"dataset": dataset.name, "model": classifier}
            if len(pairs):
                true, pred, count = pairs.loc[0, ["true", "predicted", "digits"]].astype(int)
                st.markdown(f"**{label}** most often takes a **{true}** for a **{pred}**: {formatting.digits(count)}.")
                cell = query | {"true": str(true), "pred": str(pred)}
                st.page_link("pages/confusion.py", label=f"See {true} read as {pred}", query_params=cell)
            st.page_link("pages/errors.py", label=f"All mistakes of {label}", query_params=query)
            st.page_link("pages/draw.py", label="Draw a digit for all of them", query_params=query)
        else:
            st.markdown("The chosen classifier has no usable run; see below.")
else:
    st.info("No classifier has a usable run on this dataset yet. Train one below, or choose another dataset.")

if results.problems:
    st.subheader("Not shown")
    runs.show_problems(results, list(results.problems.values()))

if results.records:
    # Last, when all else is on its way to the browser: the other pages will want the images.
    cached.load_pixels(dataset.name, "test")
