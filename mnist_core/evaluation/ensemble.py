"""Combination of the predictions of ensemble members: a logarithmic opinion pool."""

from collections.abc import Sequence

import numpy as np

from mnist_core.base.quantization import MAX_NATS
from mnist_core.evaluation.metrics import log_softmax


def logarithmic_pool(logits: Sequence[np.ndarray], weights: Sequence[float] | np.ndarray) -> np.ndarray:
    """Compute scores whose softmax is the weighted geometric mean of the members' probabilities, normalized.

    A probability near 0 has a stronger effect than in an arithmetic mean. No single member can rule out a class,
    because probabilities below e^-12 count as e^-12: see `bounded_logs`.

    Parameters
    ----------
    logits : k ndarrays of shape (n, 10)
        The softmax of each member's logits is its probabilities.
    weights : k floats, each at least 0
        Their sum may differ from 1. With a sum above 1, the ensemble can be more confident than every member.

    Returns
    -------
    float32 ndarray of shape (n, 10)
        Logarithms of probabilities, up to a constant in each row.

    References
    ----------
    Genest, Zidek (1986), "Combining probability distributions: a critique and an annotated bibliography", Statistical
    Science 1. Heskes (1998), "Selecting weighting factors in logarithmic opinion pools", NIPS.
    """
    pooled = sum(float(weight) * bounded_logs(member) for weight, member in zip(weights, logits, strict=True))
    return np.asarray(pooled, dtype=np.float32)


def bounded_logs(logits: np.ndarray) -> np.ndarray:
    """Return the logarithms of a member's probabilities, each at least -12: float64 ndarray of shape (n, k).

    Stored out-of-fold scores have smaller probabilities only for the label. Without the bound, weights would be fitted
    and applied to different logarithms, and a single value of -100 from one member would dominate the others.
    """
    logs: np.ndarray = np.maximum(log_softmax(logits), -MAX_NATS)
    return logs
