"""Quantization of out-of-fold scores to two bytes each."""

import numpy as np

STEPS_PER_NAT = 64
"""One step changes a probability by less than 1.6 %. Rounding to a step changes it by less than 0.8 %."""
MAX_NATS = 12
"""Largest stored distance of a logit from the highest in its row: a probability ratio of 6 in a million.

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
        Labels. `MAX_NATS` does not limit the logit of the label, because likelihoods and temperatures depend on it.

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
    """Return the packed logits: float32 ndarray of shape (n, k).

    They differ from the original logits by a constant in each row, by rounding, and by the limit `MAX_NATS`.
    """
    return steps.astype(np.float32) / np.float32(-STEPS_PER_NAT)
