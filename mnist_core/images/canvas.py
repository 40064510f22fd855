"""From a drawing to a digit as MNIST would have it: crop to the ink, 20 pixels long, centred by its mass."""

from math import ceil
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from mnist_core.base.errors import MnistCoreError

SIDE = 28
LONGEST = 20
CENTRE = 14  # in MNIST itself the centres of mass lie at index 14.0 +- 0.5, not at 13.5: it was shifted by whole pixels
TIE = 0.55  # symmetric digits lie at x.5: rounded there, a stray pixel would tip them from side to side
FAINTEST = 25  # of 255; anything weaker is noise, not ink

_LUMINANCE = np.array([0.299, 0.587, 0.114], dtype=np.float32)


class DrawingError(MnistCoreError, ValueError):
    """What was handed over is not a picture of the expected kind."""


def canvas_to_digit(rgba: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8] | None:
    """
    Bring a canvas to MNIST's form.

    Where alpha varies, alpha is the ink; elsewhere ink is what differs in brightness from the border, so white on black
    and black on white both work.

    Parameters
    ----------
    rgba : uint8 (h, w, 4)

    Returns
    -------
    uint8 (28, 28), ink bright on black, or None for a canvas without ink.

    Raises
    ------
    DrawingError
        If ``rgba`` has another shape or dtype.
    """
    rgba = np.asarray(rgba)
    if rgba.ndim != 3 or rgba.shape[2] != 4 or rgba.size == 0 or rgba.dtype != np.uint8:
        raise DrawingError(f"Expected a canvas of uint8 (height, width, 4), found {rgba.dtype} {rgba.shape}.")
    ink = _ink(rgba)
    return centre_digit(ink) if ink.any() else None


def centre_digit(ink: npt.NDArray[np.uint8] | npt.NDArray[np.floating]) -> npt.NDArray[np.uint8]:
    """
    Crop to the ink, bring the longest side to 20 pixels, put the centre of mass in the middle of 28x28.

    Parameters
    ----------
    ink : uint8 or float (h, w)
        Bright on black, in any unit: the brightest pixel becomes 255. Zero and below is no ink.

    Returns
    -------
    uint8 (28, 28), all zero if there is no ink. The centre of mass is at index 13.45 to 14.45, unless ink would
    have to leave the picture for it.

    Raises
    ------
    DrawingError
        If ``ink`` has another shape or dtype, or a value that is not finite.
    """
    ink = np.asarray(ink)
    if ink.ndim != 2 or ink.size == 0 or not (ink.dtype == np.uint8 or np.issubdtype(ink.dtype, np.floating)):
        raise DrawingError(f"Expected ink as uint8 or float (height, width), found {ink.dtype} {ink.shape}.")
    if not np.isfinite(ink).all():
        raise DrawingError("Expected finite ink, found NaN or infinity.")
    field = np.zeros((SIDE, SIDE), dtype=np.uint8)
    if ink.max() <= 0:
        return field
    digit = _stretch(_resize(_stretch(_crop(ink))))  # twice: a thin line loses its brightness when made small
    top, left = (
        int(np.clip(ceil(CENTRE - centre - TIE), 0, SIDE - length))
        for centre, length in zip(_centre_of_mass(digit), digit.shape, strict=True)
    )
    field[top : top + digit.shape[0], left : left + digit.shape[1]] = digit
    return field


def _ink(rgba: npt.NDArray[np.uint8]) -> npt.NDArray[np.floating]:
    """How much ink lies on each pixel, 0..255, without the noise."""
    alpha = rgba[..., 3].astype(np.float32)
    ink = alpha - alpha.min()
    if ink.max() < FAINTEST:  # the same everywhere: the ink is in the colours
        luminance = rgba[..., :3] @ _LUMINANCE
        border = np.concatenate([luminance[0], luminance[-1], luminance[:, 0], luminance[:, -1]])
        ink = np.abs(luminance - np.median(border))
    return np.where(ink >= FAINTEST, ink, 0)


def _crop(ink: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The smallest rectangle that holds all ink."""
    inked = ink > 0
    rows, columns = np.flatnonzero(inked.any(axis=1)), np.flatnonzero(inked.any(axis=0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _stretch(ink: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """Bring the brightest pixel to 255."""
    shares: npt.NDArray[np.float64] = np.clip(ink.astype(np.float64), 0, None) / ink.max()
    return np.rint(shares * 255).astype(np.uint8)


def _resize(ink: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Bring the longest side to 20 pixels, anti-aliased, keeping the proportions as far as whole pixels allow."""
    height, width = (max(1, round(length * LONGEST / max(ink.shape))) for length in ink.shape)
    # of Pillow's filters bicubic comes nearest to MNIST's pixels when enlarged digits are brought back
    return np.asarray(Image.fromarray(ink).resize((width, height), Image.Resampling.BICUBIC))


def _centre_of_mass(ink: npt.NDArray[np.uint8]) -> tuple[float, float]:
    """Row and column, in pixels from the first pixel's middle."""
    rows, columns = ink.sum(axis=1, dtype=np.float64), ink.sum(axis=0, dtype=np.float64)
    total = rows.sum()
    return float(rows @ np.arange(rows.size) / total), float(columns @ np.arange(columns.size) / total)
