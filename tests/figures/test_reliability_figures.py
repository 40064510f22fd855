"""Figures of the Reliability page: where points lie, what they say, what the CSV behind them holds."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_core.evaluation.calibration import calibration_bins, confidence_histogram
from mnist_core.evaluation.confusion import class_report, confusion_matrix, report_averages, report_intervals
from mnist_core.evaluation.coverage import coverage_curve, coverage_frame, operating_point
from mnist_core.evaluation.curves import one_vs_rest, thin
from mnist_core.figures.calibration import calibration_figure, calibration_frame, histogram_figure, histogram_frame
from mnist_core.figures.corner import fit_axis
from mnist_core.figures.coverage import coverage_figure, coverage_table
from mnist_core.figures.curves import area_text, curves_frame, digits_figure, overlay_figure
from mnist_core.figures.report import report_figure, report_frame

COLOURS = {"A": "#2456A6", "B": "#C8553D"}


@pytest.fixture
def predictions():
    """Labels and the probabilities of a good classifier and of a guessing one."""
    rng = np.random.default_rng(0)
    y_true = rng.integers(0, 10, 600)
    good = rng.dirichlet(np.full(10, 0.2), 600)
    good[np.arange(600), y_true] += rng.random(600) * 3
    return y_true, {"A": good / good.sum(axis=1, keepdims=True), "B": rng.dirichlet(np.ones(10), 600)}


@pytest.fixture
def perfect():
    """Labels, and probabilities that are never wrong."""
    y_true = np.arange(100) % 10
    return y_true, np.eye(10)[y_true] * 0.9 + 0.01


def sureness(y_true, proba):
    return proba.max(axis=1), proba.argmax(axis=1) == y_true


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_an_axis_holds_every_distance_in_order_and_what_is_perfect_at_its_end(distances):
    values = np.array(distances)
    axis = fit_axis([values])
    assert 0 < axis.floor < axis.worst <= 100
    placed = axis.place(values)
    assert (np.diff(placed[np.argsort(values, kind="stable")]) >= 0).all()
    assert (placed >= axis.floor).all()
    assert (placed <= axis.worst * (1 + 1e-12)).all()
    assert axis.place(np.zeros(1)) == axis.floor
    layout = axis.layout("accuracy (%)")
    assert layout["ticktext"][0] == "100"
    assert layout["range"][0] > layout["range"][1]
    assert axis.layout("false positives (%)", distances=True)["ticktext"][0] == "0"


def test_ticks_are_named_by_the_share_that_lies_there():
    layout = fit_axis([np.array([0.001, 0.2])]).layout("accuracy (%)")
    assert dict(zip(layout["ticktext"], layout["tickvals"], strict=True))["99"] == pytest.approx(1)


@pytest.mark.parametrize(("area", "text"), [(1, "1"), (0.999999, "0.99999"), (0.5, "0.50000")])
def test_an_area_that_is_not_all_is_never_written_as_1(area, text):
    assert area_text(area) == text


@pytest.mark.parametrize("kind", ["roc", "pr"])
@pytest.mark.parametrize("chosen", ["macro", "micro", "8"])
def test_one_classifiers_curves_are_all_there_and_the_chosen_one_is_on_top_in_its_colour(predictions, kind, chosen):
    y_true, probas = predictions
    curves = one_vs_rest(y_true, probas["A"], kind)
    figure = digits_figure(curves, chosen=chosen, colour="#2456A6", zoomed=False)
    lines = [trace for trace in figure.data if trace.customdata is not None]
    assert len(lines) == 12
    assert [line.line.color == "#2456A6" for line in lines] == [False] * 11 + [True]
    np.testing.assert_allclose(lines[-1].x, 100 * curves[chosen].x, rtol=1e-6)
    np.testing.assert_allclose(lines[-1].y, 100 * curves[chosen].y, rtol=1e-6)
    assert area_text(curves[chosen].area) in lines[-1].name
    assert sum(line.showlegend is not False for line in lines) <= 4


@pytest.mark.parametrize("kind", ["roc", "pr"])
def test_zoomed_curves_are_drawn_by_their_distance_to_the_ideal_corner(predictions, kind):
    y_true, probas = predictions
    curves = {label: thin(one_vs_rest(y_true, proba, kind)["macro"]) for label, proba in probas.items()}
    figure = overlay_figure(curves, COLOURS, zoomed=True)
    assert [trace.line.color for trace in figure.data] == [COLOURS["B"], COLOURS["A"]]
    drawn, curve = figure.data[-1], curves["A"]
    inner = (np.asarray(drawn.y) > min(drawn.y)) & (curve.y < 1)
    np.testing.assert_allclose(np.asarray(drawn.y)[inner], 100 * (1 - curve.y[inner]), rtol=1e-5)
    assert figure.layout.xaxis.type == figure.layout.yaxis.type == "log"
    assert (figure.layout.xaxis.ticktext[0], figure.layout.yaxis.ticktext[0]) == (
        "0" if kind == "roc" else "100",
        "100",
    )
    assert "finds" in drawn.hovertemplate


@pytest.mark.parametrize("zoomed", [True, False])
@pytest.mark.parametrize("kind", ["roc", "pr"])
def test_a_perfect_classifier_has_curves_too(perfect, kind, zoomed):
    curves = one_vs_rest(*perfect, kind)
    figure = digits_figure(curves, chosen="macro", colour="#2456A6", zoomed=zoomed)
    assert all(np.isfinite(trace.x).all() and np.isfinite(trace.y).all() for trace in figure.data)
    assert figure.data[-1].name.endswith(" 1")


def test_the_frame_behind_curves_holds_their_points_in_percent(predictions):
    y_true, probas = predictions
    curve = one_vs_rest(y_true, probas["A"], "roc")["8"]
    frame = curves_frame({"A": {"8": curve}})
    assert frame["curve"].unique().tolist() == ["digit 8"]
    np.testing.assert_allclose(frame["true_positive_rate_percent"], 100 * curve.y)
    assert (frame["auc"] == curve.area).all()


@pytest.mark.parametrize("zoomed", [True, False])
def test_a_calibrated_bin_lies_on_the_diagonal(zoomed):
    confidence = np.repeat([0.5, 0.9], [10, 100])
    correct = np.r_[np.arange(10) < 5, np.arange(100) < 90]
    bins = calibration_bins(confidence, correct, by="width")
    figure = calibration_figure({"A": bins}, COLOURS, zoomed=zoomed)
    points = figure.data[1]
    np.testing.assert_allclose(points.x, points.y)
    assert points.hovertext[1].startswith(
        "<b>A</b>: 100 digits with 90.00 % confidence on average<br>90.00 % are right"
    )
    # Away from 100 % is down: the lower end of the interval is as far as it says.
    low = points.y[1] + points.error_y.array[1] if zoomed else 100 - (points.y[1] - points.error_y.arrayminus[1])
    assert low == pytest.approx(100 * (1 - bins["accuracy_low"].iloc[1]))


def test_what_was_before_the_temperature_is_hollow_and_bins_of_more_digits_are_larger(predictions):
    y_true, probas = predictions
    bins = {label: calibration_bins(*sureness(y_true, proba), by="width") for label, proba in probas.items()}
    figure = calibration_figure(bins, COLOURS, hollow=["B"], zoomed=True)
    assert [trace.marker.symbol for trace in figure.data[1:]] == ["circle", "circle-open"]
    sizes, digits = figure.data[1].marker.size, bins["A"]["digits"]
    assert max(sizes) == sizes[int(digits.argmax())]
    frame = calibration_frame(bins)
    assert frame.groupby("series")["digits"].sum().tolist() == [600, 600]
    assert frame["accuracy_percent"].between(0, 100).all()


def test_a_histogram_shows_right_answers_above_and_mistakes_below_in_percent_of_their_kind(predictions):
    y_true, probas = predictions
    frames = {label: confidence_histogram(*sureness(y_true, proba)) for label, proba in probas.items()}
    figure = histogram_figure(frames, COLOURS)
    assert [(bar.yaxis, bar.name) for bar in figure.data] == [("y", "A"), ("y", "B"), ("y2", "A"), ("y2", "B")]
    assert all(sum(bar.y) == pytest.approx(100) for bar in figure.data)
    wrong = int(frames["B"]["wrong"].sum())
    assert f"of {wrong:,} mistakes" in figure.data[3].hovertext[0]
    assert histogram_frame(frames)[["right", "wrong"]].to_numpy().sum() == 1200


def test_the_histogram_of_a_classifier_without_mistakes_has_none_below(perfect):
    bars = histogram_figure({"A": confidence_histogram(*sureness(*perfect))}, COLOURS).data
    assert [sum(bar.y) for bar in bars] == [100, 0]


def test_the_chosen_share_is_marked_on_each_coverage_curve_and_one_alone_has_its_interval(predictions):
    y_true, probas = predictions
    curves = {label: coverage_curve(*sureness(y_true, proba)) for label, proba in probas.items()}
    frames = {label: coverage_frame(curve) for label, curve in curves.items()}
    points = {label: operating_point(curve, 0.9) for label, curve in curves.items()}
    figure = coverage_figure(frames, COLOURS, points)
    markers = [trace for trace in figure.data if trace.mode == "markers"]
    assert [marker.x[0] for marker in markers] == [100 * points[label].coverage for label in "AB"]
    assert f"{points['B'].wrong} wrong" in markers[1].hovertemplate
    assert not any(trace.fill for trace in figure.data)
    alone = coverage_figure({"A": frames["A"]}, COLOURS, {"A": points["A"]})
    band = alone.data[0]
    assert band.fill == "toself"
    assert len(band.x) == len(band.y) == 2 * len(frames["A"])
    assert coverage_table(frames)["coverage_percent"].max() == 100


def test_the_coverage_of_a_classifier_without_mistakes_lies_at_100_percent(perfect):
    curve = coverage_curve(*sureness(*perfect))
    figure = coverage_figure({"A": coverage_frame(curve)}, COLOURS, {"A": operating_point(curve, 0.9)})
    line = figure.data[1]
    assert np.log10(line.y[-1]) == pytest.approx(figure.layout.yaxis.range[1])


@pytest.mark.parametrize("measure", ["precision", "recall", "f1"])
def test_a_report_shows_each_digit_of_each_classifier_with_its_interval_where_there_is_one(predictions, measure):
    y_true, probas = predictions
    matrices = {label: confusion_matrix(y_true, proba.argmax(axis=1)) for label, proba in probas.items()}
    reports = {label: class_report(matrix).join(report_intervals(matrix)) for label, matrix in matrices.items()}
    figure = report_figure(reports, COLOURS, measure=measure)
    assert [trace.name for trace in figure.data] == ["A", "B"]
    for trace, report in zip(figure.data, reports.values(), strict=True):
        assert np.round(trace.x).astype(int).tolist() == list(range(10))
        assert f"{100 * report.loc[3, measure]:.2f} %" in trace.hovertext[3]
        assert (trace.error_y.array is not None) == (measure != "f1")
    frame = report_frame(reports, {label: report_averages(matrix) for label, matrix in matrices.items()})
    assert len(frame) == 2 * 13
    assert frame.loc[frame["of"] == "micro", "recall_percent"].tolist() == pytest.approx(
        [100 * np.trace(matrix) / 600 for matrix in matrices.values()]
    )


def test_a_digit_that_is_never_predicted_has_no_interval_and_no_complaint():
    matrix = np.diag([5] * 10)
    matrix[3, 3], matrix[3, 8] = 0, 5
    report = class_report(matrix).join(report_intervals(matrix))
    assert pd.isna(report.loc[3, "precision_low"])
    assert "nan" not in report_figure({"A": report}, COLOURS, measure="precision").data[0].hovertext[3]
