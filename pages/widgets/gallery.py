"""Galleries: pages of digits with the predictions of every classifier. A click or Enter opens a digit in a dialog."""

from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st

from mnist_core import cached
from pages.widgets import digit_dialog, digit_tiles, formatting, image_loading, runs, view
from pages.widgets.digit_tiles import SplitKey

PER_PAGE = 24
"""Digits on a page of a gallery."""


def show_gallery(
    results: cached.Results,
    indices: np.ndarray,
    *,
    classifier_of: Callable[[int], str],
    labels_in_question: bool = False,
) -> None:
    """Show one page of a list of digits, the page picker, and the dialog of the opened digit.

    The query parameters `page` and `sample` hold the page and the opened digit.

    Parameters
    ----------
    indices : integer ndarray of shape (n,)
        The list, in order.
    classifier_of : callable of an index
        Returns the classifier whose prediction and confidence the digit's tile shows.
    labels_in_question : bool
        Whether to call the digit's class its label, and a prediction that differs from it a disagreement rather than
        wrong.
    """
    split: SplitKey = (results.dataset, results.split)
    image_loading.show_state(*split)

    def show_page(shown: np.ndarray, options: dict[str, Any]) -> None:
        true = "label" if labels_in_question else "true"
        tiles = [_tile(results, classifier_of(index), index, true) for index in shown.tolist()]
        digit_tiles.show_digits(split, shown, tiles, size=84, **options)

    key = f"gallery {results.dataset} {results.split}"
    opened = show_list(indices, show_page, n=len(results.y_true), per_page=PER_PAGE, key=key)
    bold = "disagreements" if labels_in_question else "wrong ones"
    st.caption(
        "Below each digit: its index, its confidence and the predictions of"
        f" {'; '.join(results.labels.values())} ({bold} in bold)."
    )
    runs.note_missing(results.problems.values())
    if opened is not None:
        digit_dialog.show_predictions(
            results, opened, indices, per_page=PER_PAGE, labels_in_question=labels_in_question
        )


def show_list(
    indices: np.ndarray,
    show_page: Callable[[np.ndarray, dict[str, Any]], None],
    *,
    n: int,
    per_page: int,
    key: str,
) -> int | None:
    """Show one page of a list of digits and the page picker; return the opened digit, or None.

    The query parameters `page` and `sample` hold the page and the opened digit.

    Parameters
    ----------
    show_page : callable
        Shows the tiles of these digits with these options of `digit_tiles.show_tiles`, which make tiles open.
    n : int
        Number of digits in the split.
    per_page : int
        Number of digits on a page.
    key : str
        Key of the component.
    """
    numbers = range(1, -(-len(indices) // per_page) + 1)
    first = (view.current("page", numbers, 1) - 1) * per_page
    options = {"key": key, "on_clicked_change": lambda: view.put(sample=st.session_state[key].clicked)}
    show_page(indices[first : first + per_page], options)
    if len(numbers) > 1:
        st.pagination(len(numbers), **view.bind("page", numbers, 1))
    return view.current("sample", (None, *range(n)), None)


def _tile(results: cached.Results, classifier: str, index: int, true: str) -> dict[str, Any]:
    """Return the tile of a digit, with one classifier's prediction in words and those of all as digits."""
    label, prediction = int(results.y_true[index]), int(results[classifier].y_pred[index])
    confidence = formatting.confidence(results[classifier].confidence[index])
    predictions = []
    for name, run in results.runs.items():
        digit = int(run.y_pred[index])
        tooltip = f"{results.labels[name]}: {digit}, {formatting.confidence(run.confidence[index])}"
        predictions.append([str(digit), digit != label, tooltip])
    return {
        "index": index,
        "heading": f"{true} {label}" if label == prediction else f"{true} {label}, predicted {prediction}",
        "caption": [f"#{index}", confidence],
        "predictions": predictions,
        "alt": f"Digit {index}: {true} {label}, {results.labels[classifier]} predicted {prediction}, "
        f"confidence {confidence}. Open it.",
    }
