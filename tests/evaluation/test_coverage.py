"""Accuracy-coverage curves and operating points."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mnist_core.evaluation.coverage import coverage_curve, coverage_frame, operating_point
from mnist_core.evaluation.metrics import wilson_interval

predictions = st.integers(1, 60).flatmap(
    lambda n: st.tuples(arrays(np.float32, n, elements=st.integers(0, 20).map(lambda s: s / 20)), arrays(bool, n))
)
shares = st.floats(0.01, 1)


@given(predictions)
def test_full_coverage_has_the_accuracy_of_all_samples(pair):
    confidence, correct = pair
    point = operating_point(coverage_curve(confidence, correct), 1)
    assert point.coverage == 1
    assert point.accuracy == pytest.approx(correct.mean())
    assert point.threshold == confidence.min()


@given(predictions, shares)
def test_an_operating_point_has_the_highest_threshold_that_reaches_the_share(pair, share):
    confidence, correct = pair
    point = operating_point(coverage_curve(confidence, correct), share)
    classified = confidence >= point.threshold
    assert (point.classified, point.misclassified) == (classified.sum(), (classified & ~correct).sum())
    assert point.classified >= share * len(confidence) - 1e-6
    assert (confidence > point.threshold).sum() < share * len(confidence)


@given(predictions)
def test_a_lower_threshold_never_has_fewer_samples_or_fewer_mistakes(pair):
    curve = coverage_curve(*pair)
    assert (np.diff(curve.thresholds) < 0).all()
    assert (np.diff(curve.classified) > 0).all()
    assert (np.diff(curve.misclassified) >= 0).all()
    assert curve.n == len(pair[0])


@given(predictions, st.randoms(use_true_random=False))
def test_the_curve_is_independent_of_the_order_of_samples(pair, random):
    confidence, correct = pair
    order = list(range(len(confidence)))
    random.shuffle(order)
    one, other = coverage_curve(confidence, correct), coverage_curve(confidence[order], correct[order])
    for name in ("thresholds", "classified", "misclassified"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    assert one.area == other.area


def test_coverage_of_a_small_example():
    confidence, correct = np.array([0.9, 0.8, 0.8, 0.5]), np.array([True, True, False, False])
    curve = coverage_curve(confidence, correct)
    assert curve.thresholds.tolist() == [0.9, 0.8, 0.5]
    assert curve.classified.tolist() == [1, 3, 4]
    assert curve.misclassified.tolist() == [0, 1, 2]
    assert curve.area == pytest.approx((1 * 0 + 2 * (1 / 3) + 1 * (2 / 4)) / 4)
    assert operating_point(curve, 0.5).classified == 3


def test_the_area_is_the_mean_error_rate_of_the_k_most_confident_samples():
    rng = np.random.default_rng(0)
    confidence, correct = rng.permutation(300) / 300, rng.random(300) < 0.9
    ranked = ~correct[np.argsort(-confidence)]
    errors = [ranked[:k].mean() for k in range(1, 301)]
    assert coverage_curve(confidence, correct).area == pytest.approx(np.mean(errors))


@pytest.mark.parametrize(("is_correct", "area"), [(True, 0), (False, 1)])
def test_the_area_is_0_if_all_are_correct_and_1_if_all_are_wrong(is_correct, area):
    assert coverage_curve(np.linspace(0.1, 1, 20), np.full(20, is_correct)).area == area


@given(predictions, st.integers(2, 30))
def test_a_frame_has_few_points_of_the_curve_and_ends_at_full_coverage(pair, points):
    curve = coverage_curve(*pair)
    frame = coverage_frame(curve, points)
    assert len(frame) <= points
    assert frame["coverage"].iloc[-1] == 1
    assert set(frame["classified"]) <= set(curve.classified.tolist())
    for row in frame.itertuples():
        assert row.accuracy == pytest.approx(1 - row.misclassified / row.classified)
        assert (row.accuracy_low, row.accuracy_high) == wilson_interval(
            row.classified - row.misclassified, row.classified
        )


def test_a_share_that_is_a_whole_number_of_samples_is_reached_exactly():
    curve = coverage_curve(np.linspace(0, 1, 10_000), np.ones(10_000, dtype=bool))
    assert [operating_point(curve, percent / 100).classified for percent in (95, 99, 57)] == [9500, 9900, 5700]
