"""Suspected label errors: how many classifiers disagree with a label, and accuracy without the suspected samples."""

from collections.abc import Collection, Iterable, Mapping
from typing import Literal

import numpy as np
import pandas as pd

from mnist_core.evaluation.metrics import accuracy_interval

Disagreement = Literal["any", "most", "all"]
"""At least one classifier disagrees with the label, more than half of them, or all."""


def count_disagreements(y_true: np.ndarray, y_preds: Iterable[np.ndarray]) -> np.ndarray:
    """Count the classifiers that disagree with each label.

    Parameters
    ----------
    y_true : integer ndarray of shape (n,)
    y_preds : iterable of integer ndarrays of shape (n,)
        The predictions of each classifier.

    Returns
    -------
    int64 ndarray of shape (n,)
    """
    counts = np.zeros(len(y_true), dtype=np.int64)
    for y_pred in y_preds:
        counts += y_pred != y_true
    return counts


def has_disagreement(counts: np.ndarray, n_classifiers: int, by: Disagreement) -> np.ndarray:
    """Return which samples have enough classifiers that disagree with the label.

    Parameters
    ----------
    counts : integer ndarray of shape (n,)
        Number of classifiers that disagree, in 0..n_classifiers.
    n_classifiers : int
        Number of classifiers.
    by : {"any", "most", "all"}
        At least one, more than half, or all.

    Returns
    -------
    bool ndarray of shape (n,)
    """
    if by == "most":
        return 2 * counts > n_classifiers
    return counts >= (n_classifiers if by == "all" else 1)


def accuracy_without(
    y_true: np.ndarray,
    y_preds: Mapping[str, np.ndarray],
    label_issues: Mapping[str, np.ndarray],
    selected: str,
    *,
    members: Mapping[str, Collection[str]] | None = None,
) -> pd.DataFrame:
    """Compute the accuracy of every classifier on all samples and without suspected label errors.

    The label issues of a classifier are mistakes of this classifier, and often of similar classifiers. Its accuracy
    without them (`without_selected`) is therefore too high. `without_others` avoids this bias: for each classifier, it
    leaves out the samples that are label issues of most of the other classifiers.

    Parameters
    ----------
    y_true : integer ndarray of shape (n,)
    y_preds : mapping of classifier to integer ndarray of shape (n,)
    label_issues : mapping of classifier to integer ndarray of indices
        The suspected label errors of each cross-validated classifier.
    selected : str
        The classifier whose label issues `without_selected` leaves out.
    members : mapping of ensemble to classifiers
        The members of each ensemble. `without_others` ignores the label issues of ensembles, because they repeat those
        of their members. For an ensemble, it also ignores the label issues of its members.

    Returns
    -------
    DataFrame with one row per classifier and these columns
        name : str
        all, without_selected, without_others : float in 0..1
            Accuracy on all samples and on both subsets. NaN if a subset has no samples. `without_others` has none if
            there is no other cross-validated classifier.
        all_low, all_high, ... : float in 0..1
            95 % confidence interval (Wilson) of each accuracy.
        all_digits, ... : int
            Number of samples of each accuracy.
    """
    n, members = len(y_true), members or {}
    everything = np.ones(n, dtype=bool)
    kept_by = {name: _mask_without(n, indices) for name, indices in label_issues.items()}
    rows = []
    for name, y_pred in y_preds.items():
        correct = y_pred == y_true
        related = {name, *members, *members.get(name, ())}
        others = [kept for other, kept in kept_by.items() if other not in related]
        n_lists = np.sum([~kept for kept in others], axis=0) if others else 0
        trusted = 2 * n_lists <= len(others) if others else ~everything
        subsets = {"all": everything, "without_selected": kept_by[selected], "without_others": trusted}
        row: dict[str, object] = {"name": name}
        for column, kept in subsets.items():
            row |= _accuracy_columns(column, correct[kept])
        rows.append(row)
    return pd.DataFrame(rows)


def label_issues_table(
    indices: np.ndarray,
    y_true: np.ndarray,
    y_preds: Mapping[str, np.ndarray],
    *,
    classifier: str,
    proba: np.ndarray,
    split: str,
    single_classifiers: Collection[str],
) -> pd.DataFrame:
    """Return one row per sample, in the given order, with the predictions of every classifier.

    Parameters
    ----------
    indices : integer ndarray of shape (m,)
    y_true : integer ndarray of shape (n,)
    y_preds : mapping of classifier to integer ndarray of shape (n,)
    classifier : str
        The classifier whose label issues these are.
    proba : float ndarray of shape (n, 10)
        Probabilities of this classifier.
    split : str
        Name of the split, for the column `split`.
    single_classifiers : collection of str
        The classifiers that `disagreements` counts: all but ensembles.

    Returns
    -------
    DataFrame with these columns
        index, split, label
            The sample and its label.
        classifier, predicted, probability of the label
            The classifier, its prediction, and its probability of the label in 0..1.
        disagreements : int
            Number of single classifiers that disagree with the label.
        one column for each classifier, by name : int
            Its prediction.
    """
    counts = count_disagreements(y_true[indices], [y_preds[name][indices] for name in single_classifiers])
    return pd.DataFrame(
        {
            "index": indices,
            "split": split,
            "label": y_true[indices],
            "classifier": classifier,
            "predicted": y_preds[classifier][indices],
            "probability of the label": [float(f"{value:.3g}") for value in proba[indices, y_true[indices]]],
            "disagreements": counts,
            **{name: y_pred[indices] for name, y_pred in y_preds.items()},
        }
    )


def _mask_without(n: int, indices: np.ndarray) -> np.ndarray:
    """Return a bool mask of shape (n,) that is False at these indices."""
    kept = np.ones(n, dtype=bool)
    kept[indices] = False
    return kept


def _accuracy_columns(column: str, correct: np.ndarray) -> dict[str, float]:
    """Return the accuracy, its confidence interval and the number of samples, by column.

    The column names begin with `column`. `correct` is a bool ndarray.
    """
    share, low, high = (np.nan, np.nan, np.nan)
    if len(correct):
        share = float(correct.mean())
        low, high = accuracy_interval(share, len(correct))
    return {column: share, f"{column}_low": low, f"{column}_high": high, f"{column}_digits": len(correct)}
