"""Whether classifiers differ by more than the chance of which digits were drawn for the test split."""

import itertools
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

LEVEL = 0.05
"""Below it a p-value counts as significant; the intervals beside them are those of 1 - LEVEL."""

Outcome = Literal["a", "b", "both", "all"]


@dataclass(frozen=True)
class Comparison:
    """Two classifiers, A and B, on the same digits.

    Attributes
    ----------
    both, only_a, only_b, neither : int
        Digits that both, one alone, or none of the two gets right.
    low, high : float
        95 % interval of the difference of their accuracies, A minus B, in -1..1.
    p_value : float
        In (0, 1]: how likely a difference at least as large is between classifiers of equal accuracy.
    agreement : float
        Share of the digits, in 0..1, that get the same answer from both, right or wrong.
    """

    both: int
    only_a: int
    only_b: int
    neither: int
    low: float
    high: float
    p_value: float
    agreement: float

    @property
    def n(self) -> int:
        """Digits compared."""
        return self.both + self.only_a + self.only_b + self.neither

    @property
    def difference(self) -> float:
        """Accuracy of A minus accuracy of B, in -1..1."""
        return (self.only_a - self.only_b) / self.n


@dataclass(frozen=True, eq=False)
class Pairwise:
    """Each of k classifiers against each other; in a matrix, rows are A and columns B.

    Attributes
    ----------
    names : tuple of k str
    accuracies : float ndarray of shape (k,), in 0..1
    differences : float ndarray of shape (k, k), in -1..1
        Accuracy of A minus accuracy of B.
    p_values, adjusted : float ndarrays of shape (k, k), symmetric, in (0, 1], 1 on the diagonal
        Of the exact McNemar test: of each pair alone, and after Holm's correction for all pairs.
    agreement : float ndarray of shape (k, k), symmetric, in 0..1
        Share of the digits with the same answer.
    """

    names: tuple[str, ...]
    accuracies: np.ndarray
    differences: np.ndarray
    p_values: np.ndarray
    adjusted: np.ndarray
    agreement: np.ndarray


def mcnemar(b: int, c: int) -> float:
    """Exact two-sided p-value of McNemar's test: were the discordant digits dealt by a fair coin?

    Parameters
    ----------
    b, c : int
        Digits that only the first and only the second classifier gets right, at least 0.

    Returns
    -------
    float in (0, 1]
        What is too small for a float is given as the smallest normal one.

    References
    ----------
    McNemar (1947), "Note on the sampling error of the difference between correlated proportions or percentages",
    Psychometrika 12. Its exact form is the binomial test of b successes in b + c trials at 1/2.
    """
    b, c = int(b), int(c)  # NumPy's integers would overflow
    if min(b, c) < 0:
        raise ValueError(f"Expected counts of at least 0, found b={b}, c={c}.")
    n, tail, ways = b + c, 0, 1
    for k in range(min(b, c) + 1):
        tail += ways
        ways = ways * (n - k) // (k + 1)
    # Integers of any size, divided once: the result is rounded once, whatever the counts.
    return max(min(2 * tail / 2**n, 1.0), sys.float_info.min)


def compare(y_true: np.ndarray, a: np.ndarray, b: np.ndarray, *, seed: int = 0, resamples: int = 10_000) -> Comparison:
    """Compare two classifiers' predictions of the same digits.

    Parameters
    ----------
    y_true, a, b : integer ndarrays of shape (n,), n >= 1
        True labels, and what A and B predicted.
    seed, resamples : int
        Of the bootstrap.
    """
    right_a, right_b = a == y_true, b == y_true
    only_a, only_b = int((right_a & ~right_b).sum()), int((right_b & ~right_a).sum())
    low, high = bootstrap_interval(only_a, only_b, len(y_true), seed=seed, resamples=resamples)
    return Comparison(
        both=int((right_a & right_b).sum()),
        only_a=only_a,
        only_b=only_b,
        neither=int((~right_a & ~right_b).sum()),
        low=low,
        high=high,
        p_value=mcnemar(only_a, only_b),
        agreement=float((a == b).mean()),
    )


def mistakes_by_outcome(
    y_true: np.ndarray, y_preds: Mapping[str, np.ndarray], a: str, b: str
) -> dict[Outcome, np.ndarray]:
    """Which digits only A gets right, only B, neither of the two, and nobody: bool ndarrays of shape (n,).

    Parameters
    ----------
    y_true : integer ndarray of shape (n,)
    y_preds : mapping of names, with those of A and B, to integer ndarrays of shape (n,)
    """
    wrong = {name: y_pred != y_true for name, y_pred in y_preds.items()}
    return {
        "a": wrong[b] & ~wrong[a],
        "b": wrong[a] & ~wrong[b],
        "both": wrong[a] & wrong[b],
        "all": np.all(list(wrong.values()), axis=0),
    }


def bootstrap_interval(
    only_a: int, only_b: int, n: int, *, seed: int = 0, resamples: int = 10_000
) -> tuple[float, float]:
    """Paired bootstrap percentile interval of the difference of two accuracies, A minus B.

    Digits are not drawn one by one: in n draws with replacement, the numbers of those that only A and only B gets right
    are multinomial with the shares found, which is the same distribution.

    Parameters
    ----------
    only_a, only_b : int
        Digits that only A and only B gets right.
    n : int
        All digits, n >= 1.
    resamples : int
        Thousands; an odd number loses one.

    Returns
    -------
    low, high : float
        In -1..1; the difference found lies between them. Swapping A and B swaps and negates them.

    References
    ----------
    Efron and Tibshirani (1993), "An introduction to the bootstrap", chapter 13.
    """
    if not (n >= 1 and min(only_a, only_b) >= 0 and only_a + only_b <= n):
        raise ValueError(f"Expected counts that sum to at most n >= 1, found {only_a}, {only_b} and n={n}.")

    def draw(first: int, second: int) -> np.ndarray:
        shares = [first / n, second / n, (n - first - second) / n]
        counts = np.random.default_rng(seed).multinomial(n, shares, size=resamples // 2)
        return counts[:, 0] - counts[:, 1]

    # Half of the draws count A first and half B, from the same seed, so that the order of the two does not matter.
    gains = np.concatenate([draw(only_a, only_b), -draw(only_b, only_a)])
    low, high = np.quantile(gains, [LEVEL / 2, 1 - LEVEL / 2]) / n
    return float(low), float(high)


def pairwise(y_true: np.ndarray, y_preds: Mapping[str, np.ndarray]) -> Pairwise:
    """Compare each classifier with each other.

    Parameters
    ----------
    y_true : integer ndarray of shape (n,), n >= 1
    y_preds : mapping of k >= 1 names to integer ndarrays of shape (n,)
    """
    answers = np.stack(list(y_preds.values()))  # (k, n)
    right = (answers == y_true).astype(float)
    only = np.rint(right @ (1 - right).T).astype(int)  # (k, k): digits that the row gets right and the column wrong
    k, n = answers.shape
    p_values, adjusted = np.ones((k, k)), np.ones((k, k))
    for i, j in itertools.combinations(range(k), 2):
        p_values[i, j] = p_values[j, i] = mcnemar(only[i, j], only[j, i])
    pairs = np.triu_indices(k, 1)
    adjusted[pairs] = adjusted.T[pairs] = holm(p_values[pairs])
    agreement = (answers[:, None] == answers).mean(axis=2)
    return Pairwise(tuple(y_preds), right.mean(axis=1), (only - only.T) / n, p_values, adjusted, agreement)


def holm(p_values: np.ndarray) -> np.ndarray:
    """P-values adjusted for their number.

    Calling all those below a level significant is wrong about any of them with at most that probability.

    Parameters
    ----------
    p_values : float ndarray of shape (m,), in 0..1

    Returns
    -------
    float ndarray of shape (m,), each at least as large as the one given, at most 1

    References
    ----------
    Holm (1979), "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6.
    """
    order = np.argsort(p_values, kind="stable")
    steps = np.maximum.accumulate(p_values[order] * np.arange(len(p_values), 0, -1))
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum(steps, 1)
    return adjusted


def rank_ranges(accuracies: np.ndarray, p_values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The ranks that each classifier may have: behind all that are significantly better, before all that are worse.

    Parameters
    ----------
    accuracies : float ndarray of shape (k,)
    p_values : float ndarray of shape (k, k)
        Of each pair, adjusted for their number.

    Returns
    -------
    best, worst : integer ndarrays of shape (k,), 1 <= best <= worst <= k
    """
    apart = p_values < LEVEL
    better = apart & (accuracies > accuracies[:, None])  # (k, k): the column is better than the row
    worse = apart & (accuracies < accuracies[:, None])
    return 1 + better.sum(axis=1), len(accuracies) - worse.sum(axis=1)
