"""What the views of the Reliability page share."""

from collections.abc import Sequence

import streamlit as st

from mnist_core import cached
from pages.widgets import theme, view

AXES = {"corner": "Towards perfect", "plain": "0 to 100 %"}
SPACING = "Axes that go towards perfect are logarithmic: from 99 to 99.9 % is as far as from 90 to 99 %."


def leave_out_of_comparison(classifier: str) -> None:
    """Take the chosen classifier out of those that the link compares it with: it has just been chosen among them."""
    asked = st.query_params.get("compare", "").split(",")
    if classifier in asked:
        view.put(compare=",".join(name for name in asked if name != classifier) or None)


def choose_axes() -> bool:
    """Whether the axes are logarithmic towards the ideal corner."""
    axes = st.segmented_control(
        "Axes", list(AXES), format_func=AXES.__getitem__, required=True, **view.bind("axes", list(AXES), "corner")
    )
    return axes == "corner"


def label_colours(results: cached.Results, names: Sequence[str]) -> dict[str, str]:
    """The classifiers' colours, by label."""
    every = theme.classifier_colours(names)
    return {results.labels[name]: every[name] for name in names}


def file_name(results: cached.Results, names: Sequence[str], what: str) -> str:
    """What to call the data behind a figure."""
    return f"{results.dataset}-{'-'.join(names)}-{what}"
