"""Reliability diagrams and confidence histograms: positions, hover texts and CSV data."""

import numpy as np
import pytest

from mnist_core.evaluation.calibration import calibration_bins, confidence_histogram
from mnist_core.figures.calibration import calibration_figure, calibration_frame, histogram_figure, histogram_frame
from tests.figures.helpers import COLOURS, confidence_and_correct


@pytest.mark.parametrize("log_scale", [True, False])
def test_a_calibrated_bin_is_on_the_diagonal(log_scale):
    confidence = np.repeat([0.5, 0.9], [10, 100])
    correct = np.r_[np.arange(10) < 5, np.arange(100) < 90]
    bins = calibration_bins(confidence, correct, by="width")
    figure = calibration_figure({"A": bins}, COLOURS, log_scale=log_scale)
    points = figure.data[1]
    np.testing.assert_allclose(points.x, points.y)
    assert points.hovertext[1].startswith(
        "<b>A</b>: 100 digits<br>mean confidence 90.00 %<br>accuracy 90.00 % (95 % CI "
    )
    # The logarithmic axis is reversed, so the lower end of the interval has the larger coordinate.
    low = points.y[1] + points.error_y.array[1] if log_scale else 100 - (points.y[1] - points.error_y.arrayminus[1])
    assert low == pytest.approx(100 * (1 - bins["accuracy_low"].iloc[1]))


def test_hollow_series_are_open_circles_and_bins_with_more_digits_are_larger(predictions):
    y_true, probas = predictions
    bins = {
        label: calibration_bins(*confidence_and_correct(y_true, proba), by="width") for label, proba in probas.items()
    }
    figure = calibration_figure(bins, COLOURS, hollow=["B"], log_scale=True)
    assert [trace.marker.symbol for trace in figure.data[1:]] == ["circle", "circle-open"]
    sizes, digits = figure.data[1].marker.size, bins["A"]["digits"]
    assert max(sizes) == sizes[int(digits.argmax())]
    frame = calibration_frame(bins)
    assert frame.groupby("series")["digits"].sum().tolist() == [600, 600]
    assert frame["accuracy_percent"].between(0, 100).all()
    assert {"confidence_low_percent", "confidence_high_percent", "confidence_percent"} <= set(frame)


def test_histograms_are_percentages_of_the_correct_and_of_the_misclassified_digits(predictions):
    y_true, probas = predictions
    frames = {label: confidence_histogram(*confidence_and_correct(y_true, proba)) for label, proba in probas.items()}
    figure = histogram_figure(frames, COLOURS)
    assert [(bar.yaxis, bar.name) for bar in figure.data] == [("y", "A"), ("y", "B"), ("y2", "A"), ("y2", "B")]
    assert all(sum(bar.y) == pytest.approx(100) for bar in figure.data)
    wrong = int(frames["B"]["wrong"].sum())
    assert f"of {wrong:,} misclassified digits" in figure.data[3].hovertext[0]
    assert histogram_frame(frames)[["correct", "misclassified"]].to_numpy().sum() == 1200


def test_without_misclassified_digits_their_histogram_is_empty(perfect):
    bars = histogram_figure({"A": confidence_histogram(*confidence_and_correct(*perfect))}, COLOURS).data
    assert [sum(bar.y) for bar in bars] == [100, 0]
