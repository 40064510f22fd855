import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import special, stats

from mnist_core.evaluation.ensemble import log_softmax, soft_vote
from mnist_core.evaluation.metrics import softmax

weights_of_three = arrays(np.float64, 3, elements=st.floats(0, 2))


def voters(seed, k=3, n=50):
    rng = np.random.default_rng(seed)
    return [rng.normal(0, 3, (n, 10)) for _ in range(k)]


@given(weights_of_three.filter(lambda weights: weights.sum() > 0.1), st.integers(0, 100))
def test_the_softmax_of_a_vote_is_the_weighted_geometric_mean(weights, seed):
    logits = voters(seed)
    mean = stats.gmean(special.softmax(np.stack(logits), axis=2), axis=0, weights=weights[:, None, None])
    found = softmax(soft_vote(logits, weights / weights.sum()), 1.0)
    np.testing.assert_allclose(found, mean / mean.sum(axis=1, keepdims=True), rtol=1e-4)


@given(st.permutations(range(3)), weights_of_three, st.integers(0, 100))
def test_the_order_of_the_voters_changes_nothing(order, weights, seed):
    logits = voters(seed)
    again = soft_vote([logits[i] for i in order], weights[list(order)])
    np.testing.assert_allclose(again, soft_vote(logits, weights), rtol=1e-5, atol=1e-5)


def test_who_has_no_weight_is_not_heard():
    first, second, _ = voters(1)
    np.testing.assert_array_equal(soft_vote([first, second], [1, 0]), soft_vote([first], [1]))


@given(st.integers(0, 100), st.floats(0.01, 1000))
def test_logarithms_of_probabilities_are_scipys_and_finite(seed, spread):
    logits = spread * voters(seed)[0]
    np.testing.assert_allclose(log_softmax(logits), special.log_softmax(logits, axis=1), rtol=1e-9, atol=1e-9)
    assert np.isfinite(log_softmax(logits)).all()
