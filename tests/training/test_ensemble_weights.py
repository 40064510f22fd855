"""Weights of an ensemble, fitted on random members that differ in accuracy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from mnist_core.base.errors import TrainingError
from mnist_core.evaluation.ensemble import logarithmic_pool
from mnist_core.evaluation.metrics import softmax
from mnist_core.training.ensemble_weights import cross_fitted_scores, fit_weights
from mnist_core.training.temperature import fit_temperature


def random_members(seed, k=3, n=400):
    """Return the logits of k members, which favor the true class to different degrees, and the labels."""
    rng = np.random.default_rng(seed)
    y_true = rng.integers(0, 10, n)
    skills = rng.uniform(0.5, 4, k)
    return [rng.normal(size=(n, 10)) + skill * np.eye(10)[y_true] for skill in skills], y_true


def loss(weights, logits, y_true):
    """Return the negative log-likelihood at the best temperature for these weights."""
    scores = logarithmic_pool(logits, weights)
    proba = softmax(scores, fit_temperature(scores, y_true))
    return -np.log(proba[np.arange(len(y_true)), y_true]).mean()


@pytest.mark.parametrize("seed", range(5))
def test_weights_close_to_the_fitted_ones_are_not_better(seed):
    logits, y_true = random_members(seed)
    weights = fit_weights(logits, y_true)
    best = loss(weights, logits, y_true)
    for step in 0.05 * np.vstack([np.eye(3), -np.eye(3)]):
        if (weights + step >= 0).all():
            assert loss(weights + step, logits, y_true) > best - 1e-6


def test_weights_for_two_classes_match_a_logistic_regression_without_penalty():
    rng = np.random.default_rng(0)
    y_true = rng.integers(0, 2, 2000)
    logits = [skill * (2 * y_true - 1) + rng.normal(0, 1, 2000) for skill in (0.5, 1.0)]
    members = [np.stack([np.zeros(2000), logit], axis=1) for logit in logits]
    model = LogisticRegression(C=np.inf, fit_intercept=False, tol=1e-8).fit(np.stack(logits, axis=1), y_true)
    np.testing.assert_allclose(fit_weights(members, y_true), model.coef_[0] / model.coef_.sum(), rtol=1e-3)


@given(st.integers(0, 1000))
def test_weights_sum_to_one_and_are_never_worse_than_a_single_member(seed):
    logits, y_true = random_members(seed, n=100)
    weights = fit_weights(logits, y_true)
    assert (weights >= 0).all()
    assert weights.sum() == pytest.approx(1)
    assert loss(weights, logits, y_true) <= min(loss(row, logits, y_true) for row in np.eye(3)) + 1e-6


def test_equal_members_get_equal_weights_and_a_random_member_gets_almost_none():
    (good, *_), y_true = random_members(1, n=2000)
    np.testing.assert_allclose(fit_weights([good, good], y_true), 1 / 2, rtol=1e-3)
    random = np.roll(good, 1, axis=0)  # equally confident, but in the label of another sample
    assert fit_weights([good, random], y_true)[1] < 0.05


def separable(n=200):
    """Return two members that err on different samples and whose pool classifies all samples correctly."""
    rng = np.random.default_rng(0)
    y_true = rng.integers(0, 10, n)
    logits = [rng.normal(0, 0.1, (n, 10)) + 20 * np.eye(10)[y_true] for _ in range(2)]
    logits[0][: n // 8] = logits[1][n // 8 : n // 4] = 0  # all classes equally likely
    return logits, y_true


def test_weights_are_finite_and_folds_have_equal_scales_if_a_pool_has_no_errors():
    logits, y_true = separable()
    weights = fit_weights(logits, y_true)
    assert (weights > 0.2).all()
    assert weights.sum() == pytest.approx(1)
    folds = np.arange(len(y_true)) % 5
    scores = cross_fitted_scores(logits, y_true, folds)
    assert (scores.argmax(axis=1) == y_true).all()
    spreads = [np.ptp(scores[folds == fold], axis=1).max() for fold in range(5)]
    assert max(spreads) < 1.1 * min(spreads)
    proba = softmax(scores, fit_temperature(scores, y_true))
    assert np.isfinite(proba).all()


@pytest.mark.parametrize("value", [0.0, np.nan])
def test_members_that_are_worse_than_chance_or_not_finite_are_an_error(value):
    (good, *_), y_true = random_members(1)
    with pytest.raises(TrainingError, match="Expected weights that make the labels more likely than chance, found"):
        fit_weights([value - good if np.isfinite(value) else value * good], y_true)


@given(st.integers(0, 100))
def test_the_scores_of_a_fold_use_weights_that_are_fitted_on_the_other_folds(seed):
    logits, y_true = random_members(seed)
    folds = np.random.default_rng(seed).integers(0, 4, len(y_true))
    found = cross_fitted_scores(logits, y_true, folds)
    for fold in range(4):
        held = folds == fold
        weights = fit_weights([member[~held] for member in logits], y_true[~held])
        np.testing.assert_array_equal(found[held], logarithmic_pool([member[held] for member in logits], weights))
    held, other = folds == 0, y_true.copy()
    other[held] = (other[held] + 1) % 10
    again = cross_fitted_scores(logits, other, folds)
    np.testing.assert_array_equal(again[held], found[held])
    assert (again[~held] != found[~held]).any(axis=1).all()
