"""Positions of line labels, and logarithmic axes."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from mnist_core.figures import lines

VALUES = st.lists(st.floats(-3, 3), min_size=1, max_size=9)


@given(VALUES, st.floats(0.01, 1))
def test_spreading_keeps_the_order_and_the_mean_and_leaves_gaps(values, gap):
    placed = lines.spread_apart(values, gap)
    order = np.argsort(values, kind="stable")
    assert (np.diff(placed[order]) >= gap - 1e-9).all()
    assert placed.mean() == pytest.approx(np.mean(values), abs=1e-9)


@given(VALUES, st.floats(0.01, 1))
def test_values_with_sufficient_gaps_are_not_moved(values, gap):
    placed = lines.spread_apart(values, gap)
    np.testing.assert_allclose(lines.spread_apart(placed, gap), placed, atol=1e-9)


def test_spreading_minimizes_the_sum_of_squared_moves():
    values, gap = np.array([0.0, 0.1, 0.15, 0.9, 1.0]), 0.2
    constraints = [{"type": "ineq", "fun": lambda x, i=i: x[i + 1] - x[i] - gap} for i in range(4)]
    best = minimize(lambda x: ((x - values) ** 2).sum(), values, constraints=constraints, tol=1e-12).x
    np.testing.assert_allclose(lines.spread_apart(values, gap), best, atol=1e-5)


@pytest.mark.parametrize("shift", [0.0, -0.8, 0.6])
def test_spreading_between_limits_minimizes_the_sum_of_squared_moves(shift):
    values, gap = np.array([0.0, 0.1, 0.15, 0.9, 1.0]) + shift, 0.2
    constraints = [{"type": "ineq", "fun": lambda x, i=i: x[i + 1] - x[i] - gap} for i in range(4)]
    start = np.linspace(0, 1, 5)
    best = minimize(lambda x: ((x - values) ** 2).sum(), start, bounds=[(0, 1)] * 5, constraints=constraints, tol=1e-12)
    np.testing.assert_allclose(lines.spread_apart(values, gap, low=0, high=1), best.x, atol=1e-5)


def test_the_gap_is_kept_even_if_the_limits_are_exceeded():
    placed = lines.spread_apart([0.5] * 20, 0.1, low=0, high=1)
    assert placed.max() == pytest.approx(1)
    assert np.diff(placed).min() == pytest.approx(0.1)


@pytest.mark.parametrize(("low", "high"), [(0.9, 1.0), (0.91, 0.93), (0.9931, 0.9989), (0.1, 0.99), (0.95, 0.95)])
def test_an_accuracy_axis_has_ticks_between_its_ends_and_the_best_at_the_top(low, high):
    axis = lines.accuracy_axis("accuracy", pd.DataFrame({"low": [low], "high": [high]}))
    bottom, top = axis["range"]
    assert bottom > top
    assert len(axis["tickvals"]) == len(set(axis["ticktext"])) >= 3
    assert axis["tickvals"] == pytest.approx([100 - float(text) for text in axis["ticktext"]])
    inside = [top <= np.log10(error) <= bottom for error in axis["tickvals"]]
    assert sum(inside) >= 3


def test_a_count_axis_has_a_tick_at_every_count():
    axis = lines.count_axis("digits", pd.Series([1000, 40_000, 898, 1000]))
    assert axis["tickvals"] == [898, 1000, 40_000]
    assert axis["ticktext"] == ["898", "1k", "40k"]


def test_an_error_rate_of_0_is_raised_to_0_01_percent():
    assert lines.error_rates(np.array([1.0, 0.9])).tolist() == pytest.approx([0.01, 10])
