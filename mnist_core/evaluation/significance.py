"""Significance of differences in accuracy: McNemar test, Holm correction, bootstrap intervals and ranges of ranks."""

import sys

import numpy as np

LEVEL = 0.05
"""Significance level. A p-value below it is significant, and confidence intervals cover 1 - LEVEL."""


def mcnemar(b: int, c: int) -> float:
    """Compute the exact two-sided p-value of McNemar's test.

    The test uses the samples that exactly one classifier classifies correctly. Under the null hypothesis, each of the
    two is equally likely to be correct.

    Parameters
    ----------
    b, c : int
        Number of samples that only the first and only the second classifier classifies correctly, at least 0.

    Returns
    -------
    float in (0, 1]
        P-values below the smallest positive normal float are rounded up to it.

    References
    ----------
    McNemar (1947), "Note on the sampling error of the difference between correlated proportions or percentages",
    Psychometrika 12. Its exact form is the binomial test of b successes in b + c trials at 1/2.
    """
    b, c = int(b), int(c)  # NumPy integers would overflow
    if min(b, c) < 0:
        raise ValueError(f"Expected counts of at least 0, found b={b}, c={c}.")
    n, tail, ways = b + c, 0, 1
    for k in range(min(b, c) + 1):
        tail += ways
        ways = ways * (n - k) // (k + 1)
    # Python integers are exact. The result is rounded only once, in this division.
    return max(min(2 * tail / 2**n, 1.0), sys.float_info.min)


def bootstrap_interval(
    only_a: int, only_b: int, n: int, *, seed: int = 0, resamples: int = 10_000
) -> tuple[float, float]:
    """Compute the paired bootstrap percentile interval (95 %) of the difference of two accuracies, A minus B.

    Instead of single samples, the counts `only_a` and `only_b` of each resample are drawn. They have a multinomial
    distribution with the observed shares.

    Parameters
    ----------
    only_a, only_b : int
        Number of samples that only A and only B classifies correctly.
    n : int
        Number of all samples, at least 1.
    seed : int
    resamples : int
        Number of resamples, typically thousands. An odd number is rounded down to an even one.

    Returns
    -------
    low, high : float in -1..1
        The observed difference is between them. Swapping A and B swaps and negates them.

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

    # Half of the draws use the order A, B and half the order B, A, with the same seed: the interval is symmetric.
    gains = np.concatenate([draw(only_a, only_b), -draw(only_b, only_a)])
    low, high = np.quantile(gains, [LEVEL / 2, 1 - LEVEL / 2]) / n
    return float(low), float(high)


def holm(p_values: np.ndarray) -> np.ndarray:
    """Adjust p-values for multiple testing with Holm's method.

    If all differences with an adjusted p-value below a level are called significant, the probability of at least one
    false positive is at most that level.

    Parameters
    ----------
    p_values : float ndarray of shape (m,), in 0..1

    Returns
    -------
    float ndarray of shape (m,)
        Each is at least as large as the original p-value, and at most 1.

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
    """Compute the range of possible ranks of each classifier.

    A classifier ranks behind all classifiers that are significantly better, and ahead of all that are significantly
    worse.

    Parameters
    ----------
    accuracies : float ndarray of shape (k,)
    p_values : float ndarray of shape (k, k)
        P-values of all pairs, adjusted for multiple testing.

    Returns
    -------
    best, worst : integer ndarrays of shape (k,), 1 <= best <= worst <= k
    """
    significant = p_values < LEVEL
    better = significant & (accuracies > accuracies[:, None])  # (k, k): the column is better than the row
    worse = significant & (accuracies < accuracies[:, None])
    return 1 + better.sum(axis=1), len(accuracies) - worse.sum(axis=1)
