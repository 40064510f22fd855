"""What do the mistakes look like?"""

import numpy as np
import streamlit as st

from mnist_core import cached
from mnist_core.base.digits import N_CLASSES
from mnist_core.evaluation.mistakes import find_mistakes, most_confident_mistakes, sort_digits
from pages.widgets import formatting, gallery, runs, sidebar, view
from pages.widgets.boundary import ensure_dashboard

WRONG = {"model": "Selected classifier", "any": "Any", "all": "All"}
SORTS = {"confidence": "Most confident first", "margin": "Smallest margin first", "index": "Index"}
DIGITS = ("any", *range(N_CLASSES))

ensure_dashboard(__file__)
results, classifier = sidebar.selected()
st.title("What do the mistakes look like?")
runs.require(results, classifier)
label = results.labels[classifier]
st.caption(
    f"Test digits that {label}, any classifier or all classifiers misclassify. Open a digit to see all probabilities."
)

with st.container(horizontal=True, vertical_alignment="bottom"):
    wrong = st.segmented_control(
        "Misclassified by",
        list(WRONG),
        format_func=WRONG.__getitem__,
        required=True,
        **view.bind("wrong", list(WRONG), "model"),
    )
    true = st.selectbox("True digit", DIGITS, width=110, **view.bind("true", DIGITS, "any"))
    pred = st.selectbox("Predicted digit", DIGITS, width=130, **view.bind("pred", DIGITS, "any"))
    sort = st.selectbox(
        "Sort", list(SORTS), format_func=SORTS.__getitem__, width=220, **view.bind("sort", list(SORTS), "confidence")
    )

# The k classifiers that the list is about: the selected one, or all.
names = [classifier] if wrong == "model" else list(results.records)
y_pred = np.stack([results[name].y_pred for name in names])  # (k, n)
mistaken = find_mistakes(results.y_true, y_pred, predicted=None if pred == "any" else pred)  # (k, n)
listed = mistaken.all(axis=0) if wrong == "all" else mistaken.any(axis=0)  # (n,)
if true != "any":
    listed &= results.y_true == true
# A tile shows the most confident of the wrong predictions of its digit; the list is sorted by it.
most_confident, confidence, margin = most_confident_mistakes(
    mistaken,
    np.stack([results[name].confidence for name in names]),
    np.stack([results[name].margin for name in names]),
)
indices = sort_digits(np.flatnonzero(listed), sort, confidence=confidence, margin=margin)

with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
    st.subheader(formatting.digits(len(indices)), width="content")
    st.download_button(
        "Download CSV",
        lambda: cached.predictions_csv(results, indices),
        file_name=f"{results.dataset}-{classifier}-mistakes.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        disabled=not len(indices),
    )
if len(indices):
    gallery.show_gallery(results, indices, classifier_of=lambda index: names[most_confident[index]])
else:
    st.info("No digit matches these filters.", icon=":material/filter_alt_off:")
    st.button("Clear the filters", on_click=view.put, kwargs={"wrong": None, "true": None, "pred": None, "page": None})
