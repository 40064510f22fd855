"""Many digits as one small image."""

import io

import numpy as np
from PIL import Image

SCALE = 4
"""Pixels a side that a digit's pixel becomes: sharp at twice the size a gallery shows."""


def digit_sheet(images: np.ndarray, *, scale: int = SCALE, smooth: bool = True) -> bytes:
    """Digits side by side in one PNG whose alpha channel is the ink, so that a page may print them in any colour.

    Parameters
    ----------
    images : uint8 ndarray of shape (n, 28, 28)
        Ink bright on black, n >= 1.
    smooth : bool
        Whether to enlarge for the eye; otherwise every pixel stays a square.

    Returns
    -------
    bytes
        A PNG, `28 * scale` pixels high and `n` times as wide.
    """
    height, width = images.shape[1:]
    # Each digit is enlarged alone, or its neighbours' ink would bleed in at the edges.
    filter_ = Image.Resampling.BICUBIC if smooth else Image.Resampling.NEAREST
    tiles = [Image.fromarray(image).resize((width * scale, height * scale), filter_) for image in images]
    ink = Image.fromarray(np.concatenate([np.asarray(tile) for tile in tiles], axis=1))
    sheet = Image.merge("LA", (Image.new("L", ink.size, 0), ink))
    buffer = io.BytesIO()
    sheet.save(buffer, "PNG", compress_level=3)
    return buffer.getvalue()
