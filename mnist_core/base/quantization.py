"""Scores in two bytes each: what is kept of tens of thousands of digits that were scored out of fold."""

import numpy as np

STEPS_A_NAT = 64
"""A step changes a probability by less than 1.6 %, rounding to it by less than 0.8 %."""
MOST_NATS = 12
"""A probability of e^-12, 6 in a million: 60,000 digits cannot tell smaller ones apart, and they fill half a file."""
MOST_STEPS = MOST_NATS * STEPS_A_NAT


def pack(logits: np.ndarray, y_true: np.ndarray) -> np.ndarray:
    """How far each logit lies below the highest of its row, in steps of 1/64 nat.

    Parameters
    ----------
    logits : float ndarray of shape (n, k)
        Scores divided by their temperature.
    y_true : integer ndarray of shape (n,)
        Labels: a label's own logit is not floored, for on it likelihoods and temperatures depend.

    Returns
    -------
    uint16 ndarray of shape (n, k)
        0 for the first of the highest in each row and for it alone, so that predictions survive; at most `MOST_STEPS`,
        and 65535 for the label.
    """
    logits, rows = logits.astype(np.float64), np.arange(len(logits))
    exact = np.rint((logits.max(axis=1, keepdims=True) - logits) * STEPS_A_NAT).clip(1, np.iinfo(np.uint16).max)
    exact[rows, logits.argmax(axis=1)] = 0
    steps = np.minimum(exact, MOST_STEPS)
    steps[rows, y_true] = exact[rows, y_true]
    return steps.astype(np.uint16)


def unpack(steps: np.ndarray) -> np.ndarray:
    """The logits that `pack` was given, but for a constant in each row, rounding and floor: float32 (n, k)."""
    return steps.astype(np.float32) / np.float32(-STEPS_A_NAT)
