"""Sprite sheets: many digits in one image."""

import io

import numpy as np
from PIL import Image

SCALE = 4
"""Factor by which digits are enlarged. Sheets stay sharp at twice the size in which the gallery shows digits."""


def render_sprite_sheet(images: np.ndarray, *, scale: int = SCALE, smooth: bool = True) -> bytes:
    """Return a PNG with digits side by side.

    The alpha channel holds the ink, so a page can show the digits in any color.

    Parameters
    ----------
    images : uint8 ndarray of shape (n, 28, 28)
        Ink bright on black, n >= 1.
    scale : int
        Factor by which each digit is enlarged.
    smooth : bool
        Whether to enlarge with bicubic interpolation. Otherwise every pixel becomes a square.

    Returns
    -------
    bytes
        A PNG, `28 * scale` pixels high and `n` times as wide.
    """
    height, width = images.shape[1:]
    # Enlarging the whole sheet at once would blend the edges of neighboring digits.
    filter_ = Image.Resampling.BICUBIC if smooth else Image.Resampling.NEAREST
    tiles = [Image.fromarray(image).resize((width * scale, height * scale), filter_) for image in images]
    ink = Image.fromarray(np.concatenate([np.asarray(tile) for tile in tiles], axis=1))
    sheet = Image.merge("LA", (Image.new("L", ink.size, 0), ink))
    buffer = io.BytesIO()
    sheet.save(buffer, "PNG", compress_level=3)
    return buffer.getvalue()
