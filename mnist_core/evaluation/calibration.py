"""Calibration: whether predictions with a confidence of 90 % are correct 90 % of the time."""

from typing import Literal

import numpy as np
import pandas as pd

from mnist_core.evaluation.metrics import wilson_interval

Binning = Literal["mass", "width"]
"""Bins with about the same number of samples, or bins of equal width."""
N_BINS = 15
EDGES = (0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 0.9999, 1)
"""Edges of the bins of a confidence histogram. They are denser near 1, where most predictions are."""


def calibration_bins(
    confidence: np.ndarray, correct: np.ndarray, *, by: Binning = "mass", bins: int = N_BINS
) -> pd.DataFrame:
    """Compute the mean confidence and the accuracy in bins of the confidence.

    Equal confidences are always in the same bin. Empty bins are left out.

    Parameters
    ----------
    confidence : float ndarray of shape (n,), in 0..1
    correct : bool ndarray of shape (n,)
    by : {"mass", "width"}
        Bins with about the same number of samples, or bins of equal width in 0..1.
    bins : int
        Maximum number of bins.

    Returns
    -------
    DataFrame with one row per bin and these columns
        low, high : float in 0..1
            Edges of the bin: `low` <= confidence < `high`. The last bin includes `high`.
        digits : int
            Number of samples.
        confidence : float in 0..1
            Mean confidence.
        accuracy, accuracy_low, accuracy_high : float in 0..1
            Accuracy and its 95 % confidence interval (Wilson).
    """
    edges, bin_of = _binned(confidence, by, bins)
    digits = np.bincount(bin_of, minlength=bins)
    right = np.bincount(bin_of, weights=correct, minlength=bins)
    total = np.bincount(bin_of, weights=confidence, minlength=bins)
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
    """Compute the expected calibration error (ECE), in 0..1.

    It is the mean absolute difference of confidence and accuracy over bins, weighted by their number of samples.

    Parameters
    ----------
    bins : DataFrame
        As returned by `calibration_bins`.

    References
    ----------
    Naeini, Cooper, Hauskrecht (2015), "Obtaining well calibrated probabilities using Bayesian binning", AAAI. For
    bins of equal mass: Nixon et al. (2019), "Measuring calibration in deep learning", CVPR workshops.
    """
    gaps = (bins["confidence"] - bins["accuracy"]).abs()
    return float((gaps * bins["digits"]).sum() / bins["digits"].sum())


def chance_calibration_errors(
    confidence: np.ndarray, *, by: Binning = "mass", bins: int = N_BINS, draws: int = 400, seed: int = 0
) -> np.ndarray:
    """Simulate the calibration errors of a perfectly calibrated classifier with these confidences.

    In each of `draws` simulated test sets, every prediction is correct with the probability of its confidence. On a
    finite test set, the error is never 0. An observed error is therefore evidence of miscalibration only if it exceeds
    most of the simulated ones.

    Parameters
    ----------
    confidence : float ndarray of shape (n,), in 0..1
        The result does not depend on its order.
    by, bins
        As in `calibration_bins`.
    draws : int
        Number of simulated test sets.
    seed : int

    Returns
    -------
    float64 ndarray of shape (draws,), in 0..1, ascending

    References
    ----------
    Bröcker and Smith (2007), "Increasing the reliability of reliability diagrams", Weather and Forecasting 22.
    """
    ordered, rng = np.sort(confidence.astype(np.float32)), np.random.default_rng(seed)
    _, bin_of = _binned(ordered, by, bins)
    starts = np.flatnonzero(np.r_[True, bin_of[1:] != bin_of[:-1]])
    expected = np.add.reduceat(ordered, starts, dtype=np.float64)
    errors = []
    for _ in range(draws):  # One at a time: all at once is not faster and takes 40 MB for 10,000 samples.
        hits = np.add.reduceat(rng.random(len(ordered), dtype=np.float32) < ordered, starts, dtype=np.int64)
        errors.append(np.abs(hits - expected).sum() / len(ordered))
    return np.sort(errors)


def brier_score(y_true: np.ndarray, proba: np.ndarray) -> float:
    """Compute the mean squared error of the probabilities, summed over the classes: 0 (perfect) to 2.

    Parameters
    ----------
    y_true : integer ndarray of shape (n,)
    proba : float ndarray of shape (n, k)
        Rows that sum to 1.

    References
    ----------
    Brier (1950), "Verification of forecasts expressed in terms of probability", Monthly Weather Review 78.
    """
    errors = proba.astype(np.float64)
    errors[np.arange(len(y_true)), y_true] -= 1
    return float(np.square(errors).sum(axis=1).mean())


def confidence_histogram(confidence: np.ndarray, correct: np.ndarray) -> pd.DataFrame:
    """Count the correct and wrong predictions by confidence.

    Parameters
    ----------
    confidence : float ndarray of shape (n,), in 0..1
    correct : bool ndarray of shape (n,)

    Returns
    -------
    DataFrame with one row per bin between two `EDGES` and these columns
        low, high : float in 0..1
            Edges of the bin: `low` <= confidence < `high`. The last bin includes `high`.
        right, wrong : int
            Numbers of correct and of wrong predictions.
    """
    edges = np.array(EDGES)
    bin_of = np.searchsorted(edges[1:-1], confidence, side="right")
    right, wrong = (np.bincount(bin_of[kind], minlength=len(edges) - 1) for kind in (correct, ~correct))
    return pd.DataFrame({"low": edges[:-1], "high": edges[1:], "right": right, "wrong": wrong})


def _binned(confidence: np.ndarray, by: Binning, bins: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the `bins + 1` edges, and the bin of each sample. Bins are empty where many confidences are equal."""
    if by == "width":
        edges = np.linspace(0, 1, bins + 1)
    else:  # The edges are confidences that occur. Rounding can therefore not move a confidence across an edge.
        ordered = np.sort(confidence.astype(np.float64))
        edges = ordered[np.minimum(np.arange(bins + 1) * len(ordered) // bins, len(ordered) - 1)]
    return edges, np.searchsorted(edges[1:-1], confidence, side="right")
