"""Wilson intervals, Pareto fronts and softmax."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import log_softmax as scipy_log_softmax
from scipy.special import softmax as scipy_softmax
from statsmodels.stats.proportion import proportion_confint

from mnist_core.evaluation.metrics import accuracy_interval, log_softmax, pareto_front, softmax, wilson_interval


@given(st.integers(1, 70_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.floats(0.5, 0.999))
def test_wilson_interval_matches_statsmodels(trials, confidence):
    correct, n = trials
    expected = proportion_confint(correct, n, alpha=1 - confidence, method="wilson")
    assert wilson_interval(correct, n, confidence) == pytest.approx(expected, abs=1e-9)


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_interval_contains_the_share_and_is_in_0_to_1(trials):
    correct, n = trials
    low, high = wilson_interval(correct, n)
    assert 0 <= low <= correct / n <= high <= 1


@pytest.mark.parametrize(("correct", "n"), [(1, 0), (-1, 10), (11, 10)])
def test_wilson_interval_rejects_invalid_counts(correct, n):
    with pytest.raises(ValueError, match="Expected 0 <= correct <= n"):
        wilson_interval(correct, n)


def test_accuracy_interval_recovers_the_count():
    assert accuracy_interval(9705 / 10_000, 10_000) == wilson_interval(9705, 10_000)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=12))
def test_pareto_front_contains_the_points_that_no_other_dominates(points):
    costs, gains = zip(*points, strict=True)
    expected = [
        not any((c <= cost and g >= gain) and (c < cost or g > gain) for c, g in points) for cost, gain in points
    ]
    assert pareto_front(costs, gains).tolist() == expected


@pytest.mark.parametrize("temperature", [0.3, 1.0, 1e6])
@pytest.mark.parametrize("spread", [1e-3, 10.0, 3e6])
def test_softmax_matches_scipy_and_its_rows_sum_to_1(temperature, spread):
    scores = (np.random.default_rng(0).normal(size=(50, 10)) * spread).astype(np.float32)
    proba = softmax(scores, temperature)
    assert proba.dtype == np.float32
    np.testing.assert_allclose(proba, scipy_softmax(scores.astype(float) / temperature, axis=1), atol=1e-6)
    np.testing.assert_allclose(proba.sum(axis=1), 1, atol=1e-6)


@pytest.mark.parametrize("spread", [1e-2, 10.0, 3e6])
def test_log_softmax_matches_scipy_and_is_finite(spread):
    logits = (np.random.default_rng(0).normal(size=(50, 10)) * spread).astype(np.float32)
    expected = scipy_log_softmax(logits.astype(float), axis=1)
    np.testing.assert_allclose(log_softmax(logits), expected, rtol=1e-9, atol=1e-9)
    assert np.isfinite(log_softmax(logits)).all()
