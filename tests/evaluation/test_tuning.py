"""Conclusions from the trials of a hyperparameter search."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from mnist_core.evaluation.tuning import (
    Edge,
    Trial,
    best_so_far,
    best_trial,
    edge_warnings,
    key_of,
    slices,
    trials_table,
    values_of,
)

SPACE = {"C": [0.1, 1, 10], "kind": ["a", "b", "c"], "width": [16, 32], "sizes": [[512], [512, 256], [800]]}
SCORES = st.lists(st.one_of(st.none(), st.integers(0, 20).map(lambda n: n / 20)), max_size=12)


def trial(number, accuracy, **parameters):
    values = {"C": 1, "kind": "b", "width": 16, "sizes": [512]} | parameters
    state = "failed" if accuracy is None else "complete"
    error = "ValueError: no" if accuracy is None else ""
    return Trial(number, values, accuracy, 1.5, 2, state, error, 0, "2026-01-01T00:00:00+00:00")


@given(SCORES)
def test_the_best_trial_is_the_first_with_the_highest_accuracy_and_has_not_failed(scores):
    trials = [trial(number, score) for number, score in enumerate(scores)]
    complete = [score for score in scores if score is not None]
    best = best_trial(trials)
    assert (best.number if best else None) == (scores.index(max(complete)) if complete else None)


@given(SCORES)
def test_best_so_far_is_the_running_maximum(scores):
    frame = best_so_far([trial(number, score) for number, score in enumerate(scores)])
    complete = [score for score in scores if score is not None]
    assert frame["accuracy"].tolist() == complete
    assert frame["best"].tolist() == np.maximum.accumulate(complete).tolist()
    assert frame["number"].tolist() == [number for number, score in enumerate(scores) if score is not None]


@pytest.mark.parametrize(("value", "side"), [(0.1, "smallest"), (10, "largest")])
def test_a_best_value_at_the_edge_of_its_grid_is_reported_with_its_side(value, side):
    trials = [trial(0, 0.9), trial(1, 0.95, C=value), trial(2, None, C=1)]
    assert edge_warnings(trials, SPACE) == [Edge("C", value, side)]


@pytest.mark.parametrize(
    "trials",
    [
        [],
        [trial(0, None, C=10)],
        [trial(0, 0.95, C=10)],  # no other value was tried
        [trial(0, 0.95), trial(1, 0.9, C=10)],  # the best value is inside the grid
        [trial(0, 0.95, C=10), trial(1, 0.95)],  # a value inside the grid is equally good
        [trial(0, 0.95, C=10), trial(1, 0.95, C=0.1)],  # the value at the other edge is equally good
        [trial(0, 0.9), trial(1, 0.95, kind="c", sizes=[800])],  # the values are not numbers
    ],
)
def test_no_edge_is_reported_without_a_reason_to_extend_the_grid(trials):
    assert edge_warnings(trials, SPACE) == []


@pytest.mark.parametrize(("value", "side"), [(16, "smallest"), (32, "largest")])
def test_both_values_of_a_grid_of_two_are_edges(value, side):
    trials = [trial(0, 0.9, width=48 - value), trial(1, 0.95, width=value)]
    assert edge_warnings(trials, SPACE) == [Edge("width", value, side)]


def test_0_is_never_a_lower_edge():
    space = {"shift": [0, 1]}
    trials = [replace(trial(number, 0.9 - number / 10), parameters={"shift": number}) for number in range(2)]
    assert edge_warnings(trials, space) == []
    assert edge_warnings([replace(trials[0], accuracy=0.5), trials[1]], space) == [Edge("shift", 1, "largest")]


def test_a_value_outside_the_grid_is_at_its_edge():
    trials = [trial(0, 0.9), trial(1, 0.95, C=100)]
    assert edge_warnings(trials, SPACE) == [Edge("C", 100, "largest")]


def test_booleans_are_not_numbers():
    space = {"C": [True, False, 0.5]}
    assert edge_warnings([trial(0, 0.9, C=0.5), trial(1, 0.95, C=True)], space) == []


def test_slices_have_grid_positions_and_mark_the_best_trial_and_edge_values():
    trials = [trial(0, 0.9), trial(1, 0.95, C=10, sizes=[800]), trial(2, None), trial(3, 0.8, C=0.01)]
    frame = slices(trials, SPACE)
    assert len(frame) == 3 * len(SPACE)
    by_c = frame[frame["parameter"] == "C"]
    assert by_c["position"].tolist() == [2, 3, 0]  # 0.01, 0.1, 1, 10
    assert by_c["edge"].tolist() == [False, True, True]
    assert by_c["best"].tolist() == [False, True, False]
    assert frame[frame["parameter"] == "width"]["edge"].all()  # both values of a grid of two are edges
    assert not frame[frame["parameter"].isin(["kind", "sizes"])]["edge"].any()
    assert frame[frame["parameter"] == "sizes"]["position"].tolist() == [0, 2, 0]
    assert len(slices([], SPACE)) == 0


def test_values_are_the_grid_and_the_tried_values_without_duplicates():
    trials = [trial(0, 0.9, C=1.0, kind="z"), trial(1, None, C=0.5)]
    assert values_of("C", trials, SPACE) == [0.1, 0.5, 1, 10]
    assert values_of("kind", trials, SPACE) == ["a", "b", "c", "z"]


@pytest.mark.parametrize(("a", "b", "equal"), [(10, 10.0, True), (1, True, False), ([1], [1], True), ("1", 1, False)])
def test_equal_values_have_equal_keys(a, b, equal):
    assert (key_of(a) == key_of(b)) is equal


def test_the_table_has_the_best_trial_first_failed_trials_last_and_wilson_intervals():
    table = trials_table([trial(0, 0.5), trial(1, None), trial(2, 0.75), trial(3, 0.75)], SPACE, 100)
    assert table["trial"].tolist() == [2, 3, 0, 1]
    assert (table["low"][0], table["high"][0]) == pytest.approx(proportion_confint(75, 100, method="wilson"))
    last = table.iloc[-1]
    assert (last["state"], last["error"]) == ("failed", "ValueError: no")
    assert last[["accuracy", "low", "high"]].isna().all()
    assert list(table)[2:6] == list(SPACE)
