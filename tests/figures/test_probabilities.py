"""Class probabilities of one digit: texts, outlines and the row of a blank canvas."""

import numpy as np
import pytest

from mnist_core.figures.probabilities import probabilities_figure
from tests.figures.helpers import INKS, cell_text


def test_every_prediction_is_outlined_and_misclassifications_have_the_accent_color():
    proba = np.full((2, 10), 0.02)
    proba[0, 9] = proba[1, 4] = 0.82
    figure = probabilities_figure(["A", "B"], proba, true=9, accent="#C8553D", inks=INKS)
    correct, misclassified = figure.layout.shapes
    assert (correct.x0 + correct.x1) / 2 == pytest.approx(9)
    assert (misclassified.x0 + misclassified.x1) / 2 == pytest.approx(4)
    assert [shape.line.color == "#C8553D" for shape in (correct, misclassified)] == [False, True]
    assert cell_text(figure, 0, 9) == "82"


def test_a_blank_canvas_has_rows_without_predictions():
    figure = probabilities_figure(["A", "B"], np.full((2, 10), np.nan), accent="red", inks=INKS)
    assert figure.layout.shapes == ()
    assert cell_text(figure, 0, 0) == ""


@pytest.mark.parametrize("probability", [0.9996, 1.0])
def test_a_probability_is_never_shown_as_100_percent(probability):
    proba = np.zeros((1, 10))
    proba[0, 3] = probability
    assert cell_text(probabilities_figure(["A"], proba, accent="red", inks=INKS), 0, 3) == "99.9"
