"""The colours that a figure has to be told; all others it takes from the theme by itself."""

from collections.abc import Iterable
from typing import Any

import streamlit as st

from mnist_core.classifiers.registry import is_ensemble, list_base_classifiers, origin_of


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


def sequential() -> list[str]:
    """The colours of amounts, from none to much."""
    return list(_option("chartSequentialColors"))


def diverging() -> list[str]:
    """The colours of differences, evenly spaced from negative to positive."""
    return list(_option("chartDivergingColors"))


def classifier_colours(names: Iterable[str]) -> dict[str, str]:
    """Each classifier's colour, the same on every page; what refines another has that one's, a vote the text's."""
    colours, bases = _categorical(), list_base_classifiers()
    return {
        name: inks()[0] if is_ensemble(name) else colours[bases.index(origin_of(name)) % len(colours)] for name in names
    }
