"""Distribution of a measure in each class, as tables whose size does not depend on the number of samples."""

import math

import numpy as np
import pandas as pd

_BINS = 512
"""Number of bins that replace the samples in the density estimate."""
_TAIL = 0.001
"""Share of the samples left out at each end of the range. With outliers, most of the plot would be empty."""


def class_densities(values: np.ndarray, labels: np.ndarray, *, points: int = 96) -> pd.DataFrame:
    """Estimate the density of the values in each class, without the 0.1 % of all samples at each end of the range.

    The estimate uses a Gaussian kernel with Silverman's bandwidth, on fine bins instead of single samples.

    Parameters
    ----------
    values : float ndarray of shape (n,), n >= 1
    labels : integer ndarray of shape (n,), in 0..9
    points : int
        Number of points per class.

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
    # The bins exceed the range, because the kernels of values outside overlap it.
    margin = (high - low) / 4
    edges = np.linspace(low - margin, high + margin, _BINS + 1)
    centers, width = (edges[1:] + edges[:-1]) / 2, edges[1] - edges[0]
    frames = []
    for digit in np.unique(labels):
        in_class = values[labels == digit]
        bandwidth = max(_bandwidth(in_class), width)
        kernel = np.exp(-0.5 * ((grid[:, None] - centers) / bandwidth) ** 2) / (bandwidth * math.sqrt(2 * math.pi))
        density = kernel @ np.histogram(in_class, edges)[0] / len(in_class)
        frames.append(pd.DataFrame({"digit": int(digit), "value": grid, "density": density}))
    return pd.concat(frames, ignore_index=True)


def class_quartiles(values: np.ndarray, labels: np.ndarray) -> pd.DataFrame:
    """Return one row per class that occurs: `digit`, `digits` (number of samples), quartiles `low`, `median`, `high`.

    Parameters
    ----------
    values : float ndarray of shape (n,)
    labels : integer ndarray of shape (n,), in 0..9
    """
    rows = []
    for digit in np.unique(labels):
        in_class = values[labels == digit]
        rows.append((int(digit), len(in_class), *(float(value) for value in np.quantile(in_class, [0.25, 0.5, 0.75]))))
    return pd.DataFrame(rows, columns=["digit", "digits", "low", "median", "high"])


def _bandwidth(values: np.ndarray) -> float:
    """Return Silverman's bandwidth: 0.9 min(standard deviation, interquartile range / 1.34) / n^0.2."""
    low, high = np.quantile(values, [0.25, 0.75])
    spreads = [spread for spread in (float(values.std()), float(high - low) / 1.34) if spread > 0]
    return 0.9 * min(spreads, default=0.0) * len(values) ** -0.2
