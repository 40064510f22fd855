"""Calibration: whether digits that are predicted with 90 % confidence are right 90 % of the time."""

from typing import Literal

import numpy as np
import pandas as pd

from mnist_core.evaluation.metrics import wilson_interval

Binning = Literal["mass", "width"]
N_BINS = 15
EDGES = (0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 0.9999, 1)
"""Confidences that part the bins of a histogram: closer towards 1, where most predictions are."""


def calibration_bins(
    confidence: np.ndarray, correct: np.ndarray, *, by: Binning = "mass", bins: int = N_BINS
) -> pd.DataFrame:
    """Confidence and accuracy in bins of the confidence; what ties is never parted, and empty bins are left out.

    Parameters
    ----------
    confidence : float ndarray of shape (n,), in 0..1
    correct : bool ndarray of shape (n,)
    by : {"mass", "width"}
        Bins of about equally many digits, or of equal width in 0..1.

    Returns
    -------
    DataFrame
        A row a bin: `low` <= confidences < `high` (the last includes it), `digits`, their mean `confidence`, their
        `accuracy`, and its 95 % interval (Wilson) `accuracy_low` to `accuracy_high`; shares in 0..1.
    """
    edges, place = _binned(confidence, by, bins)
    digits = np.bincount(place, minlength=bins)
    right = np.bincount(place, weights=correct, minlength=bins)
    total = np.bincount(place, weights=confidence, minlength=bins)
    used = np.flatnonzero(digits)
    digits, right, total = digits[used], right[used], total[used]
    intervals = [wilson_interval(int(hits), int(n)) for hits, n in zip(right, digits, strict=True)]
    return pd.DataFrame(
        {
            "low": edges[used],
            "high": edges[used + 1],
            "digits": digits,
            "confidence": total / digits,
            "accuracy": right / digits,
            "accuracy_low": [low for low, _ in intervals],
            "accuracy_high": [high for _, high in intervals],
        }
    )


def expected_calibration_error(bins: pd.DataFrame) -> float:
    """Mean distance of confidence and accuracy over the bins of `calibration_bins`, weighted by their digits: 0..1.

    References
    ----------
    Naeini, Cooper, Hauskrecht (2015), "Obtaining well calibrated probabilities using Bayesian binning", AAAI; of equal
    mass: Nixon et al. (2019), "Measuring calibration in deep learning", CVPR workshops.
    """
    gaps = (bins["confidence"] - bins["accuracy"]).abs()
    return float((gaps * bins["digits"]).sum() / bins["digits"].sum())


def chance_calibration_errors(
    confidence: np.ndarray, *, by: Binning = "mass", bins: int = N_BINS, draws: int = 400, seed: int = 0
) -> np.ndarray:
    """Calibration errors that a perfectly calibrated classifier with these confidences would show, by chance alone.

    Each digit is right with the probability of its confidence, drawn anew in each of `draws` tests. The error of a
    finite test is never 0, so an observed one means something only if it is above most of these.

    Parameters
    ----------
    confidence : float ndarray of shape (n,), in 0..1
        Its order changes nothing.

    Returns
    -------
    float64 ndarray of shape (draws,), in 0..1, ascending

    References
    ----------
    Bröcker and Smith (2007), "Increasing the reliability of reliability diagrams", Weather and Forecasting 22.
    """
    ordered, rng = np.sort(confidence.astype(np.float32)), np.random.default_rng(seed)
    _, place = _binned(ordered, by, bins)
    starts = np.flatnonzero(np.r_[True, place[1:] != place[:-1]])
    expected = np.add.reduceat(ordered, starts, dtype=np.float64)
    errors = []
    for _ in range(draws):  # one at a time: all at once would be as fast, and 40 MB for 10,000 digits
        right = np.add.reduceat(rng.random(len(ordered), dtype=np.float32) < ordered, starts, dtype=np.int64)
        errors.append(np.abs(right - expected).sum() / len(ordered))
    return np.sort(errors)


def brier_score(y_true: np.ndarray, proba: np.ndarray) -> float:
    """Mean squared distance of the probabilities from the truth, summed over the classes: 0 (perfect) to 2.

    Parameters
    ----------
    y_true : integer ndarray of shape (n,)
    proba : float ndarray of shape (n, k)
        Rows that sum to 1.

    References
    ----------
    Brier (1950), "Verification of forecasts expressed in terms of probability", Monthly Weather Review 78.
    """
    distance = proba.astype(np.float64)
    distance[np.arange(len(y_true)), y_true] -= 1
    return float(np.square(distance).sum(axis=1).mean())


def confidence_histogram(confidence: np.ndarray, correct: np.ndarray) -> pd.DataFrame:
    """How many right and wrong predictions have which confidence.

    Parameters
    ----------
    confidence : float ndarray of shape (n,), in 0..1
    correct : bool ndarray of shape (n,)

    Returns
    -------
    DataFrame
        A row a bin between two `EDGES`: `low` <= confidences < `high` (the last includes it), and the counts `right`
        and `wrong`.
    """
    edges = np.array(EDGES)
    place = np.searchsorted(edges[1:-1], confidence, side="right")
    right, wrong = (np.bincount(place[kind], minlength=len(edges) - 1) for kind in (correct, ~correct))
    return pd.DataFrame({"low": edges[:-1], "high": edges[1:], "right": right, "wrong": wrong})


def _binned(confidence: np.ndarray, by: Binning, bins: int) -> tuple[np.ndarray, np.ndarray]:
    """The `bins + 1` confidences that part the bins, and the bin of each digit; where many tie, bins stay empty."""
    if by == "width":
        edges = np.linspace(0, 1, bins + 1)
    else:  # Confidences that occur: next to one that lies between two, rounding would decide.
        ordered = np.sort(confidence.astype(np.float64))
        edges = ordered[np.minimum(np.arange(bins + 1) * len(ordered) // bins, len(ordered) - 1)]
    return edges, np.searchsorted(edges[1:-1], confidence, side="right")
