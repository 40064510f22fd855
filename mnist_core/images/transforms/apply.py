"""Transforms applied: one at a fixed amount to measure, all at once at random amounts to train."""

from collections.abc import Mapping
from zlib import crc32

import numpy as np

from mnist_core.base.errors import MnistCoreError, UnknownNameError
from mnist_core.images.transforms.geometry import affine_matrices, elastic_fields, resample
from mnist_core.images.transforms.ink import thicken
from mnist_core.images.transforms.registry import AUGMENTING, TRANSFORMS, Transform

_CHUNK = 500
"""Digits that are worked on at once: an array of their pixels as float32 takes 1.6 MB."""


def get_transform(name: str) -> Transform:
    """The transform of this name; UnknownNameError lists those there are."""
    if name not in TRANSFORMS:
        raise UnknownNameError("transform", name, TRANSFORMS)
    return TRANSFORMS[name]


def distort(images: np.ndarray, transform: str, amount: float, indices: np.ndarray) -> np.ndarray:
    """Each digit changed by this amount, in a way of its own.

    What is its own (a direction, a field, a patch's place) depends on the transform and the digit's index alone: a
    digit looks the same whatever the company, and a larger amount takes it further the same way.

    Parameters
    ----------
    images : uint8 ndarray of shape (n, 28, 28)
        Ink bright on black.
    amount : float
        In the transform's unit; 0 gives the images back.
    indices : integer ndarray of shape (n,)
        Of the digits in their split.

    Returns
    -------
    uint8 ndarray of shape (n, 28, 28)

    Raises
    ------
    MnistCoreError
        There is no such transform, the amount is negative, or the arrays do not fit.
    """
    chosen = get_transform(transform)
    amount = _amount(transform, amount)
    _check(images)
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
        changed[chunk] = chosen.apply(images[chunk], amount, generators)
    return changed


def augment(images: np.ndarray, amounts: Mapping[str, float], rng: np.random.Generator) -> np.ndarray:
    """Each digit changed by every named transform at once, each by an amount drawn for it.

    Shifts, rotations, scales, shears and elastic fields are one resampling, so that nothing is blurred twice.

    Parameters
    ----------
    images : uint8 ndarray of shape (n, 28, 28)
        Ink bright on black.
    amounts : mapping of transform to float
        Amounts are uniform in -amount..amount, of elastic fields in 0..amount.

    Returns
    -------
    uint8 ndarray of shape (n, 28, 28)

    Raises
    ------
    MnistCoreError
        There is no such transform, it is none to train with, an amount is negative, or the images do not fit.
    """
    for name, value in amounts.items():
        if not get_transform(name).augments:
            raise MnistCoreError(
                f"{name} is not for training, it only measures. Choose among: {', '.join(AUGMENTING)}."
            )
        _amount(name, value)
    _check(images)
    asked = {name for name, value in amounts.items() if value > 0}
    changed = images.copy()
    for start in range(0, len(images), _CHUNK):
        chunk = changed[start : start + _CHUNK]  # a view
        n = len(chunk)
        if asked - {"thickness"}:
            fields = None
            if "elastic" in asked:
                noise = rng.standard_normal((n, 2, 28, 28), dtype=np.float32)
                fields = elastic_fields(rng.uniform(0, amounts["elastic"], n), noise)
            chunk[:] = resample(chunk, affine_matrices(amounts, rng, n), fields)
        if "thickness" in asked:
            chunk[:] = thicken(chunk, rng.uniform(-1, 1, n) * amounts["thickness"])
    return changed


def _amount(name: str, value: float) -> float:
    value = float(value)
    if not 0 <= value < np.inf:
        raise MnistCoreError(f"Expected an amount of {name} of 0 or more, found {value:g}.")
    return value


def _check(images: np.ndarray) -> None:
    if images.dtype != np.uint8 or images.shape[1:] != (28, 28):
        raise MnistCoreError(f"Expected images as uint8 of shape (n, 28, 28), found {images.dtype} {images.shape}.")
