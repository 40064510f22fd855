"""Predictions of one digit by severity."""

import numpy as np

from mnist_core.figures.predictions import predictions_figure, predictions_frame
from tests.figures.helpers import INKS, all_texts, all_values


def test_all_predictions_are_shown_and_only_misclassifications_are_colored():
    predictions = np.array([[4, 4, 9], [4, 4, 4]])
    figure = predictions_figure(
        ["Strong", "Weak"], predictions, ["undistorted", "1", "2"], true=4, accent="red", inks=INKS
    )
    assert all_texts(figure) == [["4", "4", "9"], ["4", "4", "4"]]
    assert all_values(figure).tolist() == [[0, 0, 1], [0, 0, 0]]
    assert list(figure.layout.yaxis.ticktext) == ["Strong", "Weak"]


def test_the_frame_has_one_row_per_classifier_and_severity():
    frame = predictions_frame(["A", "B"], np.array([[1, 2], [3, 4]]), ["undistorted", "10"])
    assert frame.columns.tolist() == ["classifier", "amount", "predicted"]
    assert frame.values.tolist() == [["A", "undistorted", 1], ["A", "10", 2], ["B", "undistorted", 3], ["B", "10", 4]]
