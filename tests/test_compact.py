import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from mnist_core.compact import STEPS_A_NAT, pack, unpack
from mnist_core.evaluation.metrics import softmax

logits_of_any_size = arrays(
    np.float64, array_shapes(min_dims=2, max_dims=2, min_side=2), elements=st.floats(-400, 400, width=32)
)


@given(logits_of_any_size)
def test_labels_survive_whatever_is_rounded(logits):
    np.testing.assert_array_equal(unpack(pack(logits)).argmax(axis=1), logits.argmax(axis=1))


@given(logits_of_any_size)
def test_no_difference_changes_by_more_than_a_step(logits):
    exact = logits - logits.max(axis=1, keepdims=True)
    np.testing.assert_allclose(unpack(pack(logits)), exact, atol=1 / STEPS_A_NAT)


@given(logits_of_any_size, st.floats(-1000, 1000))
def test_a_constant_added_to_a_row_changes_nothing_but_rounding(logits, constant):
    difference = pack(logits).astype(int) - pack(logits + constant)
    assert np.abs(difference).max() <= 1


def test_probabilities_of_real_scores_are_kept_to_a_hundredth():
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 6, (5000, 10))
    exact, kept = softmax(logits), softmax(unpack(pack(logits)))
    np.testing.assert_allclose(kept, exact, rtol=0.017)


def test_the_farthest_step_is_not_passed():
    assert pack(np.array([[0.0, -1e9]])).tolist() == [[0, 65535]]
