import gc
import itertools
import sys
from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import binomtest
from statsmodels.stats.contingency_tables import mcnemar as statsmodels_mcnemar
from statsmodels.stats.multitest import multipletests

from mnist_core.evaluation.significance import (
    LEVEL,
    bootstrap_interval,
    compare,
    holm,
    mcnemar,
    mistakes_by_outcome,
    pairwise,
    rank_ranges,
)

counts = st.integers(0, 300)
FEW = 400
"""Draws for what holds whatever their number."""


def answers_of(k, most=200):
    """True labels and the answers of k classifiers, of few classes, so that they are often right together."""
    few = st.integers(0, 2)
    return st.integers(1, most).flatmap(lambda n: st.tuples(*(arrays(np.uint8, n, elements=few) for _ in range(k + 1))))


@given(counts, counts)
def test_mcnemar_is_the_exact_test_of_statsmodels_and_scipys_binomial_test(b, c):
    expected = statsmodels_mcnemar([[5, b], [c, 7]], exact=True).pvalue
    assert mcnemar(b, c) == pytest.approx(expected, rel=1e-9)
    if b + c:
        assert mcnemar(b, c) == pytest.approx(binomtest(b, b + c, 0.5).pvalue, rel=1e-9)


@pytest.mark.parametrize(("b", "c"), [(3000, 3000), (2900, 3100), (7000, 6800), (5200, 4800)])
def test_mcnemar_is_exact_for_thousands_of_discordant_digits(b, c):
    assert mcnemar(b, c) == pytest.approx(binomtest(b, b + c, 0.5).pvalue, rel=1e-9)


@pytest.mark.parametrize(("b", "c", "expected"), [(0, 0, 1), (1, 0, 1), (5, 0, 2 / 32), (8, 1, 2 * (1 + 9) / 512)])
def test_mcnemar_by_hand(b, c, expected):
    assert mcnemar(b, c) == expected


@given(st.integers(0, 5000), st.integers(0, 5000))
@settings(max_examples=30)
def test_mcnemar_does_not_ask_who_is_first_and_is_never_0(b, c):
    assert mcnemar(b, c) == mcnemar(c, b)
    assert 0 < mcnemar(b, c) <= 1


def test_mcnemar_takes_numpys_small_integers_and_what_no_float_can_hold():
    assert mcnemar(np.uint8(200), np.uint8(180)) == mcnemar(200, 180)
    assert mcnemar(14_000, 0) == sys.float_info.min


def test_mcnemar_refuses_what_is_no_count():
    with pytest.raises(ValueError, match="at least 0, found b=-1, c=3"):
        mcnemar(-1, 3)


@given(answers_of(2))
def test_compare_counts_each_digit_once(labels):
    y_true, a, b = labels
    found = compare(y_true, a, b, resamples=FEW)
    assert found.n == len(y_true)
    assert found.both + found.only_a == (a == y_true).sum()
    assert found.both + found.only_b == (b == y_true).sum()
    assert found.difference == pytest.approx((a == y_true).mean() - (b == y_true).mean())
    assert found.agreement == (a == b).mean()
    assert found.p_value == mcnemar(found.only_a, found.only_b)


@given(answers_of(2), st.randoms(use_true_random=False))
def test_the_order_of_the_digits_changes_nothing(labels, random):
    order = list(range(len(labels[0])))
    random.shuffle(order)
    shuffled = compare(*(array[order] for array in labels), resamples=FEW)
    assert asdict(shuffled) == pytest.approx(asdict(compare(*labels, resamples=FEW)))


@given(answers_of(2))
def test_swapping_a_and_b_swaps_the_answer_and_does_nothing_else(labels):
    y_true, a, b = labels
    one, other = compare(y_true, a, b, resamples=FEW), compare(y_true, b, a, resamples=FEW)
    assert (one.only_a, one.only_b) == (other.only_b, other.only_a)
    assert one.difference == -other.difference
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low), abs=1e-12)
    assert (one.p_value, one.agreement) == (other.p_value, other.agreement)


@given(answers_of(2))
def test_the_interval_holds_the_difference_found(labels):
    found = compare(*labels, resamples=FEW)
    assert -1 <= found.low <= found.difference <= found.high <= 1


@pytest.mark.parametrize(("only_a", "only_b", "n"), [(40, 25, 1000), (3, 0, 300), (60, 60, 200), (0, 0, 50)])
def test_the_interval_is_that_of_drawing_the_digits_themselves(only_a, only_b, n):
    gains = np.repeat([1, -1, 0], [only_a, only_b, n - only_a - only_b])
    drawn = np.random.default_rng(1).choice(gains, size=(20_000, n)).mean(axis=1)
    expected = np.quantile(drawn, [LEVEL / 2, 1 - LEVEL / 2])
    # The ends are found to a digit or two: that far apart two bootstraps with other seeds may be, too.
    assert bootstrap_interval(only_a, only_b, n) == pytest.approx(expected, abs=1.5 / n)


def test_the_interval_covers_the_true_difference_as_often_as_it_says():
    rng, covered = np.random.default_rng(0), 0
    for only_a, only_b, _ in rng.multinomial(2000, [0.03, 0.02, 0.95], size=400):
        low, high = bootstrap_interval(only_a, only_b, 2000, resamples=2000)
        covered += low <= 0.01 <= high
    assert covered / 400 == pytest.approx(0.95, abs=0.03)


@pytest.mark.parametrize(("only_a", "only_b", "n"), [(0, 0, 0), (-1, 0, 5), (3, 3, 5)])
def test_the_interval_refuses_counts_that_are_none(only_a, only_b, n):
    with pytest.raises(ValueError, match="sum to at most n >= 1"):
        bootstrap_interval(only_a, only_b, n)


@given(answers_of(4, most=60))
@settings(max_examples=50)
def test_pairwise_is_each_comparison(labels):
    y_true, *others = labels
    y_preds = dict(zip("wxyz", others, strict=True))
    pairs = pairwise(y_true, y_preds)
    assert pairs.names == tuple("wxyz")
    for (i, a), (j, b) in itertools.product(enumerate(others), repeat=2):
        found = compare(y_true, a, b, resamples=2)
        assert pairs.accuracies[i] == pytest.approx((a == y_true).mean())
        assert pairs.differences[i, j] == pytest.approx(found.difference)
        assert pairs.p_values[i, j] == found.p_value
        assert pairs.agreement[i, j] == found.agreement
    upper = np.triu_indices(4, 1)
    np.testing.assert_array_equal(pairs.adjusted, pairs.adjusted.T)
    np.testing.assert_array_equal(pairs.adjusted[upper], holm(pairs.p_values[upper]))
    assert np.diag(pairs.adjusted).tolist() == [1] * 4


def test_pairwise_of_one_classifier_has_nothing_to_compare():
    y = np.array([1, 2], dtype=np.uint8)
    pairs = pairwise(y, {"one": y})
    assert [array.tolist() for array in (pairs.differences, pairs.adjusted, pairs.agreement)] == [[[0]], [[1]], [[1]]]


@pytest.fixture(scope="module")
def nothing_to_collect():
    """`multipletests` collects garbage in every call: let it not look through all that the suite has loaded."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("nothing_to_collect")
@given(arrays(float, st.integers(1, 40), elements=st.floats(0, 1)))
def test_holm_is_that_of_statsmodels(p_values):
    reject, expected, *_ = multipletests(p_values, LEVEL, method="holm")
    np.testing.assert_allclose(holm(p_values), expected)
    assert (holm(p_values) <= LEVEL + 1e-12).tolist() == reject.tolist()


def test_holm_of_nothing_is_nothing():
    assert holm(np.array([])).size == 0


def test_rank_ranges_by_hand():
    """The first is ahead of all; the second and third cannot be separated; nor can the third and fourth."""
    accuracies = np.array([0.90, 0.99, 0.91, 0.92])
    apart = {(1, 0), (1, 2), (1, 3), (3, 0)}
    p_values = np.ones((4, 4))
    for i, j in apart:
        p_values[i, j] = p_values[j, i] = 0.01
    best, worst = rank_ranges(accuracies, p_values)
    assert list(zip(best.tolist(), worst.tolist(), strict=True)) == [(3, 4), (1, 1), (2, 4), (2, 3)]


@given(answers_of(5))
@settings(max_examples=50)
def test_a_range_of_ranks_holds_the_rank_by_accuracy(labels):
    y_true, *others = labels
    pairs = pairwise(y_true, dict(zip("vwxyz", others, strict=True)))
    best, worst = rank_ranges(pairs.accuracies, pairs.adjusted)
    above = (pairs.accuracies > pairs.accuracies[:, None]).sum(axis=1)
    ties = (pairs.accuracies == pairs.accuracies[:, None]).sum(axis=1)
    assert (best >= 1).all()
    assert (best <= above + 1).all()
    assert (worst >= above + ties).all()
    assert (worst <= 5).all()


def test_mistakes_by_outcome_by_hand():
    y_true = np.array([1, 1, 1, 1, 1])
    y_preds = {"a": np.array([1, 1, 0, 0, 0]), "b": np.array([1, 0, 1, 0, 2]), "c": np.array([0, 0, 0, 1, 0])}
    found = mistakes_by_outcome(y_true, y_preds, "a", "b")
    assert {who: np.flatnonzero(mask).tolist() for who, mask in found.items()} == {
        "a": [1],
        "b": [2],
        "both": [3, 4],
        "all": [4],
    }
