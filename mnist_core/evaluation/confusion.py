"""Confusion matrices: rows are the true digit, columns the predicted one, as in scikit-learn."""

from typing import Literal

import numpy as np
import pandas as pd

from mnist_core.evaluation.metrics import wilson_interval

N_CLASSES = 10
Normalisation = Literal["counts", "row", "column"]


def confusion_matrix(y_true: np.ndarray, y_pred: np.ndarray) -> np.ndarray:
    """Count the digits of each (true, predicted) cell.

    Parameters
    ----------
    y_true, y_pred : integer ndarrays of shape (n,)
        Labels in 0..9.

    Returns
    -------
    int64 ndarray of shape (10, 10), summing to n.
    """
    cells = y_true.astype(np.int64) * N_CLASSES + y_pred
    return np.bincount(cells, minlength=N_CLASSES**2).reshape(N_CLASSES, N_CLASSES)


def normalise(matrix: np.ndarray, by: Normalisation) -> np.ndarray:
    """Counts, or shares in 0..1 of the row (true digit) or column (predicted digit); empty sums give 0."""
    if by == "counts":
        return matrix.astype(float)
    sums = matrix.sum(axis=1 if by == "row" else 0, keepdims=True)
    return matrix / np.maximum(sums, 1)


def class_report(matrix: np.ndarray) -> pd.DataFrame:
    """Precision, recall and F1 (shares in 0..1, 0 where undefined) and support of each digit, indexed by `digit`."""
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
    """Averages of a class report: `precision`, `recall` and `f1` (shares in 0..1) and `support`, indexed by `average`.

    Micro pools all decisions, and so is the accuracy, whichever of the three is asked for; macro counts every digit
    alike, weighted by its support. The averaged F1 is the mean of the digits' F1, not the F1 of the means.
    """
    report, n = class_report(matrix), int(matrix.sum())
    shares = report.drop(columns="support")
    accuracy = float(np.trace(matrix)) / max(n, 1)
    weighted = shares.mul(report["support"], axis=0).sum() / max(n, 1)
    frame = pd.DataFrame({"micro": accuracy, "macro": shares.mean(), "weighted": weighted}).T
    frame.index.name = "average"
    return frame.assign(support=n)


def report_intervals(matrix: np.ndarray) -> pd.DataFrame:
    """The 95 % intervals (Wilson) of a class report's precision and recall, indexed by `digit`; NaN where undefined.

    Returns
    -------
    DataFrame
        `precision_low`, `precision_high`, `recall_low`, `recall_high`: shares in 0..1.
    """
    columns: dict[str, list[float]] = {}
    for name, axis in (("precision", 0), ("recall", 1)):
        counts = zip(np.diag(matrix).tolist(), matrix.sum(axis=axis).tolist(), strict=True)
        intervals = [wilson_interval(hits, n) if n else (np.nan, np.nan) for hits, n in counts]
        columns[f"{name}_low"], columns[f"{name}_high"] = ([pair[end] for pair in intervals] for end in (0, 1))
    return pd.DataFrame(columns).rename_axis("digit")


def mistakes_per_digit(a: np.ndarray, b: np.ndarray) -> pd.DataFrame:
    """What two classifiers read wrong of each digit, from their confusion matrices, indexed by `digit`.

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
    """One row a cell: `true`, `predicted`, `digits`, and shares in 0..1 of its row and of its column."""
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
    """The wrong cells with digits in them, most first: `true`, `predicted`, `digits`, `share` of the row."""
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
