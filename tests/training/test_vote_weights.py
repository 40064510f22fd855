"""The weights of a vote, on voters of known skill."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from mnist_core.evaluation.ensemble import soft_vote
from mnist_core.evaluation.metrics import softmax
from mnist_core.training.vote import nested_vote, vote_weights


def voters(seed, k=3, n=400):
    rng = np.random.default_rng(seed)
    y_true = rng.integers(0, 10, n)
    skills = rng.uniform(0.5, 4, k)
    return [rng.normal(size=(n, 10)) + skill * np.eye(10)[y_true] for skill in skills], y_true


def loss(weights, logits, y_true):
    return -np.log(softmax(soft_vote(logits, weights), 1.0)[np.arange(len(y_true)), y_true]).mean()


@pytest.mark.parametrize("seed", range(5))
def test_no_weights_nearby_are_better(seed):
    logits, y_true = voters(seed)
    weights = vote_weights(logits, y_true)
    best = loss(weights, logits, y_true)
    for step in 0.05 * np.vstack([np.eye(3), -np.eye(3)]):
        if (weights + step >= 0).all():
            assert loss(weights + step, logits, y_true) > best - 1e-7


def test_of_two_digits_the_weights_are_those_of_a_logistic_regression_without_penalty():
    rng = np.random.default_rng(0)
    y_true = rng.integers(0, 2, 2000)
    logits = [skill * (2 * y_true - 1) + rng.normal(0, 1, 2000) for skill in (0.5, 1.0)]
    voters = [np.stack([np.zeros(2000), logit], axis=1) for logit in logits]
    model = LogisticRegression(C=np.inf, fit_intercept=False, tol=1e-8).fit(np.stack(logits, axis=1), y_true)
    np.testing.assert_allclose(vote_weights(voters, y_true), model.coef_[0], rtol=1e-3)


@given(st.integers(0, 1000))
def test_weights_are_not_negative_and_never_worse_than_any_voter_alone(seed):
    logits, y_true = voters(seed, n=100)
    weights = vote_weights(logits, y_true)
    assert (weights >= 0).all()
    assert loss(weights, logits, y_true) <= min(loss(row, logits, y_true) for row in np.eye(3)) + 1e-6


def test_of_twins_both_count_the_same_and_a_guesser_is_not_heard():
    (good, *_), y_true = voters(1)
    alone = vote_weights([good], y_true)[0]
    np.testing.assert_allclose(vote_weights([good, good], y_true), alone / 2, rtol=1e-3)
    np.testing.assert_allclose(vote_weights([good, np.zeros_like(good)], y_true)[0], alone, rtol=1e-3)


@given(st.integers(0, 100))
def test_a_fold_is_voted_on_with_the_weights_of_the_others_alone(seed):
    logits, y_true = voters(seed)
    folds = np.random.default_rng(seed).integers(0, 4, len(y_true))
    found = nested_vote(logits, y_true, folds)
    for fold in range(4):
        held = folds == fold
        weights = vote_weights([voter[~held] for voter in logits], y_true[~held])
        np.testing.assert_array_equal(found[held], soft_vote([voter[held] for voter in logits], weights))
    held, other = folds == 0, y_true.copy()
    other[held] = (other[held] + 1) % 10
    again = nested_vote(logits, other, folds)
    np.testing.assert_array_equal(again[held], found[held])
    assert (again[~held] != found[~held]).any(axis=1).all()
