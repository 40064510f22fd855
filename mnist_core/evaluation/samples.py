"""Selection of samples without a classifier: at random, or sorted by a shape measure."""

from collections.abc import Mapping
from typing import Literal, get_args

import numpy as np
import pandas as pd

from mnist_core.base.digits import N_CLASSES
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
"""The measure that each order sorts by, and its direction: 1 is ascending, -1 is descending."""


def list_digits(
    labels: np.ndarray, order: Order, *, shapes: Shapes | None = None, digit: int | None = None, seed: int = 0
) -> np.ndarray:
    """Return the indices of the samples of one class, or of all classes, in an order.

    For all classes, the result alternates between them: the first sample of each class from 0 to 9, then the second
    samples, and so on. In rows of ten, each class is a column. The list ends when a class has no more samples.

    Parameters
    ----------
    labels : integer ndarray of shape (n,), in 0..9
    order : str
        One of `ORDERS`.
    shapes : Shapes, optional
        Measures of all samples. Every order except "random" needs them.
    digit : int, optional
        The class. Without it, all classes are listed.
    seed : int
        Seed of the random order.

    Returns
    -------
    int64 ndarray of shape (m,)
    """
    ordered = _ordered(labels, order, shapes, seed)
    classes = [ordered[labels[ordered] == label] for label in (np.unique(labels) if digit is None else (digit,))]
    shortest = min((len(indices) for indices in classes), default=0)
    return np.stack([indices[:shortest] for indices in classes], axis=1).ravel() if shortest else ordered[:0]


def class_balance(labels: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """Count the samples of each class: `split`, `digit`, `digits` (their number), `share` of the split in 0..1.

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
    """Return all indices in this order. Ties are sorted by index."""
    if order == "random":
        return np.random.default_rng(seed).permutation(len(labels))
    if shapes is None:
        raise ValueError(f"Expected shapes for the order {order!r}, found none. Measure the digits first.")
    measure, sign = BY[order]
    return np.argsort(sign * getattr(shapes, measure), kind="stable")
