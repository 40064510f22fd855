"""Which classifier should I use?"""

import streamlit as st

from mnist_core import cached
from mnist_core.datasets import get_dataset_spec
from mnist_core.figures.leaderboard import accuracy_time_figure
from pages.sections.overview import first_look, leaderboard
from pages.sections.overview.final_model import show_final_model
from pages.widgets import charts, formatting, metric_row, runs, sidebar, theme
from pages.widgets.boundary import ensure_dashboard
from pages.widgets.metric_row import Metric

ensure_dashboard(__file__)
results, classifier = sidebar.selected()
dataset = get_dataset_spec(results.dataset)

st.title("Which classifier should I use?")
sizes = f"Trained on {dataset.n_train:,} digits, evaluated on {dataset.n_test:,} test digits."
st.caption(f"{sizes} Click a column to sort by it." if results.records else dataset.remark)

if results.records:
    board = cached.leaderboard(results)
    show_final_model(results, board)
    quick, small, fast = (
        board.loc[board[column].idxmin()] for column in ("fit_seconds", "model_bytes", "predict_one_seconds")
    )
    metric_row.show(
        (
            Metric("Fastest training", formatting.seconds(quick.fit_seconds), leaderboard.FIT, quick.label),
            Metric(
                "Fastest prediction", formatting.seconds(fast.predict_one_seconds), "One digit, one thread.", fast.label
            ),
            Metric("Smallest", f"{small.model_bytes / 1e6:.2f} MB", leaderboard.SIZE, small.label),
        )
    )
    leaderboard.show_leaderboard(board, dataset.n_test)

    chart, links = st.columns([2, 1], gap="large")
    with chart:
        st.subheader("Accuracy against training time")
        charts.show(
            accuracy_time_figure(board, theme.classifier_colours(board["name"])),
            lambda: board,
            name=f"{dataset.name}-leaderboard",
            alt="Test accuracy by training time",
        )
        st.caption("Filled: Pareto front (no other is both faster and more accurate). Bars: 95 % confidence intervals.")
    with links:
        st.subheader("Where to look first")
        first_look.show(results, classifier)
else:
    st.info("No classifier has a usable run on this dataset yet. Train one below, or choose another dataset.")

if results.problems:
    st.subheader("Not available")
    runs.show_problems(results, list(results.problems.values()))

if results.records:
    # Start to load the images, which other pages need, after everything else has been sent to the browser.
    cached.load_pixels(dataset.name, "test")
