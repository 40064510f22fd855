"""Geometric transforms: affine matrices, elastic fields, and one bilinear resampling for both."""

from collections.abc import Mapping
from functools import cache

import numpy as np

from mnist_core.base.digits import SIDE

_MIDDLE = (SIDE - 1) / 2
"""Row and column of the center of an image."""
_SMOOTHING_SIGMA = 4.0
"""Standard deviation, in pixels, of the Gaussian filter for elastic fields, as in Simard et al."""


def affine_matrices(amounts: Mapping[str, float], rng: np.random.Generator, n: int) -> np.ndarray:
    """Draw shifts, rotations, scales and shears, and combine them into one matrix per digit.

    Parameters
    ----------
    amounts : mapping of "shift", "rotate", "scale" or "shear" to a number
        Each digit's amount is uniform in -amount..amount. A shift has one amount for each axis. The amount of a scale
        applies to its logarithm, so that digits grow as often as they shrink. A missing name means 0. Other names are
        ignored.

    Returns
    -------
    float32 ndarray of shape (n, 2, 3)
        Maps a pixel of the new image to its position in the old one, both as (x to the right, y down) in pixels from
        the center of the image. For PyTorch's `affine_grid(align_corners=False)`, divide the last column by 14.
    """

    def draw(name: str, *shape: int) -> np.ndarray:
        return float(amounts.get(name, 0)) * rng.uniform(-1, 1, (n, *shape))

    growth = rng.uniform(-1, 1, n) * np.log1p(float(amounts.get("scale", 0)))
    return matrices(shift=draw("shift", 2), degrees=draw("rotate"), growth=np.exp(growth), shear=draw("shear"), n=n)


def matrices(
    *,
    n: int,
    shift: np.ndarray | None = None,
    degrees: np.ndarray | float = 0.0,
    growth: np.ndarray | float = 1.0,
    shear: np.ndarray | float = 0.0,
) -> np.ndarray:
    """Return matrices, as in `affine_matrices`, that scale, shear, rotate and shift digits, in this order.

    Parameters
    ----------
    shift : ndarray of shape (n, 2)
        Pixels to the right and down.
    degrees : ndarray of shape (n,)
        Counterclockwise rotation in degrees.
    growth : ndarray of shape (n,)
        New size as a multiple of the old size.
    shear : ndarray of shape (n,)
        Pixels to the right per pixel upwards.
    """
    angle, growth, shear = np.broadcast_arrays(np.radians(degrees), growth, shear, np.zeros(n))[:3]
    cos, sin = np.cos(angle), np.sin(angle)
    # The matrices map new positions to old ones, so they undo the rotation first, then the shear, then the scale.
    upright = np.array([[cos + shear * sin, shear * cos - sin], [sin, cos]]) / growth  # (2, 2, n)
    linear = upright.transpose(2, 0, 1)  # (n, 2, 2)
    move = np.zeros((n, 2)) if shift is None else shift
    return np.concatenate([linear, -(linear @ move[..., None])], axis=2).astype(np.float32)  # (n, 2, 3)


def elastic_fields(amounts: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """Compute smooth random displacement fields.

    Parameters
    ----------
    amounts : ndarray of shape (n,)
        Root mean square length of a digit's displacements in pixels. Simard et al. use about 2.
    noise : float32 ndarray of shape (n, 2, 28, 28)
        Standard normal.

    Returns
    -------
    float32 ndarray of shape (n, 2, 28, 28)
        Displacements in pixels, to the right and down.

    References
    ----------
    Simard, Steinkraus & Platt (2003), "Best practices for convolutional neural networks applied to visual document
    analysis", ICDAR.
    """
    smooth = _smoothing_matrix()
    scale = (np.asarray(amounts) / np.sqrt(2)).astype(np.float32)[:, None, None, None]
    return scale * (smooth @ noise @ smooth.T)


def resample(images: np.ndarray, matrices: np.ndarray, fields: np.ndarray | None = None) -> np.ndarray:
    """Transform digits by their matrices and fields, with bilinear interpolation and black beyond the edges.

    Parameters
    ----------
    images : uint8 ndarray of shape (n, 28, 28)
    matrices : float32 ndarray of shape (n, 2, 3)
        As in `affine_matrices`.
    fields : float32 ndarray of shape (n, 2, 28, 28), optional
        As in `elastic_fields`. Added to the positions that the matrices give.

    Returns
    -------
    uint8 ndarray of shape (n, 28, 28)
    """
    n = len(images)
    positions = (matrices @ _grid()).reshape(n, 2, SIDE, SIDE)
    if fields is not None:
        positions = positions + fields
    positions = np.clip(positions + np.float32(_MIDDLE), -1, SIDE)
    corners = np.minimum(np.floor(positions), SIDE - 1)
    x, y = (positions - corners).swapaxes(0, 1)  # each (n, 28, 28) in 0..1
    column, row = corners.astype(np.int32).swapaxes(0, 1)
    wide = SIDE + 2  # with a black frame, no position is outside
    framed = np.pad(images, ((0, 0), (1, 1), (1, 1))).reshape(-1)
    first = (np.arange(n, dtype=np.int32)[:, None, None] * wide + row + 1) * wide + column + 1
    upper = (1 - x) * framed[first] + x * framed[first + 1]
    lower = (1 - x) * framed[first + wide] + x * framed[first + wide + 1]
    return np.rint((1 - y) * upper + y * lower).astype(np.uint8)


@cache
def _grid() -> np.ndarray:
    """Return the pixel positions relative to the center of the image, and a row of ones: float32 (3, 784)."""
    along = np.arange(SIDE, dtype=np.float32) - np.float32(_MIDDLE)
    y, x = np.meshgrid(along, along, indexing="ij")
    return np.stack([x, y, np.ones_like(x)]).reshape(3, -1)


@cache
def _smoothing_matrix() -> np.ndarray:
    """Return a Gaussian filter along one axis, float32 (28, 28), that keeps the variance of white noise at 1.

    Its rows have length 1, so that a field is as strong at the border as in the center.
    """
    along = np.arange(SIDE)
    weights = np.exp(-((along[:, None] - along) ** 2) / (2 * _SMOOTHING_SIGMA**2))
    return (weights / np.linalg.norm(weights, axis=1, keepdims=True)).astype(np.float32)
