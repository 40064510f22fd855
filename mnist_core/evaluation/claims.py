"""Verdicts on published accuracies."""

from typing import Literal

Verdict = Literal["reproduced", "better", "not reproducible", "filled in"]
HALF_UNIT = 0.5
"""Largest rounding error, in units of the last decimal."""


def verdict(reported: str | None, low: float, high: float) -> Verdict:
    """Compare a published accuracy with the confidence interval of the measured one.

    Parameters
    ----------
    reported : str or None
        Accuracy in percent as printed, rounded to its decimals. None if the project does not report one.
    low, high : float in 0..1
        Ends of the interval.

    Returns
    -------
    str
        "reproduced" if at least one accuracy that rounds to the reported one is in the interval, "better" if all of
        them are below the interval, "not reproducible" if all are above it, "filled in" if none is reported.
    """
    if reported is None:
        return "filled in"
    percent, decimals = float(reported), len(reported.partition(".")[2])
    rounding = HALF_UNIT * 10.0**-decimals
    if percent + rounding < 100 * low:
        return "better"
    return "not reproducible" if percent - rounding > 100 * high else "reproduced"
