"""How a measure is distributed in each class: small enough to draw, however many digits there are."""

import math

import numpy as np
import pandas as pd

_BINS = 512
_TAIL = 0.001
"""Share of all digits, at each end, that a picture leaves out: a few stragglers would squeeze all others together."""


def class_densities(values: np.ndarray, labels: np.ndarray, *, points: int = 96) -> pd.DataFrame:
    """A smooth density of the values in each class, over the range of all but 1 in 1,000 digits at either end.

    A Gaussian kernel with Silverman's bandwidth, over fine bins instead of every digit.

    Parameters
    ----------
    values : float ndarray of shape (n,), n >= 1
    labels : integer ndarray of shape (n,), in 0..9

    Returns
    -------
    DataFrame
        `digit`, `value` and `density` (per unit of the value): `points` rows for each class that occurs.

    References
    ----------
    Silverman (1986), "Density estimation for statistics and data analysis": section 3.5 for the bins, equation 3.31
    for the bandwidth.
    """
    low, high = (float(end) for end in np.quantile(values, [_TAIL, 1 - _TAIL]))
    if low == high:
        low, high = low - 0.5, high + 0.5
    grid = np.linspace(low, high, points)
    # The bins reach beyond the picture, for what lies outside spreads into it.
    beyond = (high - low) / 4
    edges = np.linspace(low - beyond, high + beyond, _BINS + 1)
    centres, width = (edges[1:] + edges[:-1]) / 2, edges[1] - edges[0]
    frames = []
    for digit in np.unique(labels):
        members = values[labels == digit]
        bandwidth = max(_bandwidth(members), width)
        kernel = np.exp(-0.5 * ((grid[:, None] - centres) / bandwidth) ** 2) / (bandwidth * math.sqrt(2 * math.pi))
        density = kernel @ np.histogram(members, edges)[0] / len(members)
        frames.append(pd.DataFrame({"digit": int(digit), "value": grid, "density": density}))
    return pd.concat(frames, ignore_index=True)


def class_quartiles(values: np.ndarray, labels: np.ndarray) -> pd.DataFrame:
    """One row for each class that occurs: `digit`, `digits`, and the quartiles `low`, `median` and `high`.

    Parameters
    ----------
    values : float ndarray of shape (n,)
    labels : integer ndarray of shape (n,), in 0..9
    """
    rows = []
    for digit in np.unique(labels):
        members = values[labels == digit]
        rows.append((int(digit), len(members), *(float(value) for value in np.quantile(members, [0.25, 0.5, 0.75]))))
    return pd.DataFrame(rows, columns=["digit", "digits", "low", "median", "high"])


def _bandwidth(values: np.ndarray) -> float:
    """Silverman's rule: 0.9 times the smaller of standard deviation and scaled quartile range, falling with n^0.2."""
    low, high = np.quantile(values, [0.25, 0.75])
    spreads = [spread for spread in (float(values.std()), float(high - low) / 1.34) if spread > 0]
    return 0.9 * min(spreads, default=0.0) * len(values) ** -0.2
