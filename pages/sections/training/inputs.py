"""Widgets for single hyperparameters. Each is bound to a query parameter."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import streamlit as st

from mnist_core.classifiers.hyperparameters import display_name, value_text
from mnist_core.images.transforms import AUGMENTING, TRANSFORMS
from pages.widgets import view


def options_of(value: Any, grid: Sequence[Any]) -> list[Any]:
    """Return the values to choose from: those of the search space and the present one. Numbers are in order."""
    if isinstance(value, Mapping) or not grid:
        return [value]
    options = [*grid, *([value] if value not in grid else [])]
    return sorted(options) if all(map(_is_number, options)) else options


def choose_value(parameter: str, name: str, value: Any, options: list[Any]) -> Any:
    """Show a toggle, a slider or a selectbox for a hyperparameter, and return the selected value.

    Parameters
    ----------
    parameter : str
        The query parameter.
    name : str
        The hyperparameter.
    value
        The initial value, one of `options`.
    """
    bound = view.bind(parameter, options, value)
    label, about = display_name(name), f"`{name}`. Initial value: {value_text(value)}."
    if all(isinstance(option, bool) for option in options):
        return st.toggle(label, help=about, **bound)
    if all(map(_is_number, options)):
        return st.select_slider(label, options, format_func=value_text, help=about, **bound)
    return st.selectbox(label, options, format_func=value_text, help=about, **bound)


def choose_amounts(parameter: str, name: str, present: Mapping[str, float]) -> dict[str, float]:
    """Show a slider for the amount of each transform of an augmentation, and return the selected amounts.

    Parameters
    ----------
    parameter : str
        The query parameters are this one, a dot and the name of the transform.
    name : str
        The hyperparameter.
    present : mapping of transform to float
        The initial amounts; 0 for the other transforms.
    """
    st.markdown(f"**{display_name(name)}**")
    amounts, places = {}, two_columns()
    for transform in (TRANSFORMS[name] for name in AUGMENTING):
        value = _rounded(present.get(transform.name, 0))
        options = sorted({value, *(_rounded(transform.severities[1] * step / 8) for step in range(9))})
        with next(places):
            amounts[transform.name] = st.select_slider(
                f"{transform.label} ({transform.unit})",
                options,
                format_func=value_text,
                help=f"{transform.about} The amount is random for each digit, up to this one.",
                **view.bind(f"{parameter}.{transform.name}", options, value),
            )
    return {transform: amount for transform, amount in amounts.items() if amount or transform in present}


def two_columns() -> Iterator[Any]:
    """Yield places for widgets: two columns, row by row."""
    while True:
        yield from st.columns(2, gap="medium", vertical_alignment="bottom")


def _rounded(amount: float) -> float:
    """Round an amount to four decimals, and to an int if it is whole, so that links are short."""
    rounded = round(amount, 4)
    return int(rounded) if rounded == int(rounded) else rounded


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
