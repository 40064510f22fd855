"""Accuracy with its uncertainty, and what a plot of accuracy against cost needs."""

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np


def wilson_interval(correct: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Interval of a proportion, which stays within 0..1 and is right near its ends.

    Parameters
    ----------
    correct, n : int
        Successes and trials, 0 <= correct <= n, n >= 1.
    confidence : float
        Coverage in (0, 1).

    Returns
    -------
    low, high : float
        Shares in 0..1.

    References
    ----------
    Wilson (1927), "Probable inference, the law of succession, and statistical inference", JASA 22.
    """
    if not (n >= 1 and 0 <= correct <= n):
        raise ValueError(f"Expected 0 <= correct <= n and n >= 1, found correct={correct}, n={n}.")
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    share = correct / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * (share * (1 - share) / n + z * z / (4 * n * n)) ** 0.5
    return max(0.0, min(centre - half, share)), min(1.0, max(centre + half, share))


def accuracy_interval(accuracy: float, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson interval of an accuracy measured on `n` digits."""
    return wilson_interval(round(accuracy * n), n, confidence)


def pareto_front(cost: Sequence[float], gain: Sequence[float]) -> np.ndarray:
    """Which points no other point beats on both axes: nothing cheaper is as good, nothing as cheap is better.

    Parameters
    ----------
    cost, gain : sequences of n floats
        Less cost is better, more gain is better.

    Returns
    -------
    bool ndarray of shape (n,)
    """
    costs, gains = np.asarray(cost, dtype=float), np.asarray(gain, dtype=float)
    no_worse = (costs[:, None] <= costs) & (gains[:, None] >= gains)
    better = (costs[:, None] < costs) | (gains[:, None] > gains)
    return np.logical_not((no_worse & better).any(axis=0))


def softmax(scores: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    """Probabilities of scores: float32 of the same shape, rows in 0..1 that sum to 1.

    Parameters
    ----------
    scores : float ndarray of shape (n, k)
    temperature : float
        Greater than 0; above 1 it makes the probabilities less sure.

    References
    ----------
    Guo et al. (2017), "On calibration of modern neural networks", ICML.
    """
    # In double: raw scores may span millions, and a row must sum to 1 whatever they are.
    logits = scores.astype(np.float64) / temperature
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)


def log_softmax(logits: np.ndarray) -> np.ndarray:
    """The logarithms of the probabilities, float64 (n, k): finite however small these are."""
    centred = logits.astype(np.float64) - logits.max(axis=1, keepdims=True)
    logs: np.ndarray = centred - np.log(np.exp(centred).sum(axis=1, keepdims=True))
    return logs
