"""Tiles of one digit at every severity of a transform."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from mnist_core import cached
from mnist_core.cached import robustness
from mnist_core.datasets import get_dataset_spec
from mnist_core.images.transforms import TRANSFORMS
from pages.widgets import digit_tiles, image_loading

ORIGINAL = "original"
"""Caption of an image that is not transformed."""


def show_severities(
    results: cached.Results,
    transforms: Sequence[str],
    index: int,
    *,
    key: str,
    selected: int | None = None,
    on_click: Callable[[int], None] | None = None,
) -> None:
    """Show a digit unchanged and at the five severities, one row per transform.

    Without the images, tiles have captions only.

    Parameters
    ----------
    transforms : sequence of str
        Names in `TRANSFORMS`.
    index : int
        The digit, in the split of `results`.
    selected : int, optional
        The severity to outline; 0 is the original.
    on_click : callable of a severity, optional
        Called when a tile is clicked.
    """
    split = (results.dataset, results.split)
    images, sheet = image_loading.images(*split), None
    if images is not None:
        fingerprint = get_dataset_spec(results.dataset).fingerprint
        sheet = robustness.severity_sheet(*split, fingerprint, tuple(transforms), index, images)
    tiles = []
    for transform in (TRANSFORMS[name] for name in transforms):
        for severity, amount in enumerate((0, *transform.severities)):
            text = f"{amount:g} {transform.unit}" if severity else ORIGINAL
            tiles.append(
                {
                    "index": severity,
                    "caption": [transform.label, text] if len(transforms) > 1 else [text],
                    "alt": f"{transform.label}, {text}" + (". Select it." if on_click and severity else ""),
                    "selected": severity == selected,
                }
            )
    options: dict[str, Any] = {}
    if on_click is not None:
        options["on_clicked_change"] = lambda: on_click(st.session_state[key].clicked)
    loading = image_loading.is_loading(*split)
    digit_tiles.show_tiles(sheet, tiles, size=64, columns=6, key=key, loading=loading, **options)
