"""Quantization of out-of-fold scores."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from mnist_core.base.quantization import MAX_STEPS, STEPS_PER_NAT, pack, unpack
from mnist_core.evaluation.metrics import softmax

logits_of_any_size = arrays(
    np.float64, array_shapes(min_dims=2, max_dims=2, min_side=2), elements=st.floats(-400, 400, width=32)
)


def zero_labels(logits):
    return np.zeros(len(logits), dtype=np.uint8)


@given(logits_of_any_size)
def test_rounding_does_not_change_predictions(logits):
    np.testing.assert_array_equal(unpack(pack(logits, zero_labels(logits))).argmax(axis=1), logits.argmax(axis=1))


@given(logits_of_any_size)
def test_differences_above_the_lower_bound_change_by_at_most_one_step(logits):
    exact = np.maximum(logits - logits.max(axis=1, keepdims=True), -MAX_STEPS / STEPS_PER_NAT)
    np.testing.assert_allclose(unpack(pack(logits, zero_labels(logits)))[:, 1:], exact[:, 1:], atol=1 / STEPS_PER_NAT)


@given(logits_of_any_size)
def test_the_logit_of_the_label_has_no_lower_bound(logits):
    exact = logits - logits.max(axis=1, keepdims=True)
    kept = unpack(pack(logits, zero_labels(logits)))
    np.testing.assert_allclose(kept[:, 0], exact[:, 0], atol=1 / STEPS_PER_NAT)


@given(logits_of_any_size, st.floats(-1000, 1000))
def test_a_constant_added_to_a_row_changes_only_the_rounding(logits, constant):
    difference = pack(logits, zero_labels(logits)).astype(int) - pack(logits + constant, zero_labels(logits))
    assert np.abs(difference).max() <= 1


def test_probabilities_of_typical_scores_change_by_less_than_two_percent():
    rng = np.random.default_rng(0)
    logits, y_true = rng.normal(0, 6, (5000, 10)), rng.integers(0, 10, 5000)
    exact, kept = softmax(logits), softmax(unpack(pack(logits, y_true)))
    np.testing.assert_allclose(kept, exact, rtol=0.017, atol=np.exp(-MAX_STEPS / STEPS_PER_NAT))
    likelihoods = [np.log(proba[np.arange(5000), y_true]).mean() for proba in (exact, kept)]
    np.testing.assert_allclose(*likelihoods, rtol=1e-3)


def test_steps_do_not_exceed_the_maximum():
    assert pack(np.array([[0.0, -1e9, -1e9]]), np.array([2])).tolist() == [[0, MAX_STEPS, 65535]]
