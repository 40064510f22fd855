"""Comparisons of two classifiers, and of all pairs of classifiers."""

import itertools
from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mnist_core.evaluation.comparison import compare, mistakes_by_outcome, pairwise
from mnist_core.evaluation.significance import holm, mcnemar, rank_ranges

FEW = 400
"""Number of resamples for properties that do not depend on it."""


def predictions_of(k, max_n=200):
    """Return a strategy for labels and the predictions of k classifiers.

    There are only three classes, so that several classifiers are often correct.
    """
    classes = st.integers(0, 2)
    return st.integers(1, max_n).flatmap(
        lambda n: st.tuples(*(arrays(np.uint8, n, elements=classes) for _ in range(k + 1)))
    )


@given(predictions_of(2))
def test_compare_counts_each_sample_once(labels):
    y_true, a, b = labels
    found = compare(y_true, a, b, resamples=FEW)
    assert found.n == len(y_true)
    assert found.both_right + found.only_a == (a == y_true).sum()
    assert found.both_right + found.only_b == (b == y_true).sum()
    assert found.difference == pytest.approx((a == y_true).mean() - (b == y_true).mean())
    assert found.agreement == (a == b).mean()
    assert found.p_value == mcnemar(found.only_a, found.only_b)


@given(predictions_of(2), st.randoms(use_true_random=False))
def test_compare_is_independent_of_the_order_of_samples(labels, random):
    order = list(range(len(labels[0])))
    random.shuffle(order)
    shuffled = compare(*(array[order] for array in labels), resamples=FEW)
    assert asdict(shuffled) == pytest.approx(asdict(compare(*labels, resamples=FEW)))


@given(predictions_of(2))
def test_swapping_a_and_b_negates_the_difference_and_keeps_the_rest(labels):
    y_true, a, b = labels
    one, other = compare(y_true, a, b, resamples=FEW), compare(y_true, b, a, resamples=FEW)
    assert (one.only_a, one.only_b) == (other.only_b, other.only_a)
    assert one.difference == -other.difference
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low), abs=1e-12)
    assert (one.p_value, one.agreement) == (other.p_value, other.agreement)


@given(predictions_of(2))
def test_the_interval_contains_the_observed_difference(labels):
    found = compare(*labels, resamples=FEW)
    assert -1 <= found.low <= found.difference <= found.high <= 1


@given(predictions_of(4, max_n=60))
@settings(max_examples=50)
def test_pairwise_equals_the_single_comparisons(labels):
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


def test_pairwise_accepts_a_single_classifier():
    y = np.array([1, 2], dtype=np.uint8)
    pairs = pairwise(y, {"one": y})
    assert [array.tolist() for array in (pairs.differences, pairs.adjusted, pairs.agreement)] == [[[0]], [[1]], [[1]]]


@given(predictions_of(5))
@settings(max_examples=50)
def test_a_range_of_ranks_contains_the_rank_by_accuracy(labels):
    y_true, *others = labels
    pairs = pairwise(y_true, dict(zip("vwxyz", others, strict=True)))
    best, worst = rank_ranges(pairs.accuracies, pairs.adjusted)
    above = (pairs.accuracies > pairs.accuracies[:, None]).sum(axis=1)
    ties = (pairs.accuracies == pairs.accuracies[:, None]).sum(axis=1)
    assert (best >= 1).all()
    assert (best <= above + 1).all()
    assert (worst >= above + ties).all()
    assert (worst <= 5).all()


def test_mistakes_by_outcome_of_a_small_example():
    y_true = np.array([1, 1, 1, 1, 1])
    y_preds = {"a": np.array([1, 1, 0, 0, 0]), "b": np.array([1, 0, 1, 0, 2]), "c": np.array([0, 0, 0, 1, 0])}
    found = mistakes_by_outcome(y_true, y_preds, "a", "b")
    assert {outcome: np.flatnonzero(mask).tolist() for outcome, mask in found.items()} == {
        "a": [1],
        "b": [2],
        "both": [3, 4],
        "all": [4],
    }
