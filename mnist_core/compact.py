"""Scores in two bytes each: what is kept of tens of thousands of digits that were scored out of fold."""

import numpy as np

STEPS_A_NAT = 64
"""A step changes a probability by less than 1.6 %, rounding to it by less than 0.8 %."""


def pack(logits: np.ndarray) -> np.ndarray:
    """How far each logit lies below the highest of its row, in steps of 1/64 nat.

    Parameters
    ----------
    logits : float ndarray of shape (n, k)
        Scores divided by their temperature.

    Returns
    -------
    uint16 ndarray of shape (n, k)
        0 for the first of the highest in each row and for it alone, so that labels survive; at most 65535, which is a
        probability of e^-1024.
    """
    logits = logits.astype(np.float64)
    steps = np.rint((logits.max(axis=1, keepdims=True) - logits) * STEPS_A_NAT).clip(1, np.iinfo(np.uint16).max)
    steps[np.arange(len(steps)), logits.argmax(axis=1)] = 0
    return steps.astype(np.uint16)


def unpack(steps: np.ndarray) -> np.ndarray:
    """The logits that `pack` was given, but for a constant in each row and the rounding: float32 (n, k), at most 0."""
    return steps.astype(np.float32) / np.float32(-STEPS_A_NAT)
