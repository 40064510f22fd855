"""Confusion matrices and classification reports.

Rows are true classes and columns predicted ones, as in scikit-learn.
"""

from typing import Literal

import numpy as np
import pandas as pd

from mnist_core.base.digits import N_CLASSES
from mnist_core.evaluation.metrics import wilson_interval

Normalisation = Literal["counts", "row", "column"]
"""Counts, shares of the row (true class), or shares of the column (predicted class)."""


def confusion_matrix(y_true: np.ndarray, y_pred: np.ndarray) -> np.ndarray:
    """Count the samples in each (true, predicted) cell.

    Parameters
    ----------
    y_true, y_pred : integer ndarrays of shape (n,)
        Labels in 0..9.

    Returns
    -------
    int64 ndarray of shape (10, 10), summing to n
    """
    cells = y_true.astype(np.int64) * N_CLASSES + y_pred
    return np.bincount(cells, minlength=N_CLASSES**2).reshape(N_CLASSES, N_CLASSES)


def normalise(matrix: np.ndarray, by: Normalisation) -> np.ndarray:
    """Return the counts as floats, or as shares in 0..1 of their row (true class) or column (predicted class).

    Shares of an empty row or column are 0.
    """
    if by == "counts":
        return matrix.astype(float)
    sums = matrix.sum(axis=1 if by == "row" else 0, keepdims=True)
    return matrix / np.maximum(sums, 1)


def class_report(matrix: np.ndarray) -> pd.DataFrame:
    """Compute `precision`, `recall`, `f1` (0..1, 0 if undefined) and `support` of each class, indexed by `digit`."""
    hits, predicted, support = np.diag(matrix), matrix.sum(axis=0), matrix.sum(axis=1)
    frame = pd.DataFrame(
        {
            "precision": hits / np.maximum(predicted, 1),
            "recall": hits / np.maximum(support, 1),
            "f1": 2 * hits / np.maximum(predicted + support, 1),
            "support": support,
        }
    )
    frame.index.name = "digit"
    return frame


def report_averages(matrix: np.ndarray) -> pd.DataFrame:
    """Compute averages of a class report: `precision`, `recall`, `f1` (0..1) and `support`, indexed by `average`.

    All three micro averages equal the accuracy. The macro average weights all classes equally, the weighted average by
    their support. The average of F1 is the mean of the F1 of the classes, not the F1 of the mean precision and recall.
    """
    report, n = class_report(matrix), int(matrix.sum())
    shares = report.drop(columns="support")
    accuracy = float(np.trace(matrix)) / max(n, 1)
    weighted = shares.mul(report["support"], axis=0).sum() / max(n, 1)
    frame = pd.DataFrame({"micro": accuracy, "macro": shares.mean(), "weighted": weighted}).T
    frame.index.name = "average"
    return frame.assign(support=n)


def report_intervals(matrix: np.ndarray) -> pd.DataFrame:
    """Compute the 95 % confidence intervals (Wilson) of precision and recall of each class, indexed by `digit`.

    Returns
    -------
    DataFrame
        `precision_low`, `precision_high`, `recall_low`, `recall_high`: shares in 0..1, NaN where undefined.
    """
    columns: dict[str, list[float]] = {}
    for name, axis in (("precision", 0), ("recall", 1)):
        counts = zip(np.diag(matrix).tolist(), matrix.sum(axis=axis).tolist(), strict=True)
        intervals = [wilson_interval(hits, n) if n else (np.nan, np.nan) for hits, n in counts]
        columns[f"{name}_low"], columns[f"{name}_high"] = ([pair[end] for pair in intervals] for end in (0, 1))
    return pd.DataFrame(columns).rename_axis("digit")


def mistakes_per_digit(a: np.ndarray, b: np.ndarray) -> pd.DataFrame:
    """Count the mistakes of two classifiers in each true class, indexed by `digit`.

    Parameters
    ----------
    a, b : integer ndarrays of shape (10, 10)
        Confusion matrices of A and B on the same samples.

    Returns
    -------
    DataFrame
        `mistakes_a`, `mistakes_b`, `difference` (A minus B) and `support`: counts.
    """
    support = a.sum(axis=1)
    mistakes_a, mistakes_b = (support - np.diag(matrix) for matrix in (a, b))
    columns = {"mistakes_a": mistakes_a, "mistakes_b": mistakes_b, "difference": mistakes_a - mistakes_b}
    return pd.DataFrame({**columns, "support": support}).rename_axis("digit")


def cells_table(matrix: np.ndarray) -> pd.DataFrame:
    """Return one row per cell: `true`, `predicted`, `digits` (their number), `share_of_true`, `share_of_predicted`.

    The shares, in 0..1, are those of the row and of the column.
    """
    true, predicted = np.indices(matrix.shape)
    return pd.DataFrame(
        {
            "true": true.ravel(),
            "predicted": predicted.ravel(),
            "digits": matrix.ravel(),
            "share_of_true": normalise(matrix, "row").ravel(),
            "share_of_predicted": normalise(matrix, "column").ravel(),
        }
    )


def confused_pairs(matrix: np.ndarray) -> pd.DataFrame:
    """Return the non-empty cells off the diagonal, most samples first.

    Returns
    -------
    DataFrame
        `true`, `predicted`, `digits` (number of samples) and `share` of the row, in 0..1.
    """
    rows = matrix.sum(axis=1)
    true, predicted = np.nonzero(matrix - np.diag(np.diag(matrix)))
    frame = pd.DataFrame(
        {
            "true": true,
            "predicted": predicted,
            "digits": matrix[true, predicted],
            "share": matrix[true, predicted] / np.maximum(rows[true], 1),
        }
    )
    return frame.sort_values(
        ["digits", "share", "true", "predicted"], ascending=[False, False, True, True], ignore_index=True
    )
