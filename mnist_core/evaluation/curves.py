"""ROC and precision-recall curves: one-vs-rest for each class, and their averages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from mnist_core.base.digits import N_CLASSES

Kind = Literal["roc", "pr"]
AVERAGES = ("macro", "micro")
"""Names of the averages of the curves of all classes."""


@dataclass(frozen=True)
class Curve:
    """A ROC or precision-recall curve: one point per threshold at which it changes, highest threshold first.

    Attributes
    ----------
    kind : {"roc", "pr"}
    x, y : float64 ndarrays of shape (m,), in 0..1
        False and true positive rate of a ROC curve, or recall and precision of a precision-recall curve. `x` is
        ascending.
    thresholds : float64 ndarray of shape (m,)
        Samples with at least this score are predicted positive. Infinite if no sample is, NaN for a mean of curves.
    area : float in 0..1
        Area under the curve (AUC) of a ROC curve, or average precision (AP) of a precision-recall curve.
    """

    kind: Kind
    x: np.ndarray
    y: np.ndarray
    thresholds: np.ndarray
    area: float


def roc_curve(positive: np.ndarray, scores: np.ndarray) -> Curve:
    """Compute the true positive rate against the false positive rate, without points on a line between their neighbors.

    Parameters
    ----------
    positive : bool ndarray of shape (n,)
    scores : float ndarray of shape (n,)
        Higher is more likely positive. Equal scores share a threshold, so the order of the samples does not matter.

    Raises
    ------
    ValueError
        All samples are positive, or all are negative.

    References
    ----------
    Fawcett (2006), "An introduction to ROC analysis", Pattern Recognition Letters 27.
    """
    hits, alarms, thresholds = _count_positives(positive, scores)
    if not (hits[-1] and alarms[-1]):
        raise ValueError("Expected positive and negative samples, found only one class.")
    hits, alarms, thresholds = np.r_[0, hits], np.r_[0, alarms], np.r_[np.inf, thresholds]
    up, right = np.diff(hits), np.diff(alarms)
    corner = np.r_[True, up[:-1] * right[1:] != up[1:] * right[:-1], True]
    x, y = alarms[corner] / alarms[-1], hits[corner] / hits[-1]
    return Curve("roc", x, y, thresholds[corner], float(np.trapezoid(y, x)))


def pr_curve(positive: np.ndarray, scores: np.ndarray) -> Curve:
    """Compute precision against recall, from precision 1 at recall 0 to the highest threshold with recall 1.

    The average precision is the sum of the precisions, weighted by the increase of the recall. It does not interpolate:
    between two points, the precision of a mixture of both is not a straight line.

    Parameters
    ----------
    positive : bool ndarray of shape (n,)
    scores : float ndarray of shape (n,)
        Higher is more likely positive.

    Raises
    ------
    ValueError
        No sample is positive.

    References
    ----------
    Davis and Goadrich (2006), "The relationship between precision-recall and ROC curves", ICML.
    """
    hits, alarms, thresholds = _count_positives(positive, scores)
    if not hits[-1]:
        raise ValueError("Expected positive samples, found none.")
    needed = slice(int(np.searchsorted(hits, hits[-1])) + 1)
    hits, alarms = hits[needed], alarms[needed]
    x, y = np.r_[0, hits / hits[-1]], np.r_[1, hits / (hits + alarms)]
    return Curve("pr", x, y, np.r_[np.inf, thresholds[needed]], float(np.diff(x) @ y[1:]))


def one_vs_rest(y_true: np.ndarray, proba: np.ndarray, kind: Kind) -> dict[str, Curve]:
    """Compute the curves "macro", "micro", and "0" to "9" (each class that occurs against all others).

    The micro average is the curve of all n x 10 pairs of a sample and a class, as one binary problem. The macro average
    is the mean of the curves of the classes, so its area is the mean of their areas.

    Parameters
    ----------
    y_true : integer ndarray of shape (n,)
        At least two classes must occur.
    proba : float ndarray of shape (n, 10)
    kind : {"roc", "pr"}
    """
    make = roc_curve if kind == "roc" else pr_curve
    digits = {str(digit): make(y_true == digit, proba[:, digit]) for digit in np.unique(y_true)}
    micro = make((y_true[:, None] == np.arange(N_CLASSES)).ravel(), proba.ravel())
    return {"macro": macro_average(list(digits.values())), "micro": micro, **digits}


def macro_average(curves: Sequence[Curve]) -> Curve:
    """Compute the mean of curves of the same kind.

    It is the mean of the true positive rates or precisions at every x that occurs in a curve. Its area is the mean of
    the areas.
    """
    kind, grid = curves[0].kind, np.unique(np.concatenate([curve.x for curve in curves]))
    area = float(np.mean([curve.area for curve in curves]))
    if kind == "roc":  # two points at each x: before and after the vertical step of a curve
        sides = np.mean([_limits(curve, grid) for curve in curves], axis=0)  # (m, 2)
        x, y = np.repeat(grid, 2), sides.ravel()
    else:  # a step function: the precision at a recall is that of the first point that reaches it
        x = grid
        y = np.mean([curve.y[np.searchsorted(curve.x, grid)] for curve in curves], axis=0)
    return Curve(kind, x, y, np.full(len(x), np.nan), area)


def corner_distances(curve: Curve) -> tuple[np.ndarray, np.ndarray]:
    """Return the horizontal and vertical distances of the points from the ideal corner: float64 of shape (m,)."""
    return (curve.x if curve.kind == "roc" else 1 - curve.x), 1 - curve.y


def thin(curve: Curve, points: int = 150, floor: float = 1e-5) -> Curve:
    """Return a curve with at most `points` points, evenly spaced along its path, and the area of the full curve.

    Half of the path length is measured on linear axes. The other half is measured on axes that are logarithmic towards
    the ideal corner, where distances below `floor` count as `floor`. The curve keeps its shape in both plots.
    """
    if len(curve.x) <= points:
        return curve
    linear = np.stack([curve.x, curve.y])
    logs = np.log(np.maximum(np.stack(corner_distances(curve)), floor))
    steps = np.abs(np.diff(np.stack([linear, logs]))).sum(axis=1)  # (2, m - 1): length of each step in both plots
    length = np.r_[0, np.cumsum((steps / np.maximum(steps.sum(axis=1, keepdims=True), floor)).sum(axis=0))]
    after = np.searchsorted(length, np.linspace(0, length[-1], points // 2)[1:-1])
    # Keep both ends of a long step, so that it stays vertical or horizontal.
    kept = np.unique([0, *after - 1, *after, len(curve.x) - 1])
    return Curve(curve.kind, curve.x[kept], curve.y[kept], curve.thresholds[kept], curve.area)


def _count_positives(positive: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the true positives, false positives and threshold at each distinct score, highest first.

    Returns
    -------
    hits, alarms : int64 ndarrays of shape (m,)
    thresholds : float64 ndarray of shape (m,)
    """
    order = np.argsort(-scores.astype(np.float64), kind="stable")
    ordered = scores[order].astype(np.float64)
    last = np.flatnonzero(np.r_[ordered[1:] != ordered[:-1], True])  # the last of equal scores
    hits = np.cumsum(positive[order], dtype=np.int64)[last]
    return hits, last + 1 - hits, ordered[last]


def _limits(curve: Curve, x: np.ndarray) -> np.ndarray:
    """Return the left and right limits of a ROC curve at each x: float64 ndarray of shape (len(x), 2)."""
    knots, first = np.unique(curve.x, return_index=True)
    before, after = curve.y[first], curve.y[np.r_[first[1:], len(curve.x)] - 1]
    left = np.searchsorted(knots, x, side="right") - 1
    right = np.minimum(left + 1, len(knots) - 1)
    share = (x - knots[left]) / np.where(right > left, knots[right] - knots[left], 1)
    between = after[left] + share * (before[right] - after[left])
    exact = knots[left] == x
    return np.column_stack([np.where(exact, before[left], between), np.where(exact, after[left], between)])
