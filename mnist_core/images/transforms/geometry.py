"""Where each pixel of a moved digit comes from: matrices and smooth fields, and one bilinear resampling for all."""

from collections.abc import Mapping
from functools import cache

import numpy as np

SIDE = 28
_MIDDLE = (SIDE - 1) / 2
_SMOOTH = 4.0
"""Standard deviation in pixels of the Gaussian that smooths an elastic field: Simard's."""


def affine_matrices(amounts: Mapping[str, float], rng: np.random.Generator, n: int) -> np.ndarray:
    """Draw shifts, rotations, scales and shears, composed to one matrix a digit.

    Parameters
    ----------
    amounts : mapping of "shift", "rotate", "scale" or "shear" to a number
        Each digit's is uniform in -amount..amount (shift: along each axis; scale: of the logarithm, so that digits
        grow as often as they shrink). What is missing stays as it is; other names are passed over.

    Returns
    -------
    float32 ndarray of shape (n, 2, 3)
        From a pixel of the new image to its place in the old one, both as (x to the right, y down) in pixels about the
        image's middle. PyTorch's `affine_grid(align_corners=False)` takes it with the last column divided by 14.
    """

    def spread(name: str, *shape: int) -> np.ndarray:
        return float(amounts.get(name, 0)) * rng.uniform(-1, 1, (n, *shape))

    growth = rng.uniform(-1, 1, n) * np.log1p(float(amounts.get("scale", 0)))
    return matrices(
        shift=spread("shift", 2), degrees=spread("rotate"), growth=np.exp(growth), shear=spread("shear"), n=n
    )


def matrices(
    *,
    n: int,
    shift: np.ndarray | None = None,
    degrees: np.ndarray | float = 0.0,
    growth: np.ndarray | float = 1.0,
    shear: np.ndarray | float = 0.0,
) -> np.ndarray:
    """Matrices as of `affine_matrices` for digits that are scaled, sheared, rotated and shifted, in this order.

    Parameters
    ----------
    shift : ndarray of shape (n, 2)
        Pixels to the right and down.
    degrees, growth, shear : ndarrays of shape (n,)
        Counter-clockwise; the new size as a multiple of the old one; pixels to the right for each pixel upwards.
    """
    angle, growth, shear = np.broadcast_arrays(np.radians(degrees), growth, shear, np.zeros(n))[:3]
    cos, sin = np.cos(angle), np.sin(angle)
    # From new to old, so each is undone: rotation first, then shear, then scale.
    upright = np.array([[cos + shear * sin, shear * cos - sin], [sin, cos]]) / growth  # (2, 2, n)
    linear = upright.transpose(2, 0, 1)
    move = np.zeros((n, 2)) if shift is None else shift
    return np.concatenate([linear, -(linear @ move[..., None])], axis=2).astype(np.float32)


def elastic_fields(amounts: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """Smooth random displacements.

    Parameters
    ----------
    amounts : ndarray of shape (n,)
        Root mean square length of a digit's displacements in pixels; Simard's own setting is about 2.
    noise : float32 ndarray of shape (n, 2, 28, 28)
        Standard normal.

    Returns
    -------
    float32 ndarray of shape (n, 2, 28, 28)
        Pixels to the right and down.

    References
    ----------
    Simard, Steinkraus & Platt (2003), "Best practices for convolutional neural networks applied to visual document
    analysis", ICDAR.
    """
    smooth = _smoothing()
    scale = (np.asarray(amounts) / np.sqrt(2)).astype(np.float32)[:, None, None, None]
    return scale * (smooth @ noise @ smooth.T)


def resample(images: np.ndarray, matrices: np.ndarray, fields: np.ndarray | None = None) -> np.ndarray:
    """Each digit moved by its matrix and its field: bilinear, black beyond the edges.

    Parameters
    ----------
    images : uint8 ndarray of shape (n, 28, 28)
    matrices : float32 ndarray of shape (n, 2, 3)
        As of `affine_matrices`.
    fields : float32 ndarray of shape (n, 2, 28, 28), optional
        As of `elastic_fields`: added to the places that the matrices give.

    Returns
    -------
    uint8 ndarray of shape (n, 28, 28)
    """
    n = len(images)
    places = (matrices @ _grid()).reshape(n, 2, SIDE, SIDE)
    if fields is not None:
        places = places + fields
    places = np.clip(places + np.float32(_MIDDLE), -1, SIDE)
    corners = np.minimum(np.floor(places), SIDE - 1)
    x, y = (places - corners).swapaxes(0, 1)  # each (n, 28, 28) in 0..1
    column, row = corners.astype(np.int32).swapaxes(0, 1)
    wide = SIDE + 2  # a black frame, so that no place needs to be asked whether it is inside
    framed = np.pad(images, ((0, 0), (1, 1), (1, 1))).reshape(-1)
    first = (np.arange(n, dtype=np.int32)[:, None, None] * wide + row + 1) * wide + column + 1
    upper = (1 - x) * framed[first] + x * framed[first + 1]
    lower = (1 - x) * framed[first + wide] + x * framed[first + wide + 1]
    return np.rint((1 - y) * upper + y * lower).astype(np.uint8)


@cache
def _grid() -> np.ndarray:
    """The pixels' places about the image's middle and a row of ones: float32 (3, 784)."""
    along = np.arange(SIDE, dtype=np.float32) - np.float32(_MIDDLE)
    y, x = np.meshgrid(along, along, indexing="ij")
    return np.stack([x, y, np.ones_like(x)]).reshape(3, -1)


@cache
def _smoothing() -> np.ndarray:
    """A Gaussian filter along one axis, float32 (28, 28), which leaves the variance of white noise at 1.

    Its rows have length 1: a field is then as strong at the border as in the middle.
    """
    along = np.arange(SIDE)
    weights = np.exp(-((along[:, None] - along) ** 2) / (2 * _SMOOTH**2))
    return (weights / np.linalg.norm(weights, axis=1, keepdims=True)).astype(np.float32)
