"""Which digits get mixed up?"""

import streamlit as st

from mnist_core import cached
from mnist_core.evaluation.confusion import class_report, confused_pairs
from mnist_core.evaluation.mistakes import select_digits, sort_digits
from mnist_core.figures.confusion import confusion_figure
from pages.shared import answers, gallery, pixels, runs, sidebar, theme, view, words
from pages.shared.answers import Answer
from pages.shared.boundary import ensure_dashboard

SHOW = {"errors": "Errors only", "counts": "Counts", "row": "By row", "column": "By column"}
DIGITS = range(10)

ensure_dashboard(__file__)
results, classifier = sidebar.chosen()
st.title("Which digits get mixed up?")
runs.require(results, classifier)
record, label = results.records[classifier], results.labels[classifier]
matrix = cached.confusion_matrix(results, classifier)
pairs = confused_pairs(matrix)
worst = (int(pairs.loc[0, "true"]), int(pairs.loc[0, "predicted"])) if len(pairs) else (0, 0)
st.caption(f"Rows are the true digit, columns what {label} said. Click a cell to see its digits.")

wrong = record.n_test - int(matrix.trace())
interval = words.interval(record.test_accuracy, record.n_test)
most_confused = f"{worst[0]} → {worst[1]}" if len(pairs) else "none"
answers.show(
    (
        Answer("Test accuracy", words.percent(record.test_accuracy), f"95 % interval (Wilson): {interval} %."),
        Answer("Mistakes", f"{wrong:,}", f"Of {record.n_test:,} test digits."),
        Answer("Most confused", most_confused, "True digit → predicted digit."),
        Answer("Trained in", words.seconds(record.fit_seconds), f"On {record.n_train:,} digits, {record.cores} cores."),
    )
)


def select_clicked_cell() -> None:
    """Put the clicked cell into the URL."""
    if points := st.session_state["matrix"].selection.points:
        true, pred = points[0]["customdata"]
        view.put(true=true, pred=pred, page=None, sample=None)


def select_clicked_pair() -> None:
    """Put the pair of the clicked row into the URL."""
    if rows := st.session_state[pairs_key].selection.rows:
        view.put(
            true=int(pairs.loc[rows[0], "true"]), pred=int(pairs.loc[rows[0], "predicted"]), page=None, sample=None
        )


true, pred = view.current("true", DIGITS, worst[0]), view.current("pred", DIGITS, worst[1])
# A key for each cell, so that the selected row is always the selected cell's.
pairs_key = f"pairs {classifier} {true} {pred}"
left, right = st.columns([5, 4], gap="large")
with left:
    show = st.segmented_control(
        "Show", list(SHOW), format_func=SHOW.__getitem__, required=True, **view.bind("show", list(SHOW), "errors")
    )
    st.plotly_chart(
        confusion_figure(matrix, show=show, selected=(true, pred), accent=theme.accent()),
        key="matrix",
        on_select=select_clicked_cell,
        selection_mode="points",
        alt=f"Confusion matrix of {label}",
    )
    pick_true, pick_pred = st.columns(2)
    pick_true.selectbox("True digit", DIGITS, **view.bind("true", DIGITS, worst[0]))
    pick_pred.selectbox("Predicted digit", DIGITS, **view.bind("pred", DIGITS, worst[1]))
with right:
    st.subheader("Most confused pairs")
    st.dataframe(
        pairs.assign(share=100 * pairs["share"]),
        column_config={
            "true": "True",
            "predicted": "Predicted",
            "digits": "Digits",
            "share": st.column_config.NumberColumn("Share (%)", format="%.1f", help="Of the true digit's test digits."),
        },
        hide_index=True,
        height=245,
        key=pairs_key,
        selection_default={
            "selection": {"rows": pairs.index[(pairs["true"] == true) & (pairs["predicted"] == pred)].tolist()}
        },
        on_select=select_clicked_pair,
        selection_mode="single-row",
        alt="Most confused pairs; select a row to see its digits",
    )
    st.subheader("Per digit")
    report = class_report(matrix)
    shares = ["precision", "recall", "f1"]
    st.dataframe(
        report.assign(**{name: 100 * report[name] for name in shares}),
        column_config={
            "digit": "Digit",
            **{
                name: st.column_config.NumberColumn(f"{title} (%)", format="%.1f")
                for name, title in zip(shares, ("Precision", "Recall", "F1"), strict=True)
            },
            "support": st.column_config.NumberColumn("Support", help="Test digits of this class."),
        },
        alt="Precision, recall, F1 and support of each digit",
    )

indices = select_digits(results.y_true, results.y_pred[classifier], true=true, predicted=pred)
st.subheader(f"{true} read as {pred} · {words.digits(len(indices))}")
if len(indices):
    pixels.show_state(results.dataset)
    gallery.show_gallery(results, classifier, sort_digits(indices, results.proba[classifier], "confidence"))
else:
    st.info(f"{label} never took a {true} for a {pred}. Choose another cell.", icon=":material/check:")
