"""Lists of digits by outcome: only A correct, only B correct, both wrong, all wrong."""

import numpy as np
import streamlit as st

from mnist_core import cached
from mnist_core.classifiers.registry import predecessors
from mnist_core.evaluation.comparison import Outcome, mistakes_by_outcome
from mnist_core.evaluation.mistakes import most_confident_mistakes, sort_digits
from pages.sections.head_to_head.differences import DIGITS
from pages.widgets import gallery, view

OUTCOMES: dict[Outcome, str] = {"a": "Only A", "b": "Only B", "both": "Both wrong", "all": "All wrong"}
CHANGES: dict[Outcome, str] = {"a": "Fixed", "b": "Newly broken"}
"""Names of the first two lists where A is a new version of B."""


def show(results: cached.Results, a: str, b: str) -> None:
    """Show the list of digits of the selected outcome, filtered by the selected cell."""
    is_new_version = b in predecessors(a)
    true, pred = view.current("true", DIGITS, "any"), view.current("pred", DIGITS, "any")
    lists = mistakes_by_outcome(results.y_true, results.y_pred, a, b)
    # A digit is in the selected cell if A or B puts it there.
    in_cell = (true == "any") | (results.y_true == true)
    in_cell &= (pred == "any") | (results[a].y_pred == pred) | (results[b].y_pred == pred)
    lists = {outcome: listed & in_cell for outcome, listed in lists.items()}
    titles = OUTCOMES | CHANGES if is_new_version else OUTCOMES
    st.subheader("Fixed and newly broken digits" if is_new_version else "Digits by outcome")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        outcome = st.segmented_control(
            "Outcome",
            list(OUTCOMES),
            format_func=lambda key: f"{titles[key]} · {lists[key].sum():,}",
            required=True,
            help=_explain(results.label(a), results.label(b), is_new_version=is_new_version),
            **view.bind("who", list(OUTCOMES), "a"),
        )
        st.selectbox("True digit", DIGITS, width=110, **view.bind("true", DIGITS, "any"))
        st.selectbox("Predicted by A or B", DIGITS, width=150, **view.bind("pred", DIGITS, "any"))
    # A tile shows the most confident of the wrong predictions that its list is about.
    names = {"a": [b], "b": [a], "both": [a, b], "all": list(results.records)}[outcome]
    most_confident, confidence, margin = most_confident_mistakes(
        np.stack([results[name].y_pred != results.y_true for name in names]),
        np.stack([results[name].confidence for name in names]),
        np.stack([results[name].margin for name in names]),
    )
    indices = sort_digits(np.flatnonzero(lists[outcome]), "confidence", confidence=confidence, margin=margin)
    if len(indices):
        gallery.show_gallery(results, indices, classifier_of=lambda index: names[most_confident[index]])
    else:
        st.info("No digit matches: choose another list or cell.", icon=":material/filter_alt_off:")
        if (true, pred) != ("any", "any"):
            st.button("Clear the cell", on_click=view.put, kwargs={"true": None, "pred": None, "page": None})


def _explain(label_a: str, label_b: str, *, is_new_version: bool) -> str:
    """Return what the lists hold."""
    all_wrong = "All wrong: no classifier is correct."
    if is_new_version:
        return (
            f"{label_a} is a new version of {label_b}. Fixed: only the new version is correct. Newly broken: "
            f"only the old version is correct. Both wrong: neither version is correct. {all_wrong}"
        )
    return (
        f"Only A, only B: only this one of the two is correct. Both wrong: neither of the two is correct. {all_wrong}"
    )
