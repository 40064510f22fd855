"""Robustness to distorted digits: accuracy by transform and severity, changed predictions, corruption errors."""

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import pandas as pd

from mnist_core.evaluation.metrics import accuracy_interval

Change = Literal["lost", "gained", "any"]
"""Change of a prediction: from correct to wrong, from wrong to correct, or any change."""
ALL = "all"
"""Name of the column with the mean over all transforms."""


def accuracy_table(
    clean: Mapping[str, float],
    distorted: Mapping[str, Mapping[str, Sequence[float]]],
    amounts: Mapping[str, Sequence[float]],
    n: int,
) -> pd.DataFrame:
    """Return one row per classifier, transform and severity.

    Parameters
    ----------
    clean : mapping of classifier to float in 0..1
        Accuracy on the original digits.
    distorted : mapping of classifier to mapping of transform to floats in 0..1
        Accuracies at each severity, mild to severe.
    amounts : mapping of transform to floats
        Amount at each severity, in the unit of the transform.
    n : int
        Number of samples of each accuracy.

    Returns
    -------
    DataFrame with these columns
        name, transform : str
        severity : int in 0..5
            0 for the original digits.
        amount : float
            Amount of the transform, in its unit.
        accuracy, low, high : float in 0..1
            Accuracy and its 95 % confidence interval (Wilson).
    """
    rows = []
    for name, accuracies in distorted.items():
        for transform, found in accuracies.items():
            steps = zip((0, *amounts[transform]), (clean[name], *found), strict=True)
            for severity, (amount, accuracy) in enumerate(steps):
                rows.append((name, transform, severity, amount, accuracy, *accuracy_interval(accuracy, n)))
    return pd.DataFrame(rows, columns=["name", "transform", "severity", "amount", "accuracy", "low", "high"])


def mean_accuracies(table: pd.DataFrame) -> pd.DataFrame:
    """Compute the mean accuracy over the severities, indexed by `name`.

    There is one column per transform, and the column `all` with the mean of the transforms.

    Parameters
    ----------
    table : DataFrame
        As returned by `accuracy_table`.
    """
    return _by_transform(table, table["severity"] > 0)


def accuracies_at(table: pd.DataFrame, severity: int) -> pd.DataFrame:
    """Return the accuracy at one severity, with the rows and columns of `mean_accuracies`."""
    return _by_transform(table, table["severity"] == severity)


def corruption_errors(table: pd.DataFrame, baseline: str) -> pd.DataFrame:
    """Compute the error rates over all severities relative to those of a baseline.

    The rows and columns are those of `mean_accuracies`. The column `all` is the mean corruption error (mCE). Values are
    NaN where the baseline makes no mistake.

    Parameters
    ----------
    table : DataFrame
        As returned by `accuracy_table`.
    baseline : str
        One of the classifiers.

    References
    ----------
    Hendrycks & Dietterich (2019), "Benchmarking neural network robustness to common corruptions and perturbations",
    ICLR; their baseline is AlexNet.
    """
    errors = 1 - mean_accuracies(table).drop(columns=ALL)
    relative = errors / errors.loc[baseline].replace(0, np.nan)
    return relative.assign(**{ALL: relative.mean(axis=1, skipna=False)})


def find_changed_predictions(
    y_true: np.ndarray, before: np.ndarray, after: np.ndarray, change: Change = "lost"
) -> np.ndarray:
    """Return the indices of the samples whose prediction changed.

    Parameters
    ----------
    y_true, before, after : integer ndarrays of shape (n,)
        True classes, and predictions for the original and the distorted digits.
    change : {"lost", "gained", "any"}
        From correct to wrong, from wrong to correct, or any change.

    Returns
    -------
    int64 ndarray of shape (m,)
    """
    changed = before != after
    if change == "lost":
        changed &= before == y_true
    elif change == "gained":
        changed &= after == y_true
    return np.flatnonzero(changed)


def _by_transform(table: pd.DataFrame, rows: pd.Series) -> pd.DataFrame:
    """Return the mean accuracies of these rows, with classifiers and transforms in the order of the table."""
    means = table[rows].groupby(["name", "transform"], sort=False)["accuracy"].mean().unstack()
    means = means.loc[table["name"].unique(), table["transform"].unique()].rename_axis(columns=None)
    return means.assign(**{ALL: means.mean(axis=1, skipna=False)})
