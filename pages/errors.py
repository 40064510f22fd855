"""What do the mistakes look like?"""

import numpy as np
import streamlit as st

from mnist_core import cached
from mnist_core.evaluation.mistakes import select_digits, sort_digits
from pages.shared import gallery, pixels, runs, sidebar, view, words
from pages.shared.boundary import ensure_dashboard

WRONG = {"model": "This classifier", "any": "Any", "all": "All"}
SORTS = {"confidence": "Most confident first", "margin": "Smallest margin first", "index": "Index"}
DIGITS = ("any", *range(10))

ensure_dashboard(__file__)
results, classifier = sidebar.chosen()
st.title("What do the mistakes look like?")
runs.require(results, classifier)
label, y_pred = results.labels[classifier], results.y_pred[classifier]
st.caption(f"Prediction, confidence and margin are those of {label}. Open a digit to see all.")

with st.container(horizontal=True, vertical_alignment="bottom"):
    wrong = st.segmented_control(
        "Who is wrong",
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

mistaken = np.stack([answers != results.y_true for answers in results.y_pred.values()])
among = {
    "model": y_pred != results.y_true,
    "any": mistaken.any(axis=0),
    "all": mistaken.all(axis=0),
}[wrong]
indices = select_digits(
    results.y_true,
    y_pred,
    true=None if true == "any" else true,
    predicted=None if pred == "any" else pred,
    among=among,
)
indices = sort_digits(indices, results.proba[classifier], sort)

with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
    st.subheader(words.digits(len(indices)), width="content")
    st.download_button(
        "Download CSV",
        lambda: cached.votes_csv(results, indices),
        file_name=f"{results.dataset}-{classifier}-mistakes.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        disabled=not len(indices),
    )
if len(indices):
    pixels.show_state(results.dataset)
    gallery.show_gallery(results, classifier, indices)
else:
    st.info("No digit fits these filters.", icon=":material/filter_alt_off:")
    st.button("Clear the filters", on_click=view.put, kwargs={"wrong": None, "true": None, "pred": None, "page": None})
