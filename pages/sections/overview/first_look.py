"""Links from the selected classifier to its most frequent confusion, its errors and the Draw page."""

import streamlit as st

from mnist_core import cached
from mnist_core.evaluation.confusion import confused_pairs
from pages.widgets import formatting


def show(results: cached.Results, classifier: str) -> None:
    """Show the most frequent confusion of a classifier and links to look closer."""
    if classifier not in results.records:
        st.markdown("The selected classifier has no usable run; see below.")
        return
    label, query = results.labels[classifier], {"dataset": results.dataset, "model": classifier}
    pairs = confused_pairs(cached.confusion_matrix(results, classifier))
    if len(pairs):
        true, pred, count = pairs.loc[0, ["true", "predicted", "digits"]].astype(int)
        st.markdown(
            f"The most frequent confusion of **{label}** is true **{true}**, predicted **{pred}**:"
            f" {formatting.digits(count)}."
        )
        cell = query | {"true": str(true), "pred": str(pred)}
        st.page_link("pages/confusion.py", label=f"True {true}, predicted {pred}", query_params=cell)
    st.page_link("pages/errors.py", label=f"All errors of {label}", query_params=query)
    st.page_link("pages/draw.py", label="Draw a digit for all classifiers", query_params=query)
