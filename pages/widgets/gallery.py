"""Galleries: digits on one sheet, each with what every classifier said; a click or Enter opens one large."""

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from mnist_core import cached
from mnist_core.datasets import SplitName, get_dataset_spec
from mnist_core.figures.probabilities import probabilities_figure, probabilities_frame
from mnist_core.figures.sheet import digit_sheet
from pages.widgets import charts, formatting, image_loading, runs, theme, view

_HERE = Path(__file__).parent
_gallery = st.components.v2.component(
    "digit_gallery",
    html='<div class="root"></div>',
    css=(_HERE / "gallery.css").read_text(encoding="utf-8"),
    js=(_HERE / "gallery.js").read_text(encoding="utf-8"),
)
PER_PAGE, PER_SHEET = 24, 40
Place = tuple[str, SplitName]
"""Where digits come from: a dataset and its split."""


def show_gallery(
    results: cached.Results, indices: np.ndarray, *, speaker: Callable[[int], str], truth: str = "true"
) -> None:
    """One page of a list of digits, the page picker below, and the digit that is open.

    `speaker` names the classifier that a digit's tile speaks for. The query parameters `page` and `sample` say which
    page is shown and which digit is open. `truth` is what the label is called: here and there it is in doubt.
    """
    place: Place = (results.dataset, results.split)
    image_loading.show_state(*place)

    def print_page(shown: np.ndarray, options: dict[str, Any]) -> None:
        tiles = [_tile(results, speaker(int(index)), int(index), truth) for index in shown]
        _print(place, shown, tiles, size=84, **options)

    key = f"gallery {results.dataset} {results.split}"
    opened = show_list(indices, print_page, n=len(results.y_true), per_page=PER_PAGE, key=key)
    order = ", ".join(results.labels.values())
    st.caption(
        f"Below each digit: its index, the prediction's confidence, and the answers of {order}; wrong ones bold."
    )
    runs.note_missing(results.problems.values())
    if opened is not None:
        _open(results, opened, indices, truth)


def show_list(
    indices: np.ndarray,
    print_page: Callable[[np.ndarray, dict[str, Any]], None],
    *,
    n: int,
    per_page: int,
    key: str,
) -> int | None:
    """One page of a list of digits and the page picker below; returns the digit that is open, or None.

    The query parameters `page` and `sample` say which they are.

    Parameters
    ----------
    print_page : callable
        Prints the tiles of these digits with these options of `print_tiles`, which make them open.
    n : int
        Digits there are, in the list or not.
    """
    numbers = range(1, -(-len(indices) // per_page) + 1)
    first = (view.current("page", numbers, 1) - 1) * per_page
    options = {"key": key, "on_clicked_change": lambda: view.put(sample=st.session_state[key].clicked)}
    print_page(indices[first : first + per_page], options)
    if len(numbers) > 1:
        st.pagination(len(numbers), **view.bind("page", numbers, 1))
    return view.current("sample", (None, *range(n)), None)


def show_digits(
    place: Place, labels: np.ndarray, indices: np.ndarray, *, says: Callable[[int], str], details: Callable[[int], None]
) -> None:
    """One page of a list of digits, ten small ones a row, without any classifier; and the digit that is open.

    As with `show_gallery`, `page` and `sample` in the URL say which page is shown and which digit is open.

    Parameters
    ----------
    labels : integer ndarray of shape (n,)
        Of all the split's digits.
    says, details : callables of an index
        What stands below a digit's picture, and what to show beside it when it is open.
    """

    def print_page(shown: np.ndarray, options: dict[str, Any]) -> None:
        tiles = [
            {
                "index": index,
                "says": says(index),
                "caption": [f"#{index}", str(labels[index])],
                "alt": f"Digit {index}: a {labels[index]} {says(index)}. Open it.",
            }
            for index in shown.tolist()
        ]
        _print(place, shown, tiles, size=56, columns=10, **options)

    key = f"digits {' '.join(place)}"
    opened = show_list(indices, print_page, n=len(labels), per_page=PER_SHEET, key=key)
    if opened is not None:
        _open_digit(place, int(labels[opened]), opened, indices, details)


def show_classes(sheet: bytes, *, name: str, selected: int | None) -> None:
    """A picture of each class in one row, of which `name` says what it is; a click puts the class into the URL."""
    key = f"classes {name}"
    tiles = [
        {
            "index": digit,
            "caption": [name, str(digit)],
            "alt": f"{name} of class {digit}. Choose it.",
            "selected": digit == selected,
        }
        for digit in range(10)
    ]
    print_tiles(
        sheet,
        tiles,
        size=56,
        columns=10,
        key=key,
        on_clicked_change=lambda: view.put(true=st.session_state[key].clicked, page=None, sample=None),
    )


def print_pixels(digit: np.ndarray, alt: str) -> None:
    """Print one digit, uint8 of shape (28, 28), alone, large, and pixel by pixel."""
    print_tiles(digit_sheet(digit[None], smooth=False), [{"index": 0, "alt": alt}], size=112, key="printed digit")


def _print(place: Place, indices: np.ndarray, tiles: list[dict], **options: Any) -> None:
    """Print digits; as long as their pixels are not at hand, without them."""
    images = image_loading.images(*place)
    if images is None:
        print_tiles(None, tiles, **options)
    else:
        fingerprint = get_dataset_spec(place[0]).fingerprint
        print_tiles(cached.sheet(*place, fingerprint, tuple(indices.tolist()), images), tiles, **options)


def print_tiles(
    sheet: bytes | None,
    tiles: list[dict],
    *,
    size: int,
    columns: int | None = None,
    pictures: int = 1,
    **options: Any,
) -> None:
    """Print tiles side by side: as many as fit a row, or `columns`, and half of them where there is little room.

    Each has its next `pictures` of the sheet, in CSS pixels of `size`, if there is a sheet.
    """
    data = {
        "columns": columns,
        "pictures": pictures,
        "sheet": sheet and f"data:image/png;base64,{base64.b64encode(sheet).decode()}",
        "size": size,
        "accent": theme.accent(),
        "clickable": "on_clicked_change" in options,
        "tiles": tiles,
    }
    _gallery(data=data, **options)


def _tile(results: cached.Results, classifier: str, index: int, truth: str) -> dict[str, Any]:
    true, answer = int(results.y_true[index]), int(results[classifier].y_pred[index])
    confidence = formatting.confidence(results[classifier].confidence[index])
    votes = []
    for name, label in results.labels.items():
        vote = int(results[name].y_pred[index])
        votes.append(
            [str(vote), vote != true, f"{label}: {vote}, {formatting.confidence(results[name].confidence[index])}"]
        )
    says = f"{truth} {true}" if true == answer else f"{truth} {true}, predicted {answer}"
    who = results.labels[classifier]
    alt = f"Digit {index}: {truth} {true}, {who} predicted {answer}, confidence {confidence}. Open it."
    return {"index": index, "says": says, "caption": [f"#{index}", confidence], "votes": votes, "alt": alt}


def _open(results: cached.Results, index: int, indices: np.ndarray, truth: str) -> None:
    """Show one digit large, with the probabilities of every classifier, and step through the list it came from."""
    true = int(results.y_true[index])
    wrong = sum(int(y_pred[index]) != true for y_pred in results.y_pred.values())

    @st.dialog(f"Digit {index} · {truth} {true}", width="medium", on_dismiss=lambda: view.put(sample=None))
    def dialog() -> None:
        picture, answers = st.columns([1, 2], vertical_alignment="center")
        with picture:
            _print_large((results.dataset, results.split), index, true)
            st.caption(f"{wrong} of {len(results.y_pred)} classifiers say something else.")
        with answers:
            proba = np.stack([run.proba[index] for run in results.runs.values()])
            labels = list(results.labels.values())
            figure = probabilities_figure(labels, proba, true=true, accent=theme.accent(), inks=theme.inks())
            charts.show(
                figure,
                lambda: probabilities_frame(labels, proba),
                name=f"{results.dataset}-{results.split}-{index}",
                alt=f"Probabilities of digit {index} by classifier",
                key="opened probabilities",
            )
            st.caption("Probabilities in percent; each answer is outlined, wrong ones in colour.")
        show_steps(index, indices, PER_PAGE)

    dialog()


def _open_digit(place: Place, true: int, index: int, indices: np.ndarray, details: Callable[[int], None]) -> None:
    """Show one digit large beside its details, and step through the list it came from."""

    @st.dialog(f"Digit {index} · true {true}", width="medium", on_dismiss=lambda: view.put(sample=None))
    def dialog() -> None:
        picture, text = st.columns([2, 3], gap="medium", vertical_alignment="center")
        with picture:
            _print_large(place, index, true)
        with text:
            details(index)
        show_steps(index, indices, PER_SHEET)

    dialog()


def _print_large(place: Place, index: int, true: int) -> None:
    if image_loading.images(*place) is None:
        st.caption(":material/image_not_supported: Its image is not here; the page behind says why.")
    else:
        alt = f"Digit {index} of the {place[1]} split, a handwritten {true}"
        _print(place, np.array([index]), [{"index": index, "alt": alt}], size=196, key="opened digit")


def show_steps(index: int, indices: np.ndarray, per_page: int) -> None:
    """Buttons to the digits before and after this one in the list."""
    found = np.flatnonzero(indices == index)
    if not len(found):
        st.caption("This digit is not in the list behind.")
        return
    place = int(found[0])
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        for label, step, shortcut in (("Previous", -1, "Left"), ("Next", 1, "Right")):
            target = place + step
            inside = 0 <= target < len(indices)
            change = {"page": 1 + target // per_page if target >= per_page else None}
            # The callback changes the view; the dialog is a fragment, so the page behind it must be told to follow.
            if st.button(
                label,
                disabled=not inside,
                shortcut=shortcut,
                key=f"step {step}",
                on_click=view.put,
                kwargs=change | {"sample": int(indices[target])} if inside else None,
            ):
                st.rerun()
            if step < 0:
                st.caption(f"{place + 1:,} of {len(indices):,}", width="content")
