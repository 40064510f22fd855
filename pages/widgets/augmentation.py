"""What transforms make of digits: each by itself at its severities, and all at once as a training would see them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import streamlit as st

from mnist_core import cached
from mnist_core.cached import robustness
from mnist_core.datasets import get_dataset_spec
from mnist_core.evaluation.confusion import N_CLASSES
from mnist_core.images.transforms import TRANSFORMS
from pages.widgets import gallery, image_loading

DRAWS, SEVERITIES = 4, range(1, 6)


def show_preview(results: cached.Results, amounts: Mapping[str, float]) -> None:
    """One digit a class, as it is and four times as a training with these amounts may see it; then one by one.

    Digits are of the split that the results are of. As long as its images are not at hand, their place says so.

    Parameters
    ----------
    amounts : mapping of transform to float
        As of `transforms.augment`.
    """
    place = (results.dataset, results.split)
    image_loading.show_state(*place, numbers=False)
    images = image_loading.images(*place)
    if images is None:
        return
    indices = _one_a_class(results.y_true if len(results.y_true) else cached.load_pixels(*place).labels)
    asked = {name: float(amount) for name, amount in amounts.items() if amount > 0}
    fingerprint = get_dataset_spec(results.dataset).fingerprint
    sheet = robustness.augmented(*place, fingerprint, tuple(asked.items()), DRAWS, tuple(indices), images)
    who = ["as it is", *(f"draw {draw + 1}" for draw in range(DRAWS))]
    tiles = [{"index": index, "alt": f"Digit {index}, {what}"} for what in who for index in indices]
    gallery.print_tiles(sheet, tiles, size=44, columns=N_CLASSES, key="augmented digits")
    st.caption(
        f"First ten digits as they are, then {DRAWS} times the same ten as a training may see them: each with amounts"
        " of its own, drawn anew every time."
        if asked
        else "Nothing is changed: give a transform an amount."
    )
    if asked:
        st.caption("Each transform by itself: a digit as it is, and at the five severities of the Robustness page.")
        show_severities(results, list(asked), indices[3], key="severities of each")


def show_severities(
    results: cached.Results,
    transforms: Sequence[str],
    index: int,
    *,
    key: str,
    selected: int | None = None,
    on_click: Callable[[int], None] | None = None,
) -> None:
    """A digit as it is and at five severities, a row for each transform; without pictures where there are no images.

    Parameters
    ----------
    selected : int, optional
        The severity to outline; 0 is the digit as it is.
    on_click : callable of a severity, optional
        What a click on a picture does.
    """
    place = (results.dataset, results.split)
    images, sheet = image_loading.images(*place), None
    if images is not None:
        fingerprint = get_dataset_spec(results.dataset).fingerprint
        sheet = robustness.severities(*place, fingerprint, tuple(transforms), index, images)
    tiles = []
    for name in transforms:
        transform = TRANSFORMS[name]
        for severity, amount in enumerate((0, *transform.severities)):
            text = f"{amount:g} {transform.unit}" if severity else "as it is"
            tiles.append(
                {
                    "index": severity,
                    "caption": [transform.label, text] if len(transforms) > 1 else [text],
                    "alt": f"{transform.label}, {text}" + (". Choose it." if on_click and severity else ""),
                    "selected": severity == selected,
                }
            )
    options: dict[str, Any] = {}
    if on_click is not None:
        options["on_clicked_change"] = lambda: on_click(st.session_state[key].clicked)
    gallery.print_tiles(sheet, tiles, size=64, columns=len(SEVERITIES) + 1, key=key, **options)


def _one_a_class(labels: np.ndarray | None) -> list[int]:
    """The first digit of each class that there is."""
    return [] if labels is None else np.unique(labels, return_index=True)[1].tolist()
