"""The colours that a figure has to be told; all others it takes from the theme by itself."""

from typing import Any

import streamlit as st

from mnist_core.classifiers.registry import list_classifiers


def _option(name: str) -> Any:
    return st.get_option(f"theme.{st.context.theme.type or 'light'}.{name}")


def _categorical() -> list[str]:
    return list(_option("chartCategoricalColors"))


def inks() -> tuple[str, str]:
    """The colours of text and background."""
    return _option("textColor"), _option("backgroundColor")


def accent() -> str:
    """The colour of what is selected or wrong."""
    return _categorical()[1]


def split_colours() -> dict[str, str]:
    """The colours of the training split and, fuller, of the test split."""
    return {"train": _option("chartSequentialColors")[3], "test": _categorical()[0]}


def diverging() -> list[str]:
    """The colours of differences, evenly spaced from negative to positive."""
    return list(_option("chartDivergingColors"))


def classifier_colours() -> dict[str, str]:
    """Each classifier's colour, the same on every page."""
    colours = _categorical()
    return {name: colours[place % len(colours)] for place, name in enumerate(list_classifiers())}
