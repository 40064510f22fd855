"""Picker of B, the classifier to compare with."""

import streamlit as st

from mnist_core import cached
from mnist_core.classifiers.registry import base_of, is_custom
from pages.widgets import view


def choose(results: cached.Results, a: str) -> str:
    """Show a picker for B and a button that swaps A and B; return B.

    By default B is the classifier that A is a custom run of, or else the one with the closest test accuracy.
    """
    others = [name for name in results.names if name != a]
    if st.query_params.get("model_b") == a:
        view.put(model_b=None)
        st.info(f"A and B were both {results.label(a)}; B is now another classifier.", icon=":material/info:")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        b = st.selectbox(
            "Compare with B",
            others,
            format_func=results.label,
            width=300,
            **view.bind("model_b", others, _default(results, a, others), always=True),
        )
        swapped = {"model": b, "model_b": a, "page": None, "sample": None}
        st.button("Swap", icon=":material/swap_horiz:", key="swap", on_click=view.put, kwargs=swapped)
    return b


def _default(results: cached.Results, a: str, others: list[str]) -> str:
    """Return the classifier that A is compared with at first."""
    accuracy = {name: record.test_accuracy for name, record in results.records.items()}
    usable = [name for name in others if name in accuracy]
    if is_custom(a) and base_of(a) in usable:
        return base_of(a)
    return min(usable, key=lambda name: abs(accuracy[name] - accuracy[a]), default=others[0])
