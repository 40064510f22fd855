"""Learning curves and histories: gains, intervals and summaries."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from mnist_core.evaluation.learning import difference_interval, last_doubling, summarise_curve, summarise_history

COUNTS = st.integers(1, 20_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(COUNTS, COUNTS)
def test_difference_interval_equals_the_newcombe_interval_of_statsmodels(before, after):
    expected = confint_proportions_2indep(*after, *before, method="newcomb", compare="diff")
    found = difference_interval(before[0] / before[1], before[1], after[0] / after[1], after[1])
    assert found == pytest.approx(expected, abs=1e-9)


@given(COUNTS, COUNTS)
def test_difference_interval_contains_the_difference_and_is_antisymmetric(before, after):
    a, b = before[0] / before[1], after[0] / after[1]
    low, high = difference_interval(a, before[1], b, after[1])
    assert -1 - 1e-12 <= low <= b - a <= high <= 1 + 1e-12
    assert difference_interval(b, after[1], a, before[1]) == pytest.approx((-high, -low))


@pytest.mark.parametrize(
    ("sizes", "start"),
    [
        ([1_000, 30_000, 60_000], 30_000),
        ([1_000, 20_000, 40_000, 60_000], 40_000),  # a factor of 1.5 is closer to 2 than a factor of 3
        ([5_000, 60_000], 5_000),
        (list(range(1, 11)), 5),
        ([100, 200, 500, 898], 500),
    ],
)
def test_the_last_doubling_starts_at_the_size_nearest_to_half(sizes, start):
    accuracies = np.linspace(0.9, 0.99, len(sizes))
    gain = last_doubling(sizes, accuracies, 10_000)
    assert (gain.start, gain.end) == (start, sizes[-1])
    assert gain.before == accuracies[sizes.index(start)]
    assert gain.difference == pytest.approx(0.99 - gain.before)
    assert (gain.low, gain.high) == difference_interval(gain.before, 10_000, 0.99, 10_000)


@pytest.mark.parametrize("sizes", [[], [60_000]])
def test_a_single_size_has_no_gain(sizes):
    assert last_doubling(sizes, [0.9] * len(sizes), 100) is None


def training(n_train, test_accuracy, fit_seconds):
    return {"n_train": n_train, "subset": 0, "test_accuracy": test_accuracy, "fit_seconds": fit_seconds}


def test_summarise_curve_averages_trainings_without_increasing_the_number_of_test_samples():
    curve = summarise_curve([training(500, 0.95, 3.0), training(100, 0.80, 1.0), training(100, 0.90, 2.0)], 1000)
    assert curve["n_train"].tolist() == [100, 500]
    assert curve["trainings"].tolist() == [2, 1]
    assert curve["test_accuracy"].tolist() == pytest.approx([0.85, 0.95])
    assert curve["lowest"].tolist() == [0.80, 0.95]
    assert curve["highest"].tolist() == [0.90, 0.95]
    assert curve["fit_seconds"].tolist() == [1.5, 3.0]
    expected = [proportion_confint(right, 1000, method="wilson") for right in (850, 950)]
    assert list(zip(curve["low"], curve["high"], strict=True)) == [pytest.approx(pair) for pair in expected]


def test_a_single_slow_training_does_not_change_the_time_of_its_size():
    curve = summarise_curve([training(100, 0.8, seconds) for seconds in (2.0, 1.0, 900.0)], 1000)
    assert curve["fit_seconds"].tolist() == [2.0]


def test_an_empty_curve_or_history_has_columns_and_no_rows():
    assert len(summarise_curve([], 10)) == len(summarise_history([], 10)) == 0
    assert "n_train" in summarise_curve([], 10)
    assert "epoch" in summarise_history([], 10)


def test_summarise_history_has_an_interval_for_each_epoch():
    entries = [
        {"epoch": 1, "loss": 2.5, "validation_accuracy": 0.5},
        {"epoch": 2, "loss": 0.1, "validation_accuracy": 1.0},
    ]
    history = summarise_history(entries, 200)
    assert history[["epoch", "loss", "accuracy"]].to_numpy().tolist() == [[1, 2.5, 0.5], [2, 0.1, 1.0]]
    assert (history["low"][0], history["high"][0]) == pytest.approx(proportion_confint(100, 200, method="wilson"))
    assert history["high"][1] == 1
