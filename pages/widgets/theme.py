"""Theme colors for figures: those that Plotly does not take from Streamlit's theme."""

from collections.abc import Iterable
from typing import Any

import streamlit as st

from mnist_core.classifiers.registry import is_ensemble, list_base_classifiers, origin_of


def _option(name: str) -> Any:
    return st.get_option(f"theme.{st.context.theme.type or 'light'}.{name}")


def _categorical() -> list[str]:
    return list(_option("chartCategoricalColors"))


def inks() -> tuple[str, str]:
    """Return the colors of text and background."""
    return _option("textColor"), _option("backgroundColor")


def accent() -> str:
    """Return the color of what is selected or wrong."""
    return _categorical()[1]


def split_colours() -> dict[str, str]:
    """Return the colors of the training split (lighter) and the test split."""
    return {"train": _option("chartSequentialColors")[3], "test": _categorical()[0]}


def sequential() -> list[str]:
    """Return the colors of a sequential scale, lowest value first."""
    return list(_option("chartSequentialColors"))


def diverging() -> list[str]:
    """Return the colors of a diverging scale, evenly spaced, most negative value first."""
    return list(_option("chartDivergingColors"))


def classifier_colours(names: Iterable[str]) -> dict[str, str]:
    """Return the color of each classifier, the same on every page.

    A refined classifier has the color of the one that it refines. Ensembles have the color of text.
    """
    colours, bases = _categorical(), list_base_classifiers()
    return {
        name: inks()[0] if is_ensemble(name) else colours[bases.index(origin_of(name)) % len(colours)] for name in names
    }
