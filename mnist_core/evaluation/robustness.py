"""How accuracy falls as digits are distorted, which answers change, and one number for all of it."""

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import pandas as pd

from mnist_core.evaluation.metrics import accuracy_interval

Change = Literal["lost", "gained", "any"]
ALL = "all"
"""The column of the mean over all transforms."""


def accuracy_table(
    clean: Mapping[str, float],
    distorted: Mapping[str, Mapping[str, Sequence[float]]],
    amounts: Mapping[str, Sequence[float]],
    n: int,
) -> pd.DataFrame:
    """One row a classifier, transform and severity.

    Parameters
    ----------
    clean : mapping of classifier to its accuracy on digits as they are
        Shares in 0..1.
    distorted : mapping of classifier to a mapping of transform to accuracies
        Shares in 0..1 at each severity, the mildest first.
    amounts : mapping of transform to the amount at each severity
        In the transform's unit.
    n : int
        Digits that each accuracy was measured on.

    Returns
    -------
    DataFrame
        `name`, `transform`, `severity` (0: as they are), `amount`, `accuracy`, and `low` and `high`, its 95 % interval
        (Wilson): shares in 0..1.
    """
    rows = []
    for name, accuracies in distorted.items():
        for transform, found in accuracies.items():
            steps = zip((0, *amounts[transform]), (clean[name], *found), strict=True)
            for severity, (amount, accuracy) in enumerate(steps):
                rows.append((name, transform, severity, amount, accuracy, *accuracy_interval(accuracy, n)))
    return pd.DataFrame(rows, columns=["name", "transform", "severity", "amount", "accuracy", "low", "high"])


def mean_accuracies(table: pd.DataFrame) -> pd.DataFrame:
    """Mean accuracy over the severities, indexed by `name`: a column for each transform, and `all`, their mean.

    Parameters
    ----------
    table : DataFrame
        As of `accuracy_table`.
    """
    return _by_transform(table, table["severity"] > 0)


def accuracies_at(table: pd.DataFrame, severity: int) -> pd.DataFrame:
    """Accuracy at one severity, in the form of `mean_accuracies`."""
    return _by_transform(table, table["severity"] == severity)


def corruption_errors(table: pd.DataFrame, baseline: str) -> pd.DataFrame:
    """Errors over all severities as multiples of a baseline's, in the form of `mean_accuracies`.

    The column `all` is the mean corruption error, mCE. NaN where the baseline makes no mistake.

    Parameters
    ----------
    table : DataFrame
        As of `accuracy_table`.
    baseline : str
        One of its classifiers.

    References
    ----------
    Hendrycks & Dietterich (2019), "Benchmarking neural network robustness to common corruptions and perturbations",
    ICLR; their baseline is AlexNet.
    """
    errors = 1 - mean_accuracies(table).drop(columns=ALL)
    relative = errors / errors.loc[baseline].replace(0, np.nan)
    return relative.assign(**{ALL: relative.mean(axis=1, skipna=False)})


def changed_answers(y_true: np.ndarray, before: np.ndarray, after: np.ndarray, change: Change = "lost") -> np.ndarray:
    """Indices of the digits whose answer changed: from right to wrong, from wrong to right, or at all.

    Parameters
    ----------
    y_true, before, after : integer ndarrays of shape (n,)
        The true digits, and the answers as they are and distorted.
    """
    changed = before != after
    if change == "lost":
        changed &= before == y_true
    elif change == "gained":
        changed &= after == y_true
    return np.flatnonzero(changed)


def _by_transform(table: pd.DataFrame, rows: pd.Series) -> pd.DataFrame:
    """Mean accuracies of these rows: classifiers and transforms in the order of the table."""
    means = table[rows].groupby(["name", "transform"], sort=False)["accuracy"].mean().unstack()
    means = means.loc[table["name"].unique(), table["transform"].unique()].rename_axis(columns=None)
    return means.assign(**{ALL: means.mean(axis=1, skipna=False)})
