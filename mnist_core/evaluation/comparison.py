"""Comparison of classifiers evaluated on the same samples: one pair in detail, and all pairs."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from mnist_core.evaluation.significance import bootstrap_interval, holm, mcnemar

Outcome = Literal["a", "b", "both", "all"]
"""Samples that only A classifies correctly, only B, neither, or no classifier at all."""


@dataclass(frozen=True)
class Comparison:
    """Comparison of two classifiers, A and B, on the same samples.

    Attributes
    ----------
    both_right, only_a, only_b, both_wrong : int
        Number of samples that both, only one, or neither classifies correctly.
    low, high : float
        95 % confidence interval of the difference of their accuracies, A minus B, in -1..1.
    p_value : float
        P-value of the exact McNemar test, in (0, 1].
    agreement : float
        Share of the samples, in 0..1, with the same prediction from both, correct or wrong.
    """

    both_right: int
    only_a: int
    only_b: int
    both_wrong: int
    low: float
    high: float
    p_value: float
    agreement: float

    @property
    def n(self) -> int:
        """Number of samples."""
        return self.both_right + self.only_a + self.only_b + self.both_wrong

    @property
    def difference(self) -> float:
        """Accuracy of A minus accuracy of B, in -1..1."""
        return (self.only_a - self.only_b) / self.n


@dataclass(frozen=True, eq=False)
class Pairwise:
    """Comparison of every pair of k classifiers. In the matrices, rows are A and columns B.

    Attributes
    ----------
    names : tuple of k str
    accuracies : float ndarray of shape (k,), in 0..1
    differences : float ndarray of shape (k, k), in -1..1
        Accuracy of A minus accuracy of B.
    p_values, adjusted : float ndarrays of shape (k, k), symmetric, in (0, 1], 1 on the diagonal
        P-values of the exact McNemar test for each pair alone, and after Holm correction for all pairs.
    agreement : float ndarray of shape (k, k), symmetric, in 0..1
        Share of the samples with the same prediction.
    """

    names: tuple[str, ...]
    accuracies: np.ndarray
    differences: np.ndarray
    p_values: np.ndarray
    adjusted: np.ndarray
    agreement: np.ndarray


def compare(y_true: np.ndarray, a: np.ndarray, b: np.ndarray, *, seed: int = 0, resamples: int = 10_000) -> Comparison:
    """Compare two classifiers on the same samples.

    Parameters
    ----------
    y_true, a, b : integer ndarrays of shape (n,), n >= 1
        True classes, and the predictions of A and B.
    seed, resamples : int
        Seed and number of resamples of the bootstrap: see `significance.bootstrap_interval`.
    """
    right_a, right_b = a == y_true, b == y_true
    only_a, only_b = int((right_a & ~right_b).sum()), int((right_b & ~right_a).sum())
    low, high = bootstrap_interval(only_a, only_b, len(y_true), seed=seed, resamples=resamples)
    return Comparison(
        both_right=int((right_a & right_b).sum()),
        only_a=only_a,
        only_b=only_b,
        both_wrong=int((~right_a & ~right_b).sum()),
        low=low,
        high=high,
        p_value=mcnemar(only_a, only_b),
        agreement=float((a == b).mean()),
    )


def mistakes_by_outcome(
    y_true: np.ndarray, y_preds: Mapping[str, np.ndarray], a: str, b: str
) -> dict[Outcome, np.ndarray]:
    """Return which samples only A classifies correctly ("a"), only B ("b"), neither ("both"), or no classifier ("all").

    Parameters
    ----------
    y_true : integer ndarray of shape (n,)
    y_preds : mapping of classifier to integer ndarray of shape (n,)
        Predictions of all classifiers, including A and B.
    a, b : str
        Names of A and B.

    Returns
    -------
    mapping of "a", "b", "both" and "all" to bool ndarray of shape (n,)
    """
    wrong = {name: y_pred != y_true for name, y_pred in y_preds.items()}
    return {
        "a": wrong[b] & ~wrong[a],
        "b": wrong[a] & ~wrong[b],
        "both": wrong[a] & wrong[b],
        "all": np.all(list(wrong.values()), axis=0),
    }


def pairwise(y_true: np.ndarray, y_preds: Mapping[str, np.ndarray]) -> Pairwise:
    """Compare every pair of classifiers.

    Parameters
    ----------
    y_true : integer ndarray of shape (n,), n >= 1
    y_preds : mapping of k >= 1 classifiers to integer ndarrays of shape (n,)
    """
    stacked = np.stack(list(y_preds.values()))  # (k, n)
    right = (stacked == y_true).astype(float)
    only = np.rint(right @ (1 - right).T).astype(int)  # (k, k): samples that the row gets right and the column wrong
    k, n = stacked.shape
    p_values, adjusted = np.ones((k, k)), np.ones((k, k))
    for i, j in itertools.combinations(range(k), 2):
        p_values[i, j] = p_values[j, i] = mcnemar(only[i, j], only[j, i])
    pairs = np.triu_indices(k, 1)
    adjusted[pairs] = adjusted.T[pairs] = holm(p_values[pairs])
    agreement = (stacked[:, None] == stacked).mean(axis=2)
    return Pairwise(tuple(y_preds), right.mean(axis=1), (only - only.T) / n, p_values, adjusted, agreement)
