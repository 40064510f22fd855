"""Digits with doubtful labels: who disputes them, and how accurate classifiers are without them."""

from collections.abc import Collection, Iterable, Mapping
from typing import Literal

import numpy as np
import pandas as pd

from mnist_core.evaluation.metrics import accuracy_interval

Dispute = Literal["any", "most", "all"]


def count_disagreements(y_true: np.ndarray, y_preds: Iterable[np.ndarray]) -> np.ndarray:
    """How many classifiers say something else than each digit's label.

    Parameters
    ----------
    y_true : integer ndarray of shape (n,)
    y_preds : integer ndarrays of shape (n,), one a classifier

    Returns
    -------
    int64 ndarray of shape (n,)
    """
    votes = np.zeros(len(y_true), dtype=np.int64)
    for y_pred in y_preds:
        votes += y_pred != y_true
    return votes


def is_disputed(votes: np.ndarray, single_classifiers: int, by: Dispute) -> np.ndarray:
    """Whether at least one of the voters, more than half of them, or all are against the label: bool (n,)."""
    return 2 * votes > single_classifiers if by == "most" else votes >= (single_classifiers if by == "all" else 1)


def accuracy_without(
    y_true: np.ndarray,
    y_preds: Mapping[str, np.ndarray],
    label_issues: Mapping[str, np.ndarray],
    judge: str,
    *,
    members: Mapping[str, Collection[str]] | None = None,
) -> pd.DataFrame:
    """The accuracy of every classifier with all digits, and without suspects.

    A judge's suspects are its own mistakes, and often those of its like, so that leaving them out flatters it. A second
    figure therefore leaves out what most of the other judges suspect: the classifier itself has no part in that choice.

    Parameters
    ----------
    y_true : integer ndarray of shape (n,)
    y_preds : integer ndarrays of shape (n,) by classifier
    suspects : integer ndarrays of indices, by judge
    judge : str
        Whose suspects are left out of the first figure.
    members : mapping of classifier to classifiers
        Of each that votes over others, over whom. It has no part in the choice for anybody, for it would speak for
        these once more, and they have none in the choice for it.

    Returns
    -------
    DataFrame
        One row a classifier: `name`; then `all`, `judged` (without the judge's suspects) and `others` (without those of
        most other judges), shares in 0..1, each with `_low` and `_high` of its 95 % interval (Wilson) and the `_digits`
        that it is of. NaN where no digit is left, and for `others` where there is no other judge.
    """
    n, members = len(y_true), members or {}
    everything = np.ones(n, dtype=bool)
    listed = {name: _without(n, indices) for name, indices in label_issues.items()}
    rows = []
    for name, y_pred in y_preds.items():
        right = y_pred == y_true
        related = {name, *members, *members.get(name, ())}
        peers = [kept for other, kept in listed.items() if other not in related]
        lists = np.sum([~kept for kept in peers], axis=0) if peers else 0
        trusted = 2 * lists <= len(peers) if peers else ~everything
        kept_digits = {"all": everything, "judged": listed[judge], "others": trusted}
        row: dict[str, object] = {"name": name}
        for column, kept in kept_digits.items():
            row |= _accuracy(column, right[kept])
        rows.append(row)
    return pd.DataFrame(rows)


def label_issues_table(
    indices: np.ndarray,
    y_true: np.ndarray,
    y_preds: Mapping[str, np.ndarray],
    *,
    judge: str,
    proba: np.ndarray,
    split: str,
    single_classifiers: Collection[str],
) -> pd.DataFrame:
    """One row a suspect, in this order: what it is, what the judge makes of it, and everybody's votes.

    Parameters
    ----------
    proba : float ndarray of shape (n, 10)
        The judge's probabilities.
    voters : collection of str
        The classifiers whose votes are counted.

    Returns
    -------
    DataFrame
        `index`, `split`, `label`; `judge`, what `judge says`, and its `probability of the label` (0..1); `votes
        against`, how many voters say something else than the label; then what each classifier says, by name.
    """
    votes = count_disagreements(y_true[indices], [y_preds[name][indices] for name in single_classifiers])
    return pd.DataFrame(
        {
            "index": indices,
            "split": split,
            "label": y_true[indices],
            "judge": judge,
            "judge says": y_preds[judge][indices],
            "probability of the label": [float(f"{value:.3g}") for value in proba[indices, y_true[indices]]],
            "votes against": votes,
            **{name: y_pred[indices] for name, y_pred in y_preds.items()},
        }
    )


def _without(n: int, indices: np.ndarray) -> np.ndarray:
    """All digits but these: bool of shape (n,)."""
    kept = np.ones(n, dtype=bool)
    kept[indices] = False
    return kept


def _accuracy(column: str, right: np.ndarray) -> dict[str, float]:
    """The share that is right with its interval, as columns of this name."""
    share, low, high = (np.nan, np.nan, np.nan)
    if len(right):
        share = float(right.mean())
        low, high = accuracy_interval(share, len(right))
    return {column: share, f"{column}_low": low, f"{column}_high": high, f"{column}_digits": len(right)}
