"""Conversion of a drawing to a digit in MNIST's format.

The ink is cropped, scaled so that its longest side has 20 pixels, and centered by its center of mass.
"""

from math import ceil
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from mnist_core.base.digits import SIDE
from mnist_core.base.errors import MnistCoreError

LONGEST_SIDE = 20
"""Length of the longest side of the ink, in pixels."""
CENTER = 14
"""Row and column of the center of mass. In MNIST it is at 14.0 ± 0.5, because digits were shifted by whole pixels."""
TIE = 0.55
"""Threshold for rounding shifts to whole pixels. With 0.5, one stray pixel would shift symmetric digits."""
MIN_INK = 25
"""Values below this, in 0..255, are noise."""

_LUMINANCE = np.array([0.299, 0.587, 0.114], dtype=np.float32)


class DrawingError(MnistCoreError, ValueError):
    """An array has the wrong shape or type for a drawing."""


def canvas_to_digit(rgba: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8] | None:
    """Convert a canvas to a digit in MNIST's format.

    If alpha varies, alpha is the ink. Otherwise ink is the difference in luminance from the border, so that white on
    black and black on white both work.

    Parameters
    ----------
    rgba : uint8 ndarray of shape (h, w, 4)
        Red, green, blue and alpha.

    Returns
    -------
    uint8 ndarray of shape (28, 28) or None
        Ink bright on black; None for a canvas without ink.

    Raises
    ------
    DrawingError
        `rgba` has another shape or dtype.
    """
    rgba = np.asarray(rgba)
    if rgba.ndim != 3 or rgba.shape[2] != 4 or rgba.size == 0 or rgba.dtype != np.uint8:
        raise DrawingError(f"Expected a canvas of uint8 (height, width, 4), found {rgba.dtype} {rgba.shape}.")
    ink = _ink(rgba)
    return center_digit(ink) if ink.any() else None


def center_digit(ink: npt.NDArray[np.uint8] | npt.NDArray[np.floating]) -> npt.NDArray[np.uint8]:
    """Crop to the ink, scale the longest side to 20 pixels and center by the center of mass.

    Parameters
    ----------
    ink : uint8 or float ndarray of shape (h, w)
        Bright on black, in any unit: the brightest pixel becomes 255. Values of 0 and below are background.

    Returns
    -------
    uint8 ndarray of shape (28, 28)
        All zero without ink. The center of mass is at an index in 13.45..14.45, unless ink would then leave the image.

    Raises
    ------
    DrawingError
        `ink` has another shape or dtype, or a value that is not finite.
    """
    ink = np.asarray(ink)
    if ink.ndim != 2 or ink.size == 0 or not (ink.dtype == np.uint8 or np.issubdtype(ink.dtype, np.floating)):
        raise DrawingError(f"Expected ink as uint8 or float (height, width), found {ink.dtype} {ink.shape}.")
    if not np.isfinite(ink).all():
        raise DrawingError("Expected finite ink, found NaN or infinity.")
    image = np.zeros((SIDE, SIDE), dtype=np.uint8)
    if ink.max() <= 0:
        return image
    digit = _stretch(_resize(_stretch(_crop(ink))))  # stretched again, because scaling dims thin lines
    top, left = (
        int(np.clip(ceil(CENTER - center - TIE), 0, SIDE - length))
        for center, length in zip(_center_of_mass(digit), digit.shape, strict=True)
    )
    image[top : top + digit.shape[0], left : left + digit.shape[1]] = digit
    return image


def _ink(rgba: npt.NDArray[np.uint8]) -> npt.NDArray[np.floating]:
    """Return the ink of each pixel in 0..255, without noise."""
    alpha = rgba[..., 3].astype(np.float32)
    ink = alpha - alpha.min()
    if ink.max() < MIN_INK:  # constant alpha
        luminance = rgba[..., :3] @ _LUMINANCE
        border = np.concatenate([luminance[0], luminance[-1], luminance[:, 0], luminance[:, -1]])
        ink = np.abs(luminance - np.median(border))
    return np.where(ink >= MIN_INK, ink, 0)


def _crop(ink: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the smallest rectangle with all ink."""
    inked = ink > 0
    rows, columns = np.flatnonzero(inked.any(axis=1)), np.flatnonzero(inked.any(axis=0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _stretch(ink: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """Scale values so that the brightest pixel is 255."""
    shares: npt.NDArray[np.float64] = np.clip(ink.astype(np.float64), 0, None) / ink.max()
    return np.rint(shares * 255).astype(np.uint8)


def _resize(ink: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Scale the longest side to 20 pixels, with antialiasing, keeping the proportions up to whole pixels."""
    height, width = (max(1, round(length * LONGEST_SIDE / max(ink.shape))) for length in ink.shape)
    # Of Pillow's filters, bicubic comes closest to MNIST's pixels when enlarged digits are scaled back.
    return np.asarray(Image.fromarray(ink).resize((width, height), Image.Resampling.BICUBIC))


def _center_of_mass(ink: npt.NDArray[np.uint8]) -> tuple[float, float]:
    """Return row and column of the center of mass, in pixels from the center of the first pixel."""
    rows, columns = ink.sum(axis=1, dtype=np.float64), ink.sum(axis=0, dtype=np.float64)
    total = rows.sum()
    return float(rows @ np.arange(rows.size) / total), float(columns @ np.arange(columns.size) / total)
