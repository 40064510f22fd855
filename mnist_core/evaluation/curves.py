"""ROC and precision-recall curves: of each digit against all others, and averaged."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from mnist_core.evaluation.confusion import N_CLASSES

Kind = Literal["roc", "pr"]
AVERAGES = ("macro", "micro")


@dataclass(frozen=True)
class Curve:
    """What passes as the threshold falls: one point for each score at which something changes, the strictest first.

    Attributes
    ----------
    kind : {"roc", "pr"}
    x, y : float64 ndarrays of shape (m,), in 0..1
        False and true positive rate of a ROC curve, recall and precision of a precision-recall curve; `x` never falls.
    thresholds : float64 ndarray of shape (m,)
        Scores of at least this much pass; inf where nothing does, NaN for a mean of curves.
    area : float in 0..1
        Area under a ROC curve (AUC); average precision (AP) of a precision-recall curve.
    """

    kind: Kind
    x: np.ndarray
    y: np.ndarray
    thresholds: np.ndarray
    area: float


def roc_curve(positive: np.ndarray, scores: np.ndarray) -> Curve:
    """True positive rate against false positive rate, without the points on straight lines between others.

    Parameters
    ----------
    positive : bool ndarray of shape (n,)
        Both values must occur, else ValueError.
    scores : float ndarray of shape (n,)
        Higher is more likely positive. Those that tie pass together, so the order of the samples changes nothing.

    References
    ----------
    Fawcett (2006), "An introduction to ROC analysis", Pattern Recognition Letters 27.
    """
    hits, alarms, thresholds = _passing(positive, scores)
    if not (hits[-1] and alarms[-1]):
        raise ValueError("Expected positive and negative samples, found only one kind.")
    hits, alarms, thresholds = np.r_[0, hits], np.r_[0, alarms], np.r_[np.inf, thresholds]
    up, right = np.diff(hits), np.diff(alarms)
    corner = np.r_[True, up[:-1] * right[1:] != up[1:] * right[:-1], True]
    x, y = alarms[corner] / alarms[-1], hits[corner] / hits[-1]
    return Curve("roc", x, y, thresholds[corner], float(np.trapezoid(y, x)))


def pr_curve(positive: np.ndarray, scores: np.ndarray) -> Curve:
    """Precision against recall, from precision 1 at recall 0 to the first threshold that finds every positive.

    Average precision is the sum of the precisions weighted by what each adds to the recall: nothing is interpolated,
    for a straight line between two points of this curve is not what a mixture of the two would do.

    Parameters
    ----------
    positive : bool ndarray of shape (n,)
        With at least one True, else ValueError.
    scores : float ndarray of shape (n,)

    References
    ----------
    Davis and Goadrich (2006), "The relationship between precision-recall and ROC curves", ICML.
    """
    hits, alarms, thresholds = _passing(positive, scores)
    if not hits[-1]:
        raise ValueError("Expected positive samples, found none.")
    needed = slice(int(np.searchsorted(hits, hits[-1])) + 1)
    hits, alarms = hits[needed], alarms[needed]
    x, y = np.r_[0, hits / hits[-1]], np.r_[1, hits / (hits + alarms)]
    return Curve("pr", x, y, np.r_[np.inf, thresholds[needed]], float(np.diff(x) @ y[1:]))


def one_vs_rest(y_true: np.ndarray, proba: np.ndarray, kind: Kind) -> dict[str, Curve]:
    """The curves "macro", "micro", and "0" to "9": each digit that occurs against all others.

    Micro pools all n x 10 decisions "is it this digit?"; macro is the mean of the digits' curves, so its area is the
    mean of their areas.

    Parameters
    ----------
    y_true : integer ndarray of shape (n,)
        At least two digits must occur.
    proba : float ndarray of shape (n, 10)
    """
    make = roc_curve if kind == "roc" else pr_curve
    digits = {str(digit): make(y_true == digit, proba[:, digit]) for digit in np.unique(y_true)}
    micro = make((y_true[:, None] == np.arange(N_CLASSES)).ravel(), proba.ravel())
    return {"macro": macro_average(list(digits.values())), "micro": micro, **digits}


def macro_average(curves: Sequence[Curve]) -> Curve:
    """The mean of curves of one kind: of their true positive rates, or precisions, at every x that one of them has."""
    kind, grid = curves[0].kind, np.unique(np.concatenate([curve.x for curve in curves]))
    area = float(np.mean([curve.area for curve in curves]))
    if kind == "roc":  # twice at each x, before and after the curves rise there
        sides = np.mean([_limits(curve, grid) for curve in curves], axis=0)  # (m, 2)
        x, y = np.repeat(grid, 2), sides.ravel()
    else:  # a step function: what it takes to reach a recall has the precision of the point that first does
        x = grid
        y = np.mean([curve.y[np.searchsorted(curve.x, grid)] for curve in curves], axis=0)
    return Curve(kind, x, y, np.full(len(x), np.nan), area)


def corner_distances(curve: Curve) -> tuple[np.ndarray, np.ndarray]:
    """How far each point is from the ideal corner, across and down: 0 is perfect, float64 ndarrays of shape (m,)."""
    return (curve.x if curve.kind == "roc" else 1 - curve.x), 1 - curve.y


def thin(curve: Curve, points: int = 150, floor: float = 1e-5) -> Curve:
    """At most `points` points of a curve, spread evenly along it as it is drawn, with its own area.

    Half of the path is measured on plain axes and half on axes that are logarithmic towards the ideal corner, where
    distances below `floor` look alike, so that both pictures stay true.
    """
    if len(curve.x) <= points:
        return curve
    plain = np.stack([curve.x, curve.y])
    logs = np.log(np.maximum(np.stack(corner_distances(curve)), floor))
    steps = np.abs(np.diff(np.stack([plain, logs]))).sum(axis=1)  # (2, m - 1): each point's step in both pictures
    walked = np.r_[0, np.cumsum((steps / np.maximum(steps.sum(axis=1, keepdims=True), floor)).sum(axis=0))]
    after = np.searchsorted(walked, np.linspace(0, walked[-1], points // 2)[1:-1])
    kept = np.unique([0, *after - 1, *after, len(curve.x) - 1])  # both ends of a long step, or it would slant
    return Curve(curve.kind, curve.x[kept], curve.y[kept], curve.thresholds[kept], curve.area)


def _passing(positive: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """How many positives and negatives pass at each distinct score, highest first: int64, int64, float64 (m,)."""
    order = np.argsort(-scores.astype(np.float64), kind="stable")
    ordered = scores[order].astype(np.float64)
    last = np.flatnonzero(np.r_[ordered[1:] != ordered[:-1], True])  # of those that tie
    hits = np.cumsum(positive[order], dtype=np.int64)[last]
    return hits, last + 1 - hits, ordered[last]


def _limits(curve: Curve, x: np.ndarray) -> np.ndarray:
    """A ROC curve just before and just after each x, where it may rise vertically: float64 of shape (len(x), 2)."""
    own, first = np.unique(curve.x, return_index=True)
    before, after = curve.y[first], curve.y[np.r_[first[1:], len(curve.x)] - 1]
    left = np.searchsorted(own, x, side="right") - 1
    right = np.minimum(left + 1, len(own) - 1)
    share = (x - own[left]) / np.where(right > left, own[right] - own[left], 1)
    between = after[left] + share * (before[right] - after[left])
    exact = own[left] == x
    return np.column_stack([np.where(exact, before[left], between), np.where(exact, after[left], between)])
