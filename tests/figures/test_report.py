"""The classification report as a figure."""

import numpy as np
import pandas as pd
import pytest

from mnist_core.evaluation.confusion import class_report, confusion_matrix, report_averages, report_intervals
from mnist_core.figures.report import report_figure, report_frame
from tests.figures.helpers import COLOURS


@pytest.mark.parametrize("measure", ["precision", "recall", "f1"])
def test_each_digit_of_each_classifier_has_a_point_and_its_interval_if_available(predictions, measure):
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
    assert frame.loc[frame["class"] == "micro", "recall_percent"].tolist() == pytest.approx(
        [100 * np.trace(matrix) / 600 for matrix in matrices.values()]
    )


def test_a_digit_that_is_never_predicted_has_a_hover_text_without_an_interval():
    matrix = np.diag([5] * 10)
    matrix[3, 3], matrix[3, 8] = 0, 5
    report = class_report(matrix).join(report_intervals(matrix))
    assert pd.isna(report.loc[3, "precision_low"])
    assert "nan" not in report_figure({"A": report}, COLOURS, measure="precision").data[0].hovertext[3]
