"""The confusion matrix: the text, the color, the hover text and the customdata of each cell."""

import numpy as np
import pytest

from mnist_core.figures.confusion import confusion_figure
from tests.figures.helpers import INKS, cell_ink, cell_text, hover_texts

LOOK = {"accent": "#C8553D", "inks": INKS}


@pytest.fixture
def matrix():
    matrix = np.diag([90] * 10)
    matrix[9, 4], matrix[4, 9] = 11, 1
    return matrix


@pytest.mark.parametrize("show", ["errors", "counts", "row", "column"])
def test_the_customdata_of_every_cell_is_its_position(matrix, show):
    cells = confusion_figure(matrix, show=show, **LOOK).data[-1]
    assert [tuple(cell) for cell in cells.customdata] == list(zip(cells.y, cells.x, strict=True))
    assert len(set(map(tuple, cells.customdata))) == 100


@pytest.mark.parametrize("show", ["errors", "counts", "row", "column"])
def test_only_misclassifications_are_colored_and_empty_cells_have_no_text(matrix, show):
    figure = confusion_figure(matrix, show=show, **LOOK)
    coloured = np.any([~np.isnan(np.array(trace.z, dtype=float)) for trace in figure.data[:2]], axis=0)
    assert list(zip(*np.nonzero(coloured), strict=True)) == [(4, 9), (9, 4)]
    assert (cell_text(figure, 0, 1), cell_ink(figure, 0, 1)) == ("", None)


def test_the_color_scale_starts_at_0(matrix):
    heatmap = confusion_figure(matrix, **LOOK).data[0]
    assert (heatmap.zmin, heatmap.zmax) == (0, 11)
    assert confusion_figure(np.diag([3] * 10), **LOOK).data[0].zmax == 1


@pytest.mark.parametrize(("show", "text"), [("errors", "11"), ("counts", "11"), ("row", "10.9"), ("column", "10.9")])
def test_a_cell_shows_its_count_or_its_percentage(matrix, show, text):
    figure = confusion_figure(matrix, show=show, **LOOK)
    assert (cell_text(figure, 9, 4), cell_ink(figure, 9, 4)) == (text, "white")


def test_pale_and_dark_cells_have_different_text_colors(matrix):
    figure = confusion_figure(matrix, show="counts", **LOOK)
    assert (cell_text(figure, 4, 9), cell_ink(figure, 4, 9)) == ("1", "black")
    assert (cell_text(figure, 9, 4), cell_ink(figure, 9, 4)) == ("11", "white")
    assert (cell_text(figure, 0, 0), cell_ink(figure, 0, 0)) == ("90", "black")


def test_a_percentage_below_100_is_not_rounded_up_to_100():
    matrix = np.diag([1000] * 10)
    matrix[0, 1] = 1
    figure = confusion_figure(matrix, show="row", **LOOK)
    assert [cell_text(figure, *cell) for cell in ((0, 0), (0, 1), (1, 1))] == ["99.9", "0.1", "100"]


def test_the_hover_text_has_the_count_and_the_shares_of_row_and_column(matrix):
    texts = hover_texts(confusion_figure(matrix, **LOOK))
    assert texts[9, 4] == (
        "true 9, predicted 4: 11 digits<br>10.9 % of all nines<br>10.9 % of all digits predicted as 4"
    )
    assert texts[4, 9].startswith("true 4, predicted 9: 1 digit<br>")


def test_the_selected_cell_is_outlined(matrix):
    (shape,) = confusion_figure(matrix, selected=(9, 4), **LOOK).layout.shapes
    assert (shape.x0, shape.x1, shape.y0, shape.y1) == (3.5, 4.5, 8.5, 9.5)
    assert shape.line.color == "#C8553D"
