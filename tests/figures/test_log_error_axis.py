"""Axes with a logarithmic error scale."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_core.figures.log_error_axis import fit_axis


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_an_axis_shows_all_errors_in_order_with_error_0_at_its_end(errors):
    values = np.array(errors)
    axis = fit_axis([values])
    assert 0 < axis.floor < axis.worst <= 100
    placed = axis.coordinates(values)
    assert (np.diff(placed[np.argsort(values, kind="stable")]) >= 0).all()
    assert (placed >= axis.floor).all()
    assert (placed <= axis.worst * (1 + 1e-12)).all()
    assert axis.coordinates(np.zeros(1)) == axis.floor
    layout = axis.layout("Accuracy (%)")
    assert layout["ticktext"][0] == "100"
    assert layout["range"][0] > layout["range"][1]
    assert axis.layout("False positive rate (%)", errors=True)["ticktext"][0] == "0"


def test_ticks_are_labeled_with_shares():
    layout = fit_axis([np.array([0.001, 0.2])]).layout("Accuracy (%)")
    assert dict(zip(layout["ticktext"], layout["tickvals"], strict=True))["99"] == pytest.approx(1)
