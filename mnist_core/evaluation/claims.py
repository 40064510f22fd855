"""Whether a published figure holds."""

from typing import Literal

Verdict = Literal["reproduced", "better", "not reproducible", "filled in"]
HALF_A_DIGIT = 0.5


def verdict(reported: str | None, low: float, high: float) -> Verdict:
    """Compare a reported accuracy with the interval of the measured one.

    Parameters
    ----------
    reported : str or None
        In percent, rounded to the decimals it has; None if the project left the place open.
    low, high : float
        The interval, shares in 0..1.

    Returns
    -------
    str
        "reproduced" if any accuracy that rounds to the reported one lies in the interval, "better" if all of them lie
        below it, "not reproducible" if all lie above, "filled in" if there is none.
    """
    if reported is None:
        return "filled in"
    percent, decimals = float(reported), len(reported.partition(".")[2])
    rounding = HALF_A_DIGIT * 10.0**-decimals
    if percent + rounding < 100 * low:
        return "better"
    return "not reproducible" if percent - rounding > 100 * high else "reproduced"
