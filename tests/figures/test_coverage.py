"""Accuracy-coverage curves: operating points and confidence bands."""

import numpy as np
import pytest

from mnist_core.evaluation.coverage import coverage_curve, coverage_frame, operating_point
from mnist_core.figures.coverage import coverage_curves_frame, coverage_figure
from tests.figures.helpers import COLOURS, confidence_and_correct


def test_operating_points_are_marked_and_only_a_single_curve_has_a_confidence_band(predictions):
    y_true, probas = predictions
    curves = {label: coverage_curve(*confidence_and_correct(y_true, proba)) for label, proba in probas.items()}
    frames = {label: coverage_frame(curve) for label, curve in curves.items()}
    points = {label: operating_point(curve, 0.9) for label, curve in curves.items()}
    figure = coverage_figure(frames, COLOURS, points)
    markers = [trace for trace in figure.data if trace.mode == "markers"]
    assert [marker.x[0] for marker in markers] == [100 * points[label].coverage for label in "AB"]
    assert f"{points['B'].misclassified} misclassified" in markers[1].hovertemplate
    assert not any(trace.fill for trace in figure.data)
    single = coverage_figure({"A": frames["A"]}, COLOURS, {"A": points["A"]})
    band = single.data[0]
    assert band.fill == "toself"
    assert len(band.x) == len(band.y) == 2 * len(frames["A"])
    assert coverage_curves_frame(frames)["coverage_percent"].max() == 100


def test_the_curve_of_a_classifier_without_errors_is_at_100_percent(perfect):
    curve = coverage_curve(*confidence_and_correct(*perfect))
    figure = coverage_figure({"A": coverage_frame(curve)}, COLOURS, {"A": operating_point(curve, 0.9)})
    line = figure.data[1]
    assert np.log10(line.y[-1]) == pytest.approx(figure.layout.yaxis.range[1])
