"""Logarithmic pools of predictions."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import special, stats

from mnist_core.base.quantization import pack, unpack
from mnist_core.evaluation.ensemble import bounded_logs, logarithmic_pool
from mnist_core.evaluation.metrics import softmax

weights_of_three = arrays(np.float64, 3, elements=st.floats(0, 2))


def random_logits(seed, k=3, n=50):
    rng = np.random.default_rng(seed)
    return [rng.normal(0, 3, (n, 10)) for _ in range(k)]


@given(weights_of_three.filter(lambda weights: weights.sum() > 0.1), st.integers(0, 100))
def test_the_softmax_of_a_pool_is_the_weighted_geometric_mean(weights, seed):
    logits = random_logits(seed)
    proba = special.softmax(np.stack(logits), axis=2).clip(min=np.exp(-12))
    mean = stats.gmean(proba, axis=0, weights=weights[:, None, None])
    found = softmax(logarithmic_pool(logits, weights / weights.sum()), 1.0)
    np.testing.assert_allclose(found, mean / mean.sum(axis=1, keepdims=True), rtol=1e-4)


@given(st.permutations(range(3)), weights_of_three, st.integers(0, 100))
def test_a_pool_is_independent_of_the_order_of_members(order, weights, seed):
    logits = random_logits(seed)
    again = logarithmic_pool([logits[i] for i in order], weights[list(order)])
    np.testing.assert_allclose(again, logarithmic_pool(logits, weights), rtol=1e-5, atol=1e-5)


def test_a_member_without_weight_has_no_effect():
    first, second, _ = random_logits(1)
    np.testing.assert_array_equal(logarithmic_pool([first, second], [1, 0]), logarithmic_pool([first], [1]))


def test_a_single_member_with_extreme_logits_cannot_rule_out_a_class():
    extreme, moderate = np.zeros((1, 10)), np.zeros((1, 10))
    extreme[0, 3], moderate[0, 7] = 100, 9  # 100 nats in favor of class 3 count as 12
    assert logarithmic_pool([extreme, moderate, moderate], [1 / 3] * 3).argmax() == 7
    assert logarithmic_pool([extreme, moderate], [0.5, 0.5]).argmax() == 3
    assert (logarithmic_pool([extreme], [1])[0] == [-12] * 3 + [0] + [-12] * 6).all()


@given(st.integers(0, 100), st.floats(0.1, 20))
def test_stored_out_of_fold_scores_are_pooled_like_the_original_scores(seed, spread):
    logits = spread * random_logits(seed)[0]
    # The labels are arbitrary: storage has no lower bound for the scores of the label.
    stored = unpack(pack(logits, np.random.default_rng(seed).integers(0, 10, len(logits))))
    np.testing.assert_allclose(bounded_logs(stored), bounded_logs(logits), atol=0.03)
