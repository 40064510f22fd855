"""McNemar's test, bootstrap intervals, Holm correction and ranges of ranks."""

import gc
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import binomtest
from statsmodels.stats.contingency_tables import mcnemar as statsmodels_mcnemar
from statsmodels.stats.multitest import multipletests

from mnist_core.evaluation.significance import LEVEL, bootstrap_interval, holm, mcnemar, rank_ranges

counts = st.integers(0, 300)


@given(counts, counts)
def test_mcnemar_equals_the_exact_test_of_statsmodels_and_the_binomial_test_of_scipy(b, c):
    expected = statsmodels_mcnemar([[5, b], [c, 7]], exact=True).pvalue
    assert mcnemar(b, c) == pytest.approx(expected, rel=1e-9)
    if b + c:
        assert mcnemar(b, c) == pytest.approx(binomtest(b, b + c, 0.5).pvalue, rel=1e-9)


@pytest.mark.parametrize(("b", "c"), [(3000, 3000), (2900, 3100), (7000, 6800), (5200, 4800)])
def test_mcnemar_is_exact_for_thousands_of_discordant_samples(b, c):
    assert mcnemar(b, c) == pytest.approx(binomtest(b, b + c, 0.5).pvalue, rel=1e-9)


@pytest.mark.parametrize(("b", "c", "expected"), [(0, 0, 1), (1, 0, 1), (5, 0, 2 / 32), (8, 1, 2 * (1 + 9) / 512)])
def test_mcnemar_of_small_counts(b, c, expected):
    assert mcnemar(b, c) == expected


@given(st.integers(0, 5000), st.integers(0, 5000))
@settings(max_examples=30)
def test_mcnemar_is_symmetric_and_positive(b, c):
    assert mcnemar(b, c) == mcnemar(c, b)
    assert 0 < mcnemar(b, c) <= 1


def test_mcnemar_accepts_small_numpy_integers_and_p_values_that_underflow():
    assert mcnemar(np.uint8(200), np.uint8(180)) == mcnemar(200, 180)
    assert mcnemar(14_000, 0) == sys.float_info.min


def test_mcnemar_rejects_negative_counts():
    with pytest.raises(ValueError, match="at least 0, found b=-1, c=3"):
        mcnemar(-1, 3)


@pytest.mark.parametrize(("only_a", "only_b", "n"), [(40, 25, 1000), (3, 0, 300), (60, 60, 200), (0, 0, 50)])
def test_the_interval_matches_a_bootstrap_over_single_samples(only_a, only_b, n):
    gains = np.repeat([1, -1, 0], [only_a, only_b, n - only_a - only_b])
    drawn = np.random.default_rng(1).choice(gains, size=(20_000, n)).mean(axis=1)
    expected = np.quantile(drawn, [LEVEL / 2, 1 - LEVEL / 2])
    # Two bootstraps with different seeds also differ by one or two samples at the ends of the interval.
    assert bootstrap_interval(only_a, only_b, n) == pytest.approx(expected, abs=1.5 / n)


def test_the_interval_has_the_nominal_coverage():
    rng, covered = np.random.default_rng(0), 0
    for only_a, only_b, _ in rng.multinomial(2000, [0.03, 0.02, 0.95], size=400):
        low, high = bootstrap_interval(only_a, only_b, 2000, resamples=2000)
        covered += low <= 0.01 <= high
    assert covered / 400 == pytest.approx(0.95, abs=0.03)


@pytest.mark.parametrize(("only_a", "only_b", "n"), [(0, 0, 0), (-1, 0, 5), (3, 3, 5)])
def test_the_interval_rejects_invalid_counts(only_a, only_b, n):
    with pytest.raises(ValueError, match="sum to at most n >= 1"):
        bootstrap_interval(only_a, only_b, n)


@pytest.fixture(scope="module")
def frozen_objects():
    """Exclude existing objects from garbage collection, which `multipletests` runs in every call."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("frozen_objects")
@given(arrays(float, st.integers(1, 40), elements=st.floats(0, 1)))
def test_holm_matches_statsmodels(p_values):
    reject, expected, *_ = multipletests(p_values, LEVEL, method="holm")
    np.testing.assert_allclose(holm(p_values), expected)
    assert (holm(p_values) <= LEVEL + 1e-12).tolist() == reject.tolist()


def test_holm_accepts_an_empty_array():
    assert holm(np.array([])).size == 0


def test_rank_ranges_of_a_small_example():
    """Compare four classifiers.

    The best is significantly better than all others. The second and third do not differ significantly, and neither do
    the third and fourth.
    """
    accuracies = np.array([0.90, 0.99, 0.91, 0.92])
    significant = {(1, 0), (1, 2), (1, 3), (3, 0)}
    p_values = np.ones((4, 4))
    for i, j in significant:
        p_values[i, j] = p_values[j, i] = 0.01
    best, worst = rank_ranges(accuracies, p_values)
    assert list(zip(best.tolist(), worst.tolist(), strict=True)) == [(3, 4), (1, 1), (2, 4), (2, 3)]
