"""Which digits get mixed up?"""

import numpy as np
import streamlit as st

from mnist_core import cached
from mnist_core.base.digits import N_CLASSES
from mnist_core.evaluation.confusion import cells_table, class_report, confused_pairs
from mnist_core.evaluation.mistakes import sort_digits
from mnist_core.figures.confusion import confusion_figure
from pages.sections.confusion import tables
from pages.sections.confusion.metrics import show_metrics
from pages.widgets import charts, formatting, gallery, runs, sidebar, theme, view
from pages.widgets.boundary import ensure_dashboard

SHOW = {"errors": "Errors only", "counts": "Counts", "row": "By row", "column": "By column"}
DIGITS = range(N_CLASSES)

ensure_dashboard(__file__)
results, classifier = sidebar.selected()
st.title("Which digits get mixed up?")
runs.require(results, classifier)
record, label = results[classifier].record, results.labels[classifier]
matrix = cached.confusion_matrix(results, classifier)
pairs = confused_pairs(matrix)
worst = (int(pairs.loc[0, "true"]), int(pairs.loc[0, "predicted"])) if len(pairs) else (0, 0)
st.caption(f"Rows are true digits, columns are digits predicted by {label}. Click a cell to see its digits.")

most_confused = f"{worst[0]} → {worst[1]}" if len(pairs) else "none"
show_metrics(record, record.n_test - int(matrix.trace()), most_confused)


def select_clicked_cell() -> None:
    """Put the clicked cell into the URL."""
    if points := st.session_state["matrix"].selection.points:
        true, pred = points[0]["customdata"]
        view.put(true=true, pred=pred, page=None, sample=None)


def select_clicked_pair() -> None:
    """Put the pair of the clicked row into the URL."""
    if rows := st.session_state[pairs_key].selection.rows:
        true, pred = int(pairs.loc[rows[0], "true"]), int(pairs.loc[rows[0], "predicted"])
        view.put(true=true, pred=pred, page=None, sample=None)


true, pred = view.current("true", DIGITS, worst[0]), view.current("pred", DIGITS, worst[1])
# One key per cell, so that the selected row is always that of the selected cell.
pairs_key = f"pairs {classifier} {true} {pred}"
left, right = st.columns([5, 4], gap="large")
with left:
    show = st.segmented_control(
        "Show", list(SHOW), format_func=SHOW.__getitem__, required=True, **view.bind("show", list(SHOW), "errors")
    )
    charts.show(
        confusion_figure(matrix, show=show, selected=(true, pred), accent=theme.accent(), inks=theme.inks()),
        lambda: cells_table(matrix),
        name=f"{results.dataset}-{classifier}-confusion",
        alt=f"Confusion matrix of {label}",
        key="matrix",
        on_select=select_clicked_cell,
        selection_mode="points",
    )
    pick_true, pick_pred = st.columns(2)
    pick_true.selectbox("True digit", DIGITS, **view.bind("true", DIGITS, worst[0], always=True))
    pick_pred.selectbox("Predicted digit", DIGITS, **view.bind("pred", DIGITS, worst[1], always=True))
with right:
    st.subheader("Most confused pairs")
    tables.show_pairs(pairs, (true, pred), key=pairs_key, on_select=select_clicked_pair)
    st.subheader("Per digit")
    tables.show_class_report(class_report(matrix))

indices = np.flatnonzero((results.y_true == true) & (results[classifier].y_pred == pred))
st.subheader(f"True {true}, predicted {pred} · {formatting.digits(len(indices))}")
if len(indices):
    certainty = {"confidence": results[classifier].confidence, "margin": results[classifier].margin}
    indices = sort_digits(indices, "confidence", **certainty)
    gallery.show_gallery(results, indices, classifier_of=lambda _: classifier)
else:
    st.info(f"{label} predicts no {true} as {pred}. Select another cell.", icon=":material/check:")
