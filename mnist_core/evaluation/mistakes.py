"""Which digits to look at, and in what order."""

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import pandas as pd

Sort = Literal["confidence", "margin", "index"]


def confidence_and_margin(proba: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How sure each prediction is: its probability, and its distance to the second likeliest class.

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
    """Where predictions are wrong, and are `predicted` if that is given: bool of the shape of `y_pred`.

    Parameters
    ----------
    y_true : integer ndarray of shape (n,)
    y_pred : integer ndarray of shape (n,), or (k, n) for k classifiers
    """
    wrong = y_pred != y_true
    return wrong if predicted is None else wrong & (y_pred == predicted)


def surest_mistakes(
    mistaken: np.ndarray, confidence: np.ndarray, margin: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of each digit the surest mistake: who made it, its confidence, and the smallest margin of all its mistakes.

    Parameters
    ----------
    mistaken : bool ndarray of shape (k, n)
        Which of k classifiers are wrong about which of n digits.
    confidence, margin : float ndarrays of shape (k, n)

    Returns
    -------
    who : integer ndarray of shape (n,), in 0..k-1
    confidence, margin : float ndarrays of shape (n,)
        -inf and inf where nobody is wrong.
    """
    of_mistakes = np.where(mistaken, confidence, -np.inf)
    return of_mistakes.argmax(axis=0), of_mistakes.max(axis=0), np.where(mistaken, margin, np.inf).min(axis=0)


def sort_digits(indices: np.ndarray, by: Sort, *, confidence: np.ndarray, margin: np.ndarray) -> np.ndarray:
    """Highest confidence first, smallest margin first, or by index; ties in order of the index.

    Parameters
    ----------
    indices : integer ndarray of shape (k,)
    confidence, margin : float ndarrays of shape (n,)
        Of all n digits.
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
    """One row a digit: `index`, `true`, then `NAME` (predicted) and `NAME probability` for each classifier."""
    rows = np.asarray(indices, dtype=np.int64)
    columns: dict[str, np.ndarray] = {"index": rows, "true": y_true[rows]}
    for name, y_pred in y_preds.items():
        columns[name] = y_pred[rows]
        columns[f"{name} probability"] = probas[name][rows, y_pred[rows]].round(4)
    return pd.DataFrame(columns)
