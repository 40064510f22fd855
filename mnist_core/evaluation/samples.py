"""Which digits of a split to show, without any classifier: some at random, or those at the ends of a measure."""

from collections.abc import Mapping
from typing import Literal, get_args

import numpy as np
import pandas as pd

from mnist_core.evaluation.confusion import N_CLASSES
from mnist_core.evaluation.shapes import Measure, Shapes

Order = Literal["random", "typical", "oddest", "least-ink", "most-ink", "left", "right", "thinnest", "thickest"]
ORDERS: tuple[Order, ...] = get_args(Order)
BY: Mapping[Order, tuple[Measure, int]] = {
    "typical": ("oddness", 1),
    "oddest": ("oddness", -1),
    "least-ink": ("ink", 1),
    "most-ink": ("ink", -1),
    "left": ("slant", 1),
    "right": ("slant", -1),
    "thinnest": ("thickness", 1),
    "thickest": ("thickness", -1),
}
"""What each order but the random one sorts by, and whether the least (1) or the most (-1) of it comes first."""


def list_digits(
    labels: np.ndarray, order: Order, *, shapes: Shapes | None = None, digit: int | None = None, seed: int = 0
) -> np.ndarray:
    """Indices of digits in an order: of one class, or of all classes in turn.

    In turn means: the first of each class from 0 to 9, then the second of each, so that ten a row make a column of
    each class. It ends with the smallest class.

    Parameters
    ----------
    labels : integer ndarray of shape (n,), in 0..9
    shapes : Shapes, optional
        Of all n digits; every order but "random" needs them.
    digit : int, optional
        The class.
    seed : int
        Of the random order: the same one gives the same digits.

    Returns
    -------
    int64 ndarray of shape (m,)
    """
    ordered = _ordered(labels, order, shapes, seed)
    classes = [ordered[labels[ordered] == each] for each in (np.unique(labels) if digit is None else (digit,))]
    shortest = min((len(members) for members in classes), default=0)
    return np.stack([members[:shortest] for members in classes], axis=1).ravel() if shortest else ordered[:0]


def class_balance(labels: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """How many digits of each class there are: `split`, `digit`, `digits`, `share` of the split in 0..1.

    Parameters
    ----------
    labels : mapping of split to integer ndarray of shape (n,), in 0..9
    """
    rows = []
    for split, array in labels.items():
        counts = np.bincount(array, minlength=N_CLASSES)
        rows += [(split, digit, int(count), count / max(len(array), 1)) for digit, count in enumerate(counts)]
    return pd.DataFrame(rows, columns=["split", "digit", "digits", "share"])


def _ordered(labels: np.ndarray, order: Order, shapes: Shapes | None, seed: int) -> np.ndarray:
    """All digits in this order; ties by index."""
    if order == "random":
        return np.random.default_rng(seed).permutation(len(labels))
    if shapes is None:
        raise ValueError(f"Expected shapes to order digits by, for {order!r}, found none.")
    measure, sign = BY[order]
    return np.argsort(sign * getattr(shapes, measure), kind="stable")
