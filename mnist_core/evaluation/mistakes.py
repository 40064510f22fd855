"""Which digits to look at, and in what order."""

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import pandas as pd

Sort = Literal["confidence", "margin", "index"]


def select_digits(
    y_true: np.ndarray,
    y_pred: np.ndarray,
    *,
    true: int | None = None,
    predicted: int | None = None,
    among: np.ndarray | None = None,
) -> np.ndarray:
    """Indices, ascending, of the digits with this label, this prediction, and in the mask `among`."""
    mask = np.ones(len(y_true), dtype=bool) if among is None else among.copy()
    if true is not None:
        mask &= y_true == true
    if predicted is not None:
        mask &= y_pred == predicted
    return np.flatnonzero(mask)


def sort_digits(indices: np.ndarray, proba: np.ndarray, by: Sort) -> np.ndarray:
    """Most confident prediction first, smallest margin first, or by index; ties in order of the index.

    Parameters
    ----------
    indices : integer ndarray of shape (k,)
    proba : float ndarray of shape (n, 10)
        Probabilities of all n digits.
    by : {"confidence", "margin", "index"}
        `margin` is the distance between the two likeliest classes.
    """
    if by == "index":
        return np.sort(indices)
    top = np.sort(proba[indices], axis=1)
    rank = -top[:, -1] if by == "confidence" else top[:, -1] - top[:, -2]
    return indices[np.lexsort((indices, rank))]


def votes_table(
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
