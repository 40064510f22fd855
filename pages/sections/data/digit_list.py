"""List of the digits of a split, without predictions: random ones, or sorted by a measure."""

from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st

from mnist_core.base.digits import N_CLASSES
from mnist_core.evaluation.samples import BY, Order, list_digits
from mnist_core.evaluation.shapes import Shapes
from mnist_core.figures.data import SCALES
from pages.sections.data import classes
from pages.widgets import digit_dialog, digit_tiles, gallery, view
from pages.widgets.digit_tiles import SplitKey

ORDERS: dict[Order, str] = {
    "random": "Random",
    "typical": "Most typical first",
    "oddest": "Oddest first",
    "least-ink": "Least ink first",
    "most-ink": "Most ink first",
    "left": "Leaning left first",
    "right": "Leaning right first",
    "thinnest": "Thinnest first",
    "thickest": "Thickest first",
}
DIGITS, SEEDS = ("any", *range(N_CLASSES)), range(1_000)
PER_PAGE = 40
"""Digits on a page of the list."""


def show(split: SplitKey, labels: np.ndarray, shapes: Shapes | None, digit: int | None) -> None:
    """Show the pickers of class and order, and the list of digits that they select.

    The query parameters `true`, `sort` and `seed` hold the class, the order and the seed of the random order.

    Parameters
    ----------
    labels : integer ndarray of shape (n,)
        Labels of all digits of the split.
    shapes : Shapes or None
        Measures of all digits of the split. Without them, only random digits are shown.
    digit : int or None
        The selected class; None for all classes.
    """
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox("Class", DIGITS, width=110, **view.bind("true", DIGITS, "any"))
        order = st.selectbox(
            "Sort", list(ORDERS), format_func=ORDERS.__getitem__, width=220, **view.bind("sort", list(ORDERS), "random")
        )
        seed = view.current("seed", SEEDS, 0)
        if order == "random":
            next_sample = {"seed": (seed + 1) % len(SEEDS), "page": None, "sample": None}
            st.button("New random digits", icon=":material/casino:", on_click=view.put, kwargs=next_sample)
    if order != "random" and shapes is None:
        st.caption("The list is sorted once all digits are measured.")
        return
    indices = list_digits(labels, order, shapes=shapes, digit=digit, seed=seed)
    by = BY[order][0] if order in BY else None
    _show_digits(
        split,
        labels,
        indices[:PER_PAGE] if order == "random" else indices,
        heading=lambda index: SCALES[by].text(getattr(shapes, by)[index]) if by else "",
        details=lambda index: classes.show_details(shapes, labels, index) if shapes else None,
    )
    st.caption(
        f"Below each digit: {f'{SCALES[by].name}, ' if by else ''}index and class."
        + (" Classes alternate from 0 to 9, each in the selected order." if digit is None else "")
    )


def _show_digits(
    split: SplitKey,
    labels: np.ndarray,
    indices: np.ndarray,
    *,
    heading: Callable[[int], str],
    details: Callable[[int], None],
) -> None:
    """Show one page of a list of digits, ten in a row, the page picker, and the dialog of the opened digit.

    The query parameters `page` and `sample` hold the page and the opened digit.

    Parameters
    ----------
    labels : integer ndarray of shape (n,)
        Labels of all digits of the split.
    indices : integer ndarray of shape (k,)
        The list, in order.
    heading : callable of an index
        Returns the text below a digit's image.
    details : callable of an index
        Shows the content of the dialog beside the image.
    """

    def show_page(shown: np.ndarray, options: dict[str, Any]) -> None:
        tiles = [
            {
                "index": index,
                "heading": heading(index),
                "caption": [f"#{index}", str(labels[index])],
                "alt": f"Digit {index}: a {labels[index]} {heading(index)}. Open it.",
            }
            for index in shown.tolist()
        ]
        digit_tiles.show_digits(split, shown, tiles, size=56, columns=10, **options)

    key = f"digits {' '.join(split)}"
    opened = gallery.show_list(indices, show_page, n=len(labels), per_page=PER_PAGE, key=key)
    if opened is not None:
        _show_digit(split, int(labels[opened]), opened, indices, details)


def _show_digit(split: SplitKey, true: int, index: int, indices: np.ndarray, details: Callable[[int], None]) -> None:
    """Open a dialog with a digit's image and its details."""

    @st.dialog(f"Digit {index} · true {true}", width="medium", on_dismiss=lambda: view.put(sample=None))
    def dialog() -> None:
        picture, text = st.columns([2, 3], gap="medium", vertical_alignment="center")
        with picture:
            digit_dialog.show_large(split, index, true)
        with text:
            details(index)
        digit_dialog.show_steps(index, indices, PER_PAGE)

    dialog()
