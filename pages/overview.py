"""Which classifier should I use?"""

import streamlit as st

from mnist_core import cached
from mnist_core.datasets import get_dataset_spec
from mnist_core.evaluation.confusion import confused_pairs
from mnist_core.figures.leaderboard import accuracy_time_figure
from pages.shared import answers, runs, sidebar, theme, words
from pages.shared.answers import Answer
from pages.shared.boundary import ensure_dashboard

ensure_dashboard(__file__)
results, classifier = sidebar.chosen()
dataset = get_dataset_spec(results.dataset)

st.title("Which classifier should I use?")
st.caption(f"Trained on {dataset.n_train:,} digits, scored on {dataset.n_test:,} others. Click a column to sort by it.")

if results.records:
    board = cached.leaderboard(results)
    best, quick, small, fast = (
        board.loc[board[column].idxmax() if column == "test_accuracy" else board[column].idxmin()]
        for column in ("test_accuracy", "fit_seconds", "model_bytes", "predict_one_seconds")
    )
    answers.show(
        (
            Answer(
                "Most accurate",
                words.percent(best.test_accuracy),
                f"95 % interval (Wilson): {words.interval(best.test_accuracy, dataset.n_test)} %.",
                best.label,
            ),
            Answer("Quickest to train", words.seconds(quick.fit_seconds), "Shortest training time.", quick.label),
            Answer("Quickest to answer", words.seconds(fast.predict_one_seconds), "One digit, one thread.", fast.label),
            Answer("Smallest", f"{small.model_bytes / 1e6:.2f} MB", "The stored model, compressed.", small.label),
        )
    )

    number, fixed = st.column_config.NumberColumn, "%.2f"
    st.dataframe(
        board.assign(
            test_accuracy=100 * board["test_accuracy"],
            interval=[
                words.interval(row.test_accuracy, results.records[row.name].n_test) for row in board.itertuples()
            ],
            train_accuracy=100 * board["train_accuracy"],
            predict_one_seconds=1000 * board["predict_one_seconds"],
            model_bytes=board["model_bytes"] / 1e6,
        ),
        column_order=(
            "label",
            "test_accuracy",
            "interval",
            "train_accuracy",
            "fit_seconds",
            "predict_seconds",
            "predict_one_seconds",
            "model_bytes",
            "remark",
        ),
        column_config={
            "label": st.column_config.TextColumn("Classifier", pinned=True),
            "test_accuracy": number("Test (%)", format=fixed, help="Test accuracy."),
            "interval": st.column_config.TextColumn("95 % interval", alignment="right", help="Wilson's interval."),
            "train_accuracy": number("Train (%)", format=fixed, help="Accuracy on the digits it was trained on."),
            "fit_seconds": number("Training (s)", format="%.1f", help="One fit on the whole training split."),
            "predict_seconds": number("10k digits (s)", format=fixed, help="Prediction of 10,000 digits, one thread."),
            "predict_one_seconds": number("One digit (ms)", format="%.3f", help="Median prediction time, one thread."),
            "model_bytes": number("Size (MB)", format=fixed, help="Stored, compressed."),
            "remark": st.column_config.TextColumn("Remark", width="large"),
        },
        hide_index=True,
        alt="Leaderboard of the classifiers",
    )

    chart, way_in = st.columns([2, 1], gap="large")
    with chart:
        st.subheader("Accuracy against training time")
        st.plotly_chart(accuracy_time_figure(board, theme.classifier_colours()), alt="Test accuracy by training time")
        st.caption(
            "Filled circles on the dotted line are the Pareto front: no other is both quicker and more accurate."
        )
    with way_in:
        st.subheader("Where to look first")
        if classifier in results.records:
            pairs = confused_pairs(cached.confusion_matrix(results, classifier))
            label = results.labels[classifier]
            query = {"dataset": dataset.name, "model": classifier}
            if len(pairs):
                true, pred, count = pairs.loc[0, ["true", "predicted", "digits"]].astype(int)
                st.markdown(f"**{label}** most often takes a **{true}** for a **{pred}**: {words.digits(count)}.")
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
    runs.show_problems(list(results.problems.values()))

# Last, when all else is on its way to the browser: the other pages will want the images.
cached.load_pixels(dataset.name)
