"""Is A really better than B?"""

from typing import Any

import numpy as np
import streamlit as st

from mnist_core import cached
from mnist_core.cached import head_to_head
from mnist_core.classifiers.registry import base_of, is_custom, predecessors
from mnist_core.evaluation.confusion import mistakes_per_digit
from mnist_core.evaluation.mistakes import sort_digits, surest_mistakes
from mnist_core.evaluation.significance import Outcome, mistakes_by_outcome
from mnist_core.figures import head_to_head as figures
from pages.sections.head_to_head import verdict
from pages.widgets import charts, gallery, runs, sidebar, tables, theme, view
from pages.widgets.boundary import ensure_dashboard

WHO: dict[Outcome, str] = {"a": "Only A", "b": "Only B", "both": "Neither", "all": "Nobody"}
# The same two lists, where A is a new version of B.
BEFORE_AND_AFTER: dict[Outcome, str] = {"a": "Fixed", "b": "Newly broken"}
MATRIX: dict[figures.Show, str] = {"difference": "Difference", "p": "p-value", "agreement": "Agreement"}
ABOUT = {
    "difference": "Accuracy of the row (A) minus that of the column (B), in percentage points.",
    "p": "Exact McNemar tests with Holm's correction. Coloured: pairs that the test split cannot tell apart.",
    "agreement": "Percentage of the test digits that get the same answer from both, right or wrong.",
}
DIGITS = ("any", *range(10))

ensure_dashboard(__file__)
results, a = sidebar.chosen()
st.title("Is A really better than B?")
label_a = results.label(a)
st.caption(f"A is {label_a}, chosen in the sidebar. Digits that only one of the two gets right tell them apart.")
runs.require(results, a)
others = [name for name in results.names if name != a]
accuracy = {name: record.test_accuracy for name, record in results.records.items()}
rivals = [name for name in others if name in accuracy]
closest = min(rivals, key=lambda name: abs(accuracy[name] - accuracy[a]), default=others[0])
if is_custom(a) and base_of(a) in rivals:  # first of all, what did the change do?
    closest = base_of(a)
if st.query_params.get("model_b") == a:
    view.put(model_b=None)
    st.info(f"A and B were both {label_a}: B is now another one.", icon=":material/info:")
with st.container(horizontal=True, vertical_alignment="bottom"):
    b = st.selectbox(
        "Compare with B",
        others,
        format_func=results.label,
        width=300,
        **view.bind("model_b", others, closest, always=True),
    )
    swapped = {"model": b, "model_b": a, "page": None, "sample": None}
    st.button("Swap", icon=":material/swap_horiz:", key="swap", on_click=view.put, kwargs=swapped)
runs.require(results, b)

found, pairs = head_to_head.comparison(results, a, b), head_to_head.pairwise(results)
adjusted = float(pairs.adjusted[pairs.names.index(a), pairs.names.index(b)])
label_b = results.labels[b]
verdict.show_verdict(found, adjusted, label_a, label_b)
verdict.show_metrics(found, adjusted)


def select_cell() -> None:
    """Put the clicked cell into the URL."""
    if points := st.session_state["matrices"].selection.points:
        true, pred = points[0]["customdata"]
        view.put(true=true, pred=pred, page=None, sample=None)


def select_pair() -> None:
    """Put the clicked pair into the URL."""
    if points := st.session_state["pairs"].selection.points:
        a, b = points[0]["customdata"]
        view.put(model=a, model_b=b, page=None, sample=None)


true, pred = view.current("true", DIGITS, "any"), view.current("pred", DIGITS, "any")
colours: dict[str, Any] = {"accent": theme.accent(), "inks": theme.inks(), "diverging": theme.diverging()}
left, right = st.columns([4, 5], gap="large")
with left:
    st.subheader("Where they differ")
    st.caption("Digits of A minus digits of B in each cell: blue where A has more, red where B has more.")
    matrices = [cached.confusion_matrix(results, name) for name in (a, b)]
    cell = None if "any" in (true, pred) else (true, pred)
    charts.show(
        figures.matrix_difference_figure(*matrices, selected=cell, **colours),
        lambda: figures.matrix_difference_frame(*matrices),
        name=f"{results.dataset}-{a}-minus-{b}",
        alt=f"Confusion matrix of {label_a} minus that of {label_b}",
        key="matrices",
        on_select=select_cell,
        selection_mode="points",
    )
with right:
    st.subheader("Per digit")
    st.caption("How many test digits of each class A reads wrong, and B.")
    tables.show_mistakes_per_digit(mistakes_per_digit(*matrices))

# A digit is in the chosen cell if A or B puts it there.
in_cell = (true == "any") | (results.y_true == true)
in_cell &= (pred == "any") | (results[a].y_pred == pred) | (results[b].y_pred == pred)
lists = {who: mask & in_cell for who, mask in mistakes_by_outcome(results.y_true, results.y_pred, a, b).items()}
refined = b in predecessors(a)
titles = WHO | BEFORE_AND_AFTER if refined else WHO
about = "Who gets a digit right: only one of the two, neither of them, or nobody among all classifiers."
if refined:
    about = (
        f"{label_a} is a new version of {label_b}. Fixed: digits that only the new one gets right. Newly broken: those "
        "that only the old one does. Neither: both are wrong. Nobody: every classifier is."
    )
st.subheader("What was fixed, and what newly broke" if refined else "The digits")
with st.container(horizontal=True, vertical_alignment="bottom"):
    who = st.segmented_control(
        "Who is right",
        list(WHO),
        format_func=lambda key: f"{titles[key]} · {lists[key].sum():,}",
        required=True,
        help=about,
        **view.bind("who", list(WHO), "a"),
    )
    st.selectbox("True digit", DIGITS, width=110, **view.bind("true", DIGITS, "any"))
    st.selectbox("A or B said", DIGITS, width=130, **view.bind("pred", DIGITS, "any"))
# The tile of a digit speaks for the surest of those whose mistake the list shows.
names = {"a": [b], "b": [a], "both": [a, b], "all": list(results.records)}[who]
speakers, confidence, margin = surest_mistakes(
    np.stack([results[name].y_pred != results.y_true for name in names]),
    np.stack([results[name].confidence for name in names]),
    np.stack([results[name].margin for name in names]),
)
indices = sort_digits(np.flatnonzero(lists[who]), "confidence", confidence=confidence, margin=margin)
if len(indices):
    gallery.show_gallery(results, indices, speaker=lambda index: names[speakers[index]])
else:
    st.info("No digit fits: choose another list or cell.", icon=":material/filter_alt_off:")
    if (true, pred) != ("any", "any"):
        st.button("Clear the cell", on_click=view.put, kwargs={"true": None, "pred": None, "page": None})

st.subheader("All pairs")
show = st.segmented_control(
    "Show of all pairs",
    list(MATRIX),
    format_func=MATRIX.__getitem__,
    required=True,
    label_visibility="collapsed",
    **view.bind("matrix", list(MATRIX), "difference"),
)
st.caption(f"{ABOUT[show]} Click a cell to compare its pair above.")
charts.show(
    figures.pairwise_figure(pairs, results.labels, show=show, selected=(a, b), **colours),
    lambda: figures.pairwise_frame(pairs),
    name=f"{results.dataset}-pairs",
    alt="Each classifier against each other; choose a cell to compare its pair",
    key="pairs",
    on_select=select_pair,
    selection_mode="points",
)
