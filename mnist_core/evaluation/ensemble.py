"""Several classifiers as one: a soft vote."""

from collections.abc import Sequence

import numpy as np


def soft_vote(logits: Sequence[np.ndarray], weights: Sequence[float] | np.ndarray) -> np.ndarray:
    """Scores whose softmax is the weighted geometric mean of probabilities, but for a constant: a logarithmic pool.

    Unlike the arithmetic mean, it lets a voter that is nearly sure that a digit is not a 4 be heard.

    Parameters
    ----------
    logits : k ndarrays of shape (n, 10)
        Each voter's, whose softmax are its probabilities.
    weights : k floats
        Not negative. Their sum need not be 1: above it, voters are together surer than any of them.

    Returns
    -------
    float32 ndarray of shape (n, 10)

    References
    ----------
    Heskes (1998), "Selecting weighting factors in logarithmic opinion pools", NIPS.
    """
    pooled = sum(float(weight) * log_softmax(voter) for weight, voter in zip(weights, logits, strict=True))
    return np.asarray(pooled, dtype=np.float32)


def log_softmax(logits: np.ndarray) -> np.ndarray:
    """The logarithms of the probabilities, float64 (n, k): finite however small these are."""
    centred = logits.astype(np.float64) - logits.max(axis=1, keepdims=True)
    logs: np.ndarray = centred - np.log(np.exp(centred).sum(axis=1, keepdims=True))
    return logs
