"""Selection and order of misclassified samples."""

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import pandas as pd

Sort = Literal["confidence", "margin", "index"]
"""Order of a list: highest confidence first, smallest margin first, or by index."""


def confidence_and_margin(proba: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Compute the probability of the predicted class, and its difference from that of the second most probable class.

    Parameters
    ----------
    proba : float ndarray of shape (n, k)

    Returns
    -------
    confidence, margin : float ndarrays of shape (n,), in 0..1
    """
    top = np.partition(proba, -2, axis=1)[:, -2:]
    return top[:, 1], top[:, 1] - top[:, 0]


def find_mistakes(y_true: np.ndarray, y_pred: np.ndarray, *, predicted: int | None = None) -> np.ndarray:
    """Return which predictions are wrong and, if `predicted` is given, equal to it.

    Parameters
    ----------
    y_true : integer ndarray of shape (n,)
    y_pred : integer ndarray of shape (n,), or (k, n) for k classifiers

    Returns
    -------
    bool ndarray of the shape of `y_pred`
    """
    wrong = y_pred != y_true
    return wrong if predicted is None else wrong & (y_pred == predicted)


def most_confident_mistakes(
    mistaken: np.ndarray, confidence: np.ndarray, margin: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Find the mistake with the highest confidence for each sample, among the mistakes of k classifiers.

    Parameters
    ----------
    mistaken : bool ndarray of shape (k, n)
        Which classifiers misclassify which samples.
    confidence, margin : float ndarrays of shape (k, n)

    Returns
    -------
    classifier : integer ndarray of shape (n,), in 0..k-1
        The classifier with the highest confidence among those that are wrong.
    confidence, margin : float ndarrays of shape (n,)
        Confidence of this classifier, and smallest margin of all mistakes. -inf and inf if no classifier is wrong.
    """
    masked = np.where(mistaken, confidence, -np.inf)
    return masked.argmax(axis=0), masked.max(axis=0), np.where(mistaken, margin, np.inf).min(axis=0)


def sort_digits(indices: np.ndarray, by: Sort, *, confidence: np.ndarray, margin: np.ndarray) -> np.ndarray:
    """Sort indices by confidence (descending), margin (ascending) or index. Ties are sorted by index.

    Parameters
    ----------
    indices : integer ndarray of shape (k,)
    by : {"confidence", "margin", "index"}
    confidence, margin : float ndarrays of shape (n,)
        Values of all samples.

    Returns
    -------
    integer ndarray of shape (k,)
    """
    if by == "index":
        return np.sort(indices)
    rank = -confidence[indices] if by == "confidence" else margin[indices]
    return indices[np.lexsort((indices, rank))]


def predictions_table(
    indices: Sequence[int] | np.ndarray,
    y_true: np.ndarray,
    y_preds: Mapping[str, np.ndarray],
    probas: Mapping[str, np.ndarray],
) -> pd.DataFrame:
    """Return one row per sample: `index`, `true`, then `NAME` (prediction) and `NAME probability` per classifier."""
    rows = np.asarray(indices, dtype=np.int64)
    columns: dict[str, np.ndarray] = {"index": rows, "true": y_true[rows]}
    for name, y_pred in y_preds.items():
        columns[name] = y_pred[rows]
        columns[f"{name} probability"] = probas[name][rows, y_pred[rows]].round(4)
    return pd.DataFrame(columns)
