"""Filtered list of the digits whose label the selected classifier disagrees with."""

import numpy as np
import streamlit as st

from mnist_core import cached
from mnist_core.base.digits import N_CLASSES
from mnist_core.cached import label_issues
from mnist_core.evaluation.label_issues import Disagreement, has_disagreement
from pages.widgets import formatting, gallery, view

LISTS = {"suspects": "Suspected label errors", "disputed": "All disagreements"}
FILE_NAMES = {"suspects": "suspected-label-errors", "disputed": "disagreements"}
DISAGREEMENTS: dict[Disagreement, str] = {"any": "Any", "most": "Most", "all": "All"}
DIGITS = ("any", *range(N_CLASSES))


def show(results: cached.Results, classifier: str) -> None:
    """Show the filters, and the gallery of the digits that match them, with a CSV file.

    The query parameters `list`, `agree`, `true` and `pred` hold the filters.
    """
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = st.segmented_control(
            "List",
            list(LISTS),
            format_func=LISTS.__getitem__,
            required=True,
            help="Suspected label errors, or every digit whose label differs from the prediction.",
            **view.bind("list", list(LISTS), "suspects"),
        )
        disagreement = st.segmented_control(
            "Disagreeing classifiers",
            list(DISAGREEMENTS),
            format_func=DISAGREEMENTS.__getitem__,
            required=True,
            help=f"How many classifiers disagree with the label.{ensembles_excluded(results)}",
            **view.bind("agree", list(DISAGREEMENTS), "any"),
        )
        true = st.selectbox("Label", DIGITS, width=84, **view.bind("true", DIGITS, "any"))
        pred = st.selectbox("Predicted", DIGITS, width=84, **view.bind("pred", DIGITS, "any"))
    list_indices = label_issues.list_label_issues if kind == "suspects" else label_issues.list_disagreements
    listed = list_indices(results, classifier)
    if not len(listed):
        found = "suspected label errors" if kind == "suspects" else "disagreements"
        st.info(f"{results.labels[classifier]} has no {found} in this split.", icon=":material/check:")
        return
    matches = np.ones(len(listed), dtype=bool)
    if disagreement != "any":  # The selected classifier disagrees in any case, but is not counted if it is an ensemble.
        counts = label_issues.count_disagreements(results)[listed]
        matches = has_disagreement(counts, len(results.single_classifiers), disagreement)
    matches &= (true == "any") | (results.y_true[listed] == true)
    matches &= (pred == "any") | (results[classifier].y_pred[listed] == pred)
    _show_gallery(results, classifier, listed[matches], kind)


def ensembles_excluded(results: cached.Results) -> str:
    """Return a sentence for tooltips, with a space before it: ensembles are not counted. Empty without ensembles."""
    return " Ensembles are excluded." if len(results.single_classifiers) < len(results.records) else ""


def _show_gallery(results: cached.Results, classifier: str, indices: np.ndarray, kind: str) -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.subheader(formatting.digits(len(indices)), width="content")
        st.download_button(
            "Download CSV",
            lambda: label_issues.label_issues_csv(results, classifier, indices),
            file_name=f"{results.dataset}-{results.split}-{classifier}-{FILE_NAMES[kind]}.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
            disabled=not len(indices),
        )
    if len(indices):
        st.caption("Sorted by the probability of the label, lowest first.")
        gallery.show_gallery(results, indices, classifier_of=lambda _: classifier, labels_in_question=True)
    else:
        st.info("No digit matches these filters.", icon=":material/filter_alt_off:")
        cleared = {"agree": None, "true": None, "pred": None, "page": None}
        st.button("Clear the filters", on_click=view.put, kwargs=cleared)
