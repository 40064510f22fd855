"""Figures are checked for what a reader relies on: which cell is where, what it says, what a click gives back."""

import io

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from mnist_core.figures.confusion import confusion_figure
from mnist_core.figures.leaderboard import accuracy_time_figure
from mnist_core.figures.probabilities import probabilities_figure
from mnist_core.figures.sheet import digit_sheet

INKS = ("black", "white")


def text_of(figure, row, column):
    """What a cell of the heat map says, and in which ink."""
    said = [(trace.text[row][column], trace.textfont.color) for trace in figure.data if trace.type == "heatmap"]
    return next(((text, ink) for text, ink in said if text), ("", None))


@pytest.fixture
def matrix():
    matrix = np.diag([90] * 10)
    matrix[9, 4], matrix[4, 9] = 11, 1
    return matrix


@pytest.mark.parametrize("show", ["errors", "counts", "row", "column"])
def test_every_cell_can_be_clicked_and_lies_where_its_customdata_says(matrix, show):
    cells = confusion_figure(matrix, show=show, accent="red", inks=INKS).data[-1]
    assert [tuple(cell) for cell in cells.customdata] == list(zip(cells.y, cells.x, strict=True))
    assert len(set(map(tuple, cells.customdata))) == 100


@pytest.mark.parametrize("show", ["errors", "counts", "row", "column"])
def test_correct_cells_are_never_coloured_and_empty_ones_say_nothing(matrix, show):
    figure = confusion_figure(matrix, show=show, accent="red", inks=INKS)
    coloured = np.any([~np.isnan(np.array(trace.z, dtype=float)) for trace in figure.data[:2]], axis=0)
    assert list(zip(*np.nonzero(coloured), strict=True)) == [(4, 9), (9, 4)]
    assert text_of(figure, 0, 1) == ("", None)


def test_no_count_is_as_pale_as_an_empty_cell(matrix):
    heatmap = confusion_figure(matrix, accent="red", inks=INKS).data[0]
    assert (heatmap.zmin, heatmap.zmax) == (0, 11)
    assert confusion_figure(np.diag([3] * 10), accent="red", inks=INKS).data[0].zmax == 1


@pytest.mark.parametrize(("show", "text"), [("errors", "11"), ("counts", "11"), ("row", "10.9"), ("column", "10.9")])
def test_a_cell_prints_its_count_or_its_percentage(matrix, show, text):
    assert text_of(confusion_figure(matrix, show=show, accent="red", inks=INKS), 9, 4) == (text, "white")


def test_a_number_is_printed_in_the_ink_that_its_cell_lets_read(matrix):
    figure = confusion_figure(matrix, show="counts", accent="red", inks=INKS)
    assert text_of(figure, 4, 9) == ("1", "black")
    assert text_of(figure, 9, 4) == ("11", "white")
    assert text_of(figure, 0, 0) == ("90", "black")


def test_what_is_not_all_is_never_printed_as_100_percent():
    matrix = np.diag([1000] * 10)
    matrix[0, 1] = 1
    figure = confusion_figure(matrix, show="row", accent="red", inks=INKS)
    assert [text_of(figure, *cell)[0] for cell in ((0, 0), (0, 1), (1, 1))] == ["99.9", "0.1", "100"]
    proba = np.zeros((1, 10))
    for probability in (0.9996, 1.0):
        proba[0, 3] = probability
        assert text_of(probabilities_figure(["A"], proba, accent="red", inks=INKS), 0, 3)[0] == "99.9"


def test_a_tooltip_speaks_in_words(matrix):
    cells = confusion_figure(matrix, accent="red", inks=INKS).data[-1]
    words = {tuple(cell): text for cell, text in zip(cells.customdata, cells.hovertext, strict=True)}
    assert words[9, 4] == "true 9, predicted 4: 11 digits<br>10.9 % of all nines<br>10.9 % of all predicted fours"
    assert words[4, 9].startswith("true 4, predicted 9: 1 digit<br>")


def test_the_selected_cell_is_outlined(matrix):
    (shape,) = confusion_figure(matrix, selected=(9, 4), accent="#C8553D", inks=INKS).layout.shapes
    assert (shape.x0, shape.x1, shape.y0, shape.y1) == (3.5, 4.5, 8.5, 9.5)
    assert shape.line.color == "#C8553D"


def test_accuracy_time_figure_marks_the_pareto_front():
    board = pd.DataFrame(
        {
            "name": ["slow", "quick", "beaten"],
            "label": ["Slow", "Quick", "Beaten"],
            "fit_seconds": [100.0, 1.0, 200.0],
            "test_accuracy": [0.99, 0.90, 0.95],
            "low": [0.98, 0.89, 0.94],
            "high": [0.995, 0.91, 0.96],
        }
    )
    figure = accuracy_time_figure(board, {"slow": "red", "quick": "blue", "beaten": "green"})
    line, *points = figure.data
    assert list(line.x) == [1.0, 100.0]
    assert {p.text[0].strip(): p.marker.symbol for p in points} == {
        "Quick": "circle",
        "Slow": "circle",
        "Beaten": "circle-open",
    }


def test_a_label_keeps_clear_of_anothers_interval():
    board = pd.DataFrame(
        {
            "name": ["quick", "here", "tall", "slow"],
            "label": ["Quick", "A long label", "Tall", "Slow"],
            "fit_seconds": [1.0, 50.0, 60.0, 2000.0],
            "test_accuracy": [0.80, 0.97, 0.90, 0.80],
            "low": [0.79, 0.968, 0.80, 0.79],
            "high": [0.81, 0.972, 0.985, 0.81],
        }
    )
    _, *points = accuracy_time_figure(board, dict.fromkeys(board["name"], "red")).data
    places = {point.text[0].strip(): point.textposition for point in points}
    assert places["A long label"] == "middle left"  # to the right it would cross the tall bar


def test_probabilities_figure_outlines_each_answer_and_marks_wrong_ones():
    proba = np.full((2, 10), 0.02)
    proba[0, 9] = proba[1, 4] = 0.82
    figure = probabilities_figure(["A", "B"], proba, true=9, accent="#C8553D", inks=INKS)
    right, wrong = figure.layout.shapes
    assert (right.x0 + right.x1) / 2 == pytest.approx(9)
    assert (wrong.x0 + wrong.x1) / 2 == pytest.approx(4)
    assert [shape.line.color == "#C8553D" for shape in (right, wrong)] == [False, True]
    assert text_of(figure, 0, 9)[0] == "82"


def test_probabilities_figure_of_a_blank_canvas_has_rows_but_no_answers():
    figure = probabilities_figure(["A", "B"], np.full((2, 10), np.nan), accent="red", inks=INKS)
    assert figure.layout.shapes == ()
    assert text_of(figure, 0, 0)[0] == ""


def test_a_sheet_holds_the_ink_of_each_digit_in_its_alpha_channel():
    images = np.zeros((3, 28, 28), dtype=np.uint8)
    images[1, 10:20, 10:20] = 255
    sheet = Image.open(io.BytesIO(digit_sheet(images, scale=2)))
    assert (sheet.mode, sheet.size) == ("LA", (3 * 56, 56))
    alpha = np.asarray(sheet)[..., 1]
    assert alpha[:, :56].max() == alpha[:, 112:].max() == 0
    assert alpha[30, 56 + 30] == 255
