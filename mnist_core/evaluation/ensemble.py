"""Several classifiers as one: a logarithmic opinion pool."""

from collections.abc import Sequence

import numpy as np

from mnist_core.base.quantization import MOST_NATS
from mnist_core.evaluation.metrics import log_softmax


def logarithmic_pool(logits: Sequence[np.ndarray], weights: Sequence[float] | np.ndarray) -> np.ndarray:
    """Scores whose softmax is the weighted geometric mean of probabilities, but for a constant in each row.

    Unlike the arithmetic mean, it lets a voter that is nearly sure that a digit is not a 4 be heard. None can veto: a
    probability below e^-12 counts as e^-12, see `bounded_logs`.

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
    Genest, Zidek (1986), "Combining probability distributions: a critique and an annotated bibliography", Statistical
    Science 1. Heskes (1998), "Selecting weighting factors in logarithmic opinion pools", NIPS.
    """
    pooled = sum(float(weight) * bounded_logs(voter) for weight, voter in zip(weights, logits, strict=True))
    return np.asarray(pooled, dtype=np.float32)


def bounded_logs(logits: np.ndarray) -> np.ndarray:
    """What a voter brings to a pool: the logarithms of its probabilities, each at least -12; float64 (n, k).

    Of out-of-fold scores smaller probabilities are kept for the label alone: without a bound, weights would be fitted
    on other logarithms than they are applied to, and one voter's -100 could outdo all others.
    """
    logs: np.ndarray = np.maximum(log_softmax(logits), -MOST_NATS)
    return logs
