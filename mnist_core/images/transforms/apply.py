"""Application of transforms: one by a fixed amount for measuring, several by random amounts for training."""

from collections.abc import Mapping
from zlib import crc32

import numpy as np

from mnist_core.base.digits import SIDE
from mnist_core.base.errors import MnistCoreError, UnknownNameError
from mnist_core.images.transforms.geometry import affine_matrices, elastic_fields, resample
from mnist_core.images.transforms.ink import thicken
from mnist_core.images.transforms.registry import AUGMENTING, TRANSFORMS, Transform

_CHUNK = 500
"""Digits per step. Their pixels as float32 take 1.6 MB."""


def get_transform(name: str) -> Transform:
    """Return a transform by its name.

    Raises
    ------
    UnknownNameError
        No transform has this name.
    """
    if name not in TRANSFORMS:
        raise UnknownNameError("transform", name, TRANSFORMS)
    return TRANSFORMS[name]


def distort(images: np.ndarray, transform: str, amount: float, indices: np.ndarray) -> np.ndarray:
    """Transform each digit by a fixed amount.

    Some parts of a transform are random: the direction, an elastic field, the position of a patch. They depend only on
    the transform and the index of the digit. A digit is therefore distorted in the same way in every batch. A larger
    amount distorts it further in the same way.

    Parameters
    ----------
    images : uint8 ndarray of shape (n, 28, 28)
        Ink bright on black.
    transform : str
        Name of the transform.
    amount : float
        In the transform's unit; 0 returns the images unchanged.
    indices : integer ndarray of shape (n,)
        Indices of the digits in their split.

    Returns
    -------
    uint8 ndarray of shape (n, 28, 28)

    Raises
    ------
    MnistCoreError
        The transform is unknown, the amount is negative, or an array has the wrong shape.
    """
    selected = get_transform(transform)
    amount = _checked_amount(transform, amount)
    _check_images(images)
    indices = np.asarray(indices)
    if indices.shape != (len(images),) or (len(indices) and indices.min() < 0):
        raise MnistCoreError(f"Expected an index of 0 or more for each of {len(images)} digits, found {indices.shape}.")
    changed = images.copy()
    if amount == 0:
        return changed
    seed = crc32(transform.encode())
    for start in range(0, len(images), _CHUNK):
        chunk = slice(start, start + _CHUNK)
        generators = [np.random.default_rng([seed, int(index)]) for index in indices[chunk]]
        changed[chunk] = selected.apply(images[chunk], amount, generators)
    return changed


def augment(images: np.ndarray, amounts: Mapping[str, float], rng: np.random.Generator) -> np.ndarray:
    """Apply all named transforms to each digit, by random amounts.

    Shifts, rotations, scales, shears and elastic fields are combined into one resampling, so that nothing is blurred
    twice.

    Parameters
    ----------
    images : uint8 ndarray of shape (n, 28, 28)
        Ink bright on black.
    amounts : mapping of transform name to float
        Amounts are drawn uniformly from -amount..amount, for elastic fields from 0..amount.
    rng : Generator

    Returns
    -------
    uint8 ndarray of shape (n, 28, 28)

    Raises
    ------
    MnistCoreError
        A transform is unknown or not for training, an amount is negative, or the images have the wrong shape.
    """
    for name, value in amounts.items():
        if not get_transform(name).augments:
            raise MnistCoreError(
                f"Expected a transform for training, found {name}, which only measures robustness."
                f" Choose among: {', '.join(AUGMENTING)}."
            )
        _checked_amount(name, value)
    _check_images(images)
    active = {name for name, value in amounts.items() if value > 0}
    changed = images.copy()
    for start in range(0, len(images), _CHUNK):
        chunk = changed[start : start + _CHUNK]  # a view
        n = len(chunk)
        if active - {"thickness"}:
            fields = None
            if "elastic" in active:
                noise = rng.standard_normal((n, 2, SIDE, SIDE), dtype=np.float32)
                fields = elastic_fields(rng.uniform(0, amounts["elastic"], n), noise)
            chunk[:] = resample(chunk, affine_matrices(amounts, rng, n), fields)
        if "thickness" in active:
            chunk[:] = thicken(chunk, rng.uniform(-1, 1, n) * amounts["thickness"])
    return changed


def _checked_amount(name: str, value: float) -> float:
    """Return an amount as a float. Raise MnistCoreError unless it is finite and at least 0."""
    value = float(value)
    if not 0 <= value < np.inf:
        raise MnistCoreError(f"Expected an amount of {name} of 0 or more, found {value:g}.")
    return value


def _check_images(images: np.ndarray) -> None:
    """Raise MnistCoreError unless images are uint8 of shape (n, 28, 28)."""
    if images.dtype != np.uint8 or images.shape[1:] != (SIDE, SIDE):
        raise MnistCoreError(f"Expected images as uint8 of shape (n, 28, 28), found {images.dtype} {images.shape}.")
