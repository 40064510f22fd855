"""Confidence intervals of accuracies, the Pareto front, and softmax."""

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np


def wilson_interval(correct: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Compute the Wilson confidence interval of a proportion.

    Unlike the normal approximation, it stays within 0..1 and is accurate near both ends.

    Parameters
    ----------
    correct, n : int
        Number of successes and of trials, 0 <= correct <= n, n >= 1.
    confidence : float
        Coverage in (0, 1).

    Returns
    -------
    low, high : float in 0..1

    Raises
    ------
    ValueError
        The counts are not possible.

    References
    ----------
    Wilson (1927), "Probable inference, the law of succession, and statistical inference", JASA 22.
    """
    if not (n >= 1 and 0 <= correct <= n):
        raise ValueError(f"Expected 0 <= correct <= n and n >= 1, found correct={correct}, n={n}.")
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    share = correct / n
    center = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * (share * (1 - share) / n + z * z / (4 * n * n)) ** 0.5
    return max(0.0, min(center - half, share)), min(1.0, max(center + half, share))


def accuracy_interval(accuracy: float, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Compute the Wilson confidence interval of an accuracy in 0..1 that was measured on `n` samples."""
    return wilson_interval(round(accuracy * n), n, confidence)


def pareto_front(cost: Sequence[float], gain: Sequence[float]) -> np.ndarray:
    """Return which points are Pareto optimal: no other point is as good in both respects and better in one.

    Parameters
    ----------
    cost, gain : sequences of n floats
        Lower cost and higher gain are better.

    Returns
    -------
    bool ndarray of shape (n,)
    """
    costs, gains = np.asarray(cost, dtype=float), np.asarray(gain, dtype=float)
    no_worse = (costs[:, None] <= costs) & (gains[:, None] >= gains)
    better = (costs[:, None] < costs) | (gains[:, None] > gains)
    return np.logical_not((no_worse & better).any(axis=0))


def softmax(scores: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    """Compute the probabilities of scores.

    Parameters
    ----------
    scores : float ndarray of shape (n, k)
    temperature : float
        Greater than 0. Values above 1 make the probabilities less confident.

    Returns
    -------
    float32 ndarray of shape (n, k), in 0..1
        Rows sum to 1.

    References
    ----------
    Guo et al. (2017), "On calibration of modern neural networks", ICML.
    """
    # Use float64, so that rows sum to 1 even if the scores span millions.
    logits = scores.astype(np.float64) / temperature
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)


def log_softmax(logits: np.ndarray) -> np.ndarray:
    """Compute the logarithms of the softmax of logits (n, k): float64 ndarray of shape (n, k).

    They are finite even where a probability is too small for a float.
    """
    centered = logits.astype(np.float64) - logits.max(axis=1, keepdims=True)
    logs: np.ndarray = centered - np.log(np.exp(centered).sum(axis=1, keepdims=True))
    return logs
