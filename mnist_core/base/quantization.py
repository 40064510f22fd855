"""Quantization of out-of-fold scores to two bytes each."""

import numpy as np

STEPS_PER_NAT = 64
"""One step changes a probability by less than 1.6 %, rounding to a step by less than 0.8 %."""
MAX_NATS = 12
"""Floor of the logits: a probability of 6 in a million.

60,000 samples cannot resolve smaller probabilities, and storing them would double the size of a file.
"""
MAX_STEPS = MAX_NATS * STEPS_PER_NAT


def pack(logits: np.ndarray, y_true: np.ndarray) -> np.ndarray:
    """Return the distance of each logit from the highest in its row, in steps of 1/64 nat.

    Parameters
    ----------
    logits : float ndarray of shape (n, k)
        Scores divided by their temperature.
    y_true : integer ndarray of shape (n,)
        Labels. The logit of the label has no floor, because likelihoods and temperatures depend on it.

    Returns
    -------
    uint16 ndarray of shape (n, k)
        0 only for the first maximum of each row, so predictions do not change. At most `MAX_STEPS`, and at most 65535
        for the label.
    """
    logits, rows = logits.astype(np.float64), np.arange(len(logits))
    exact = np.rint((logits.max(axis=1, keepdims=True) - logits) * STEPS_PER_NAT).clip(1, np.iinfo(np.uint16).max)
    exact[rows, logits.argmax(axis=1)] = 0
    steps = np.minimum(exact, MAX_STEPS)
    steps[rows, y_true] = exact[rows, y_true]
    return steps.astype(np.uint16)


def unpack(steps: np.ndarray) -> np.ndarray:
    """Return the logits that were packed, float32 (n, k), up to a constant in each row, rounding and the floor."""
    return steps.astype(np.float32) / np.float32(-STEPS_PER_NAT)
