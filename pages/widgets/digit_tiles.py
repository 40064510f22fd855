"""Tiles: images of digits side by side, each with captions, drawn by a Streamlit component.

The images of all tiles are in one PNG, the sheet. Its alpha channel is the ink, so digits take the theme's text color.
"""

import base64
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from mnist_core import cached
from mnist_core.datasets import SplitName, get_dataset_spec
from mnist_core.figures.sprite_sheet import render_sprite_sheet
from pages.widgets import image_loading, theme

_HERE = Path(__file__).parent
_component = st.components.v2.component(
    "digit_tiles",
    html='<div class="root"></div>',
    css=(_HERE / "digit_tiles.css").read_text(encoding="utf-8"),
    js=(_HERE / "digit_tiles.js").read_text(encoding="utf-8"),
)
SplitKey = tuple[str, SplitName]
"""A dataset's name and one of its splits."""


def show_tiles(
    sheet: bytes | None,
    tiles: list[dict[str, Any]],
    *,
    size: int,
    columns: int | None = None,
    pictures: int = 1,
    loading: bool = False,
    **options: Any,
) -> None:
    """Show tiles side by side.

    Parameters
    ----------
    sheet : bytes or None
        PNG with the images of all tiles in order, from left to right. Without it, tiles have captions only.
    tiles : list of dict
        Required keys are `index`, which a click reports, and `alt`. Optional keys, from top to bottom:
        `heading`: text below the image;
        `caption`: one or two texts in a row;
        `predictions`: a row of (digit, is wrong, tooltip).
        `selected` is true if the tile is outlined.
    size : int
        Side of an image in CSS pixels.
    columns : int, optional
        Tiles in a row, half as many on a narrow screen. By default as many as fit.
    pictures : int
        Images of each tile.
    loading : bool
        Whether the sheet follows later. The tiles then reserve the space of their images.
    options
        Passed to the component. With `on_clicked_change`, tiles are buttons.
    """
    data = {
        "columns": columns,
        "pictures": pictures,
        "loading": loading,
        "sheet": sheet and f"data:image/png;base64,{base64.b64encode(sheet).decode()}",
        "size": size,
        "accent": theme.accent(),
        "clickable": "on_clicked_change" in options,
        "tiles": tiles,
    }
    _component(data=data, **options)


def show_digits(split: SplitKey, indices: np.ndarray, tiles: list[dict[str, Any]], **options: Any) -> None:
    """Show tiles of these digits of a split. Without the images, tiles have captions only.

    `options` are those of `show_tiles`.
    """
    images, sheet = image_loading.images(*split), None
    if images is not None:
        sheet = cached.sheet(*split, get_dataset_spec(split[0]).fingerprint, tuple(indices.tolist()), images)
    show_tiles(sheet, tiles, loading=image_loading.is_loading(*split), **options)


def show_pixels(digit: np.ndarray, alt: str) -> None:
    """Show one digit, uint8 of shape (28, 28), enlarged without smoothing."""
    show_tiles(render_sprite_sheet(digit[None], smooth=False), [{"index": 0, "alt": alt}], size=112, key="pixels")
