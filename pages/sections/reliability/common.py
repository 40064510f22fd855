"""Axes, colors and file names, shared by the sections of the Reliability page."""

from collections.abc import Sequence

import streamlit as st

from mnist_core import cached
from pages.widgets import theme, view

AXES = {"corner": "Logarithmic error scale", "plain": "0 to 100 %"}


def drop_from_comparison(classifier: str) -> None:
    """Remove the selected classifier from the query parameter `compare`.

    It is there if it was compared and has just been selected.
    """
    compared = st.query_params.get("compare", "").split(",")
    if classifier in compared:
        view.put(compare=",".join(name for name in compared if name != classifier) or None)


def choose_axes() -> bool:
    """Show the picker of the axes. Return whether they have a logarithmic error scale."""
    axes = st.segmented_control(
        "Axes",
        list(AXES),
        format_func=AXES.__getitem__,
        required=True,
        help="On the logarithmic error scale, 90 to 99 % is as long as 99 to 99.9 %.",
        **view.bind("axes", list(AXES), "corner"),
    )
    return axes == "corner"


def label_colours(results: cached.Results, names: Sequence[str]) -> dict[str, str]:
    """Return the colors of classifiers by label."""
    colours = theme.classifier_colours(names)
    return {results.labels[name]: colours[name] for name in names}


def file_name(results: cached.Results, names: Sequence[str], content: str) -> str:
    """Return the name of the CSV file of a figure, without extension."""
    return f"{results.dataset}-{'-'.join(names)}-{content}"
