"""Calibration: bins, calibration errors, Brier scores and confidence histograms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss
from statsmodels.stats.proportion import proportion_confint

from mnist_core import cached
from mnist_core.evaluation.calibration import (
    EDGES,
    brier_score,
    calibration_bins,
    chance_calibration_errors,
    confidence_histogram,
    expected_calibration_error,
)

predictions = st.integers(1, 80).flatmap(
    lambda n: st.tuples(
        arrays(np.float32, n, elements=st.integers(0, 40).map(lambda step: step / 40) | st.floats(0, 1, width=32)),
        arrays(bool, n),
    )
)
"""Strategy for confidences, some of which are equal, and for whether the predictions are correct."""
binnings = pytest.mark.parametrize("by", ["mass", "width"])


@given(predictions)
def test_bins_of_equal_width_match_scikit_learn(pair):
    confidence, correct = pair
    bins = calibration_bins(confidence, correct, by="width")
    accuracy, mean = calibration_curve(correct, confidence.astype(float), n_bins=15, strategy="uniform")
    np.testing.assert_allclose(bins["accuracy"], accuracy, atol=1e-12)
    np.testing.assert_allclose(bins["confidence"], mean, atol=1e-6)


@given(st.integers(0, 1000), st.integers(1, 20))
def test_bins_of_equal_mass_match_scikit_learn_if_all_confidences_differ(seed, digits):
    rng = np.random.default_rng(seed)
    confidence, correct = rng.random(15 * digits), rng.random(15 * digits) < 0.7
    bins = calibration_bins(confidence, correct, by="mass")
    accuracy, mean = calibration_curve(correct, confidence, n_bins=15, strategy="quantile")
    assert bins["digits"].tolist() == [digits] * 15
    np.testing.assert_allclose(bins["accuracy"], accuracy, atol=1e-12)
    np.testing.assert_allclose(bins["confidence"], mean, atol=1e-6)


@binnings
@given(pair=predictions)
def test_every_sample_is_in_one_bin_within_its_bounds(by, pair):
    confidence, correct = pair
    bins = calibration_bins(confidence, correct, by=by)
    assert bins["digits"].sum() == len(confidence)
    assert (bins["accuracy"] * bins["digits"]).sum() == pytest.approx(correct.sum())
    assert (bins["confidence"] >= bins["low"] - 1e-6).all()
    assert (bins["confidence"] <= bins["high"] + 1e-6).all()
    assert (bins["accuracy_low"] <= bins["accuracy"] + 1e-12).all()
    assert (bins["accuracy_high"] >= bins["accuracy"] - 1e-12).all()


@binnings
@given(pair=predictions, random=st.randoms(use_true_random=False))
def test_the_error_is_in_0_to_1_and_independent_of_the_order_of_samples(by, pair, random):
    confidence, correct = pair
    error = expected_calibration_error(calibration_bins(confidence, correct, by=by))
    assert 0 <= error <= 1
    order = list(range(len(confidence)))
    random.shuffle(order)
    shuffled = calibration_bins(confidence[order], correct[order], by=by)
    assert expected_calibration_error(shuffled) == pytest.approx(error)


@given(predictions)
def test_the_error_of_a_single_bin_is_the_difference_of_mean_confidence_and_accuracy(pair):
    confidence, correct = pair
    error = expected_calibration_error(calibration_bins(confidence, correct, bins=1))
    assert error == pytest.approx(abs(confidence.mean(dtype=float) - correct.mean()), abs=1e-9)


def test_calibration_of_a_small_example():
    confidence = np.array([0.55, 0.6, 0.95, 0.95, 1.0])
    correct = np.array([True, False, True, True, False])
    bins = calibration_bins(confidence, correct, by="width", bins=10)
    assert bins["digits"].tolist() == [2, 3]
    assert bins["low"].tolist() == pytest.approx([0.5, 0.9])
    assert bins["confidence"].tolist() == pytest.approx([0.575, 2.9 / 3])
    assert bins["accuracy"].tolist() == pytest.approx([1 / 2, 2 / 3])
    interval = proportion_confint(2, 3, method="wilson")
    assert bins.loc[1, ["accuracy_low", "accuracy_high"]].tolist() == pytest.approx(list(interval))
    assert expected_calibration_error(bins) == pytest.approx((2 * 0.075 + 3 * 0.3) / 5)


@pytest.mark.parametrize(("is_correct", "error"), [(True, 0), (False, 1)])
@binnings
def test_full_confidence_has_error_0_if_always_correct_and_1_if_always_wrong(by, is_correct, error):
    bins = calibration_bins(np.ones(20), np.full(20, is_correct), by=by)
    assert bins["digits"].tolist() == [20]
    assert expected_calibration_error(bins) == error


def test_equal_confidences_share_a_bin():
    confidence = np.repeat([0.3, 0.9, 1.0], [1, 2, 97])
    bins = calibration_bins(confidence, np.ones(100, dtype=bool))
    assert bins["digits"].tolist() == [3, 97]


@binnings
def test_chance_errors_match_simulated_outcomes(by):
    rng = np.random.default_rng(1)
    confidence = (1 - rng.random(2000) ** 4 / 2).astype(np.float32)
    drawn = [
        expected_calibration_error(calibration_bins(confidence, rng.random(2000) < confidence, by=by))
        for _ in range(400)
    ]
    chance = chance_calibration_errors(confidence, by=by)
    assert len(chance) == 400
    np.testing.assert_allclose(np.quantile(chance, [0.1, 0.5, 0.9]), np.quantile(drawn, [0.1, 0.5, 0.9]), rtol=0.08)


@given(predictions, st.randoms(use_true_random=False))
def test_chance_errors_are_sorted_shares_and_independent_of_the_order_of_samples(pair, random):
    confidence, _ = pair
    chance = chance_calibration_errors(confidence, draws=20)
    assert (np.diff(chance) >= 0).all()
    assert chance[0] >= 0
    assert chance[-1] <= 1
    order = list(range(len(confidence)))
    random.shuffle(order)
    np.testing.assert_array_equal(chance_calibration_errors(confidence[order], draws=20), chance)


@pytest.mark.parametrize("name", ["sgd", "random-forest", "svc-ovo", "cnn"])
def test_the_brier_score_matches_scikit_learn_without_scaling(name):
    results = cached.load_results("mnist")
    y_true, proba = results.y_true, results[name].proba
    exact = proba.astype(float) / proba.sum(axis=1, keepdims=True, dtype=float)
    expected = brier_score_loss(y_true, exact, labels=np.arange(10), scale_by_half=False)
    assert brier_score(y_true, proba) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    ("row", "expected"), [([1, 0, 0], 0), ([0, 1, 0], 2), ([0.5, 0.5, 0], 0.5), ([1 / 3, 1 / 3, 1 / 3], 2 / 3)]
)
def test_the_brier_score_is_in_0_to_2(row, expected):
    assert brier_score(np.array([0, 0]), np.array([row, row])) == pytest.approx(expected)


@given(predictions)
def test_a_histogram_counts_every_sample_once_in_the_bin_of_its_confidence(pair):
    confidence, correct = pair
    frame = confidence_histogram(confidence, correct)
    assert frame["right"].sum() == correct.sum()
    assert frame["wrong"].sum() == (~correct).sum()
    for row in frame.itertuples():
        exact = confidence.astype(float)
        inside = (exact >= row.low) & ((exact < row.high) | (row.high == 1))
        assert (row.right, row.wrong) == ((inside & correct).sum(), (inside & ~correct).sum())


def test_the_edges_of_the_histogram_cover_0_to_1():
    assert (EDGES[0], EDGES[-1]) == (0, 1)
    assert list(EDGES) == sorted(set(EDGES))
