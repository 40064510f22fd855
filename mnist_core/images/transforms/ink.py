"""Transforms that change the ink without moving it: stroke thickness, blur, noise, contrast and occlusion."""

import numpy as np

from mnist_core.base.digits import SIDE

_TRUNCATE = 4.0
"""Standard deviations at which a Gaussian filter is cut off."""
_PATCH_CENTERS = (4.0, 24.0)
"""Range of a patch's center along each axis, in pixels: the region where MNIST has its ink."""


def thicken(images: np.ndarray, amounts: np.ndarray) -> np.ndarray:
    """Make strokes wider by grayscale dilation, or narrower by erosion.

    Each step moves both edges of a stroke by one pixel. Steps use a cross and a square of 3 x 3 pixels alternately. A
    part of a step is a weighted mean of the images before and after it.

    Parameters
    ----------
    images : uint8 ndarray of shape (n, 28, 28)
    amounts : ndarray of shape (n,)
        Pixels by which strokes become wider (negative: narrower).

    Returns
    -------
    uint8 ndarray of shape (n, 28, 28)
    """
    amounts = np.asarray(amounts, dtype=np.float32)[:, None, None]
    eroded = amounts < 0
    gray = np.where(eroded, np.uint8(255) - images, images).astype(np.float32)  # erosion is dilation of the negative
    beyond = np.where(eroded, np.float32(255), np.float32(0))
    steps = np.abs(amounts) / 2
    for step in range(int(np.ceil(steps.max(initial=0)))):
        share = np.clip(steps - step, 0, 1)
        gray += share * (_dilated(gray, beyond, square=step % 2 == 1) - gray)
    gray = np.where(eroded, 255 - gray, gray)
    return np.rint(gray).astype(np.uint8)


def _dilated(gray: np.ndarray, beyond: np.ndarray, *, square: bool) -> np.ndarray:
    """Return the maximum over each pixel and its four neighbors, with `square` its eight neighbors.

    Parameters
    ----------
    gray : float32 ndarray of shape (n, 28, 28)
    beyond : float32 ndarray of shape (n, 1, 1)
        Value of the pixels beyond the edges of each image.
    square : bool

    Returns
    -------
    float32 ndarray of shape (n, 28, 28)
    """
    framed = np.broadcast_to(beyond, (len(gray), SIDE + 2, SIDE + 2)).copy()
    framed[:, 1:-1, 1:-1] = gray
    rows = np.maximum(np.maximum(framed[:, :-2], framed[:, 1:-1]), framed[:, 2:])  # (n, 28, 30)
    beside = rows if square else framed[:, 1:-1]
    return np.maximum(rows[..., 1:-1], np.maximum(beside[..., :-2], beside[..., 2:]))


def blur(images: np.ndarray, sigma: float) -> np.ndarray:
    """Apply a Gaussian filter, with black beyond the edges.

    Parameters
    ----------
    images : uint8 ndarray of shape (n, 28, 28)
    sigma : float
        Standard deviation in pixels.

    Returns
    -------
    uint8 ndarray of shape (n, 28, 28)
    """
    along = np.arange(SIDE)
    reach = int(_TRUNCATE * sigma + 0.5)
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    distance = np.abs(along[:, None] - along)
    kernel = np.where(distance <= reach, np.exp(-0.5 * (distance / sigma) ** 2), 0) / weights.sum()
    kernel = kernel.astype(np.float32)
    return to_pixels(kernel @ images.astype(np.float32) @ kernel)


def add_noise(images: np.ndarray, amount: float, noise: np.ndarray) -> np.ndarray:
    """Add noise to every pixel.

    Parameters
    ----------
    images : uint8 ndarray of shape (n, 28, 28)
    amount : float
        Standard deviation of the noise as a share of full ink.
    noise : ndarray of shape (n, 28, 28)
        Standard normal.

    Returns
    -------
    uint8 ndarray of shape (n, 28, 28)
    """
    return to_pixels(images + np.float32(255 * amount) * noise)


def fade(images: np.ndarray, amount: float) -> np.ndarray:
    """Reduce the ink by a share. An amount of 1 or more removes all ink.

    Parameters
    ----------
    images : uint8 ndarray of shape (n, 28, 28)
    amount : float
        Share of the ink to remove.

    Returns
    -------
    uint8 ndarray of shape (n, 28, 28)
    """
    return to_pixels(images * np.float32(max(1 - amount, 0)))


def cover(images: np.ndarray, side: float, positions: np.ndarray) -> np.ndarray:
    """Erase a square patch. A pixel that is partly covered loses that share of its ink.

    Parameters
    ----------
    images : uint8 ndarray of shape (n, 28, 28)
    side : float
        Side of the patch in pixels.
    positions : ndarray of shape (n, 2)
        Row and column of the patch's center in 0..1, relative to the region where MNIST has its ink.

    Returns
    -------
    uint8 ndarray of shape (n, 28, 28)
    """
    first, last = _PATCH_CENTERS
    center = (first + (last - first) * positions)[..., None]  # (n, 2, 1), from the edge of the image
    edges = np.arange(SIDE)
    covered = np.minimum(edges + 1, center + side / 2) - np.maximum(edges, center - side / 2)
    down, across = np.clip(covered, 0, 1).swapaxes(0, 1)  # each (n, 28): covered shares of rows and columns
    return to_pixels(images * (1 - down[:, :, None] * across[:, None, :]))


def to_pixels(values: np.ndarray) -> np.ndarray:
    """Return values clipped to 0..255 and rounded to uint8."""
    return np.rint(np.clip(values, 0, 255)).astype(np.uint8)
