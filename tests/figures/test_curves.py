"""ROC and precision-recall curves: order, coordinates and names of the lines."""

import numpy as np
import pytest

from mnist_core.evaluation.curves import one_vs_rest, thin
from mnist_core.figures.curves import area_text, classifier_curves_figure, curves_frame, digit_curves_figure
from tests.figures.helpers import COLOURS


@pytest.mark.parametrize(("area", "text"), [(1, "1"), (0.999999, "0.99999"), (0.5, "0.50000")])
def test_an_area_below_1_is_not_rounded_up_to_1(area, text):
    assert area_text(area) == text


@pytest.mark.parametrize("kind", ["roc", "pr"])
@pytest.mark.parametrize("highlight", ["macro", "micro", "8"])
def test_all_curves_of_a_classifier_are_drawn_with_the_highlighted_one_on_top(predictions, kind, highlight):
    y_true, probas = predictions
    curves = one_vs_rest(y_true, probas["A"], kind)
    figure = digit_curves_figure(curves, highlight=highlight, colour="#2456A6", log_scale=False)
    lines = [trace for trace in figure.data if trace.customdata is not None]
    assert len(lines) == 12
    assert [line.line.color == "#2456A6" for line in lines] == [False] * 11 + [True]
    np.testing.assert_allclose(lines[-1].x, 100 * curves[highlight].x, rtol=1e-6)
    np.testing.assert_allclose(lines[-1].y, 100 * curves[highlight].y, rtol=1e-6)
    assert area_text(curves[highlight].area) in lines[-1].name
    assert sum(line.showlegend is not False for line in lines) <= 4


@pytest.mark.parametrize("kind", ["roc", "pr"])
def test_on_a_logarithmic_scale_coordinates_are_distances_to_the_ideal_corner(predictions, kind):
    y_true, probas = predictions
    curves = {label: thin(one_vs_rest(y_true, proba, kind)["macro"]) for label, proba in probas.items()}
    figure = classifier_curves_figure(curves, COLOURS, log_scale=True)
    assert [trace.line.color for trace in figure.data] == [COLOURS["B"], COLOURS["A"]]
    drawn, curve = figure.data[-1], curves["A"]
    inner = (np.asarray(drawn.y) > min(drawn.y)) & (curve.y < 1)
    np.testing.assert_allclose(np.asarray(drawn.y)[inner], 100 * (1 - curve.y[inner]), rtol=1e-5)
    assert figure.layout.xaxis.type == figure.layout.yaxis.type == "log"
    assert (figure.layout.xaxis.ticktext[0], figure.layout.yaxis.ticktext[0]) == (
        "0" if kind == "roc" else "100",
        "100",
    )
    assert {"roc": "true positive rate", "pr": "precision"}[kind] in drawn.hovertemplate


@pytest.mark.parametrize("log_scale", [True, False])
@pytest.mark.parametrize("kind", ["roc", "pr"])
def test_a_classifier_without_errors_has_finite_curves(perfect, kind, log_scale):
    curves = one_vs_rest(*perfect, kind)
    figure = digit_curves_figure(curves, highlight="macro", colour="#2456A6", log_scale=log_scale)
    assert all(np.isfinite(trace.x).all() and np.isfinite(trace.y).all() for trace in figure.data)
    assert figure.data[-1].name.endswith(" 1")


def test_the_frame_of_the_curves_has_their_points_in_percent(predictions):
    y_true, probas = predictions
    curve = one_vs_rest(y_true, probas["A"], "roc")["8"]
    frame = curves_frame({"A": {"8": curve}})
    assert frame["curve"].unique().tolist() == ["digit 8"]
    np.testing.assert_allclose(frame["true_positive_rate_percent"], 100 * curve.y)
    assert (frame["auc"] == curve.area).all()
