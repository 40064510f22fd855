"""Matrix differences and pairwise comparisons: texts, colors, hover texts, customdata and CSV data."""

import numpy as np
import pytest

from mnist_core.evaluation.comparison import pairwise
from mnist_core.figures.head_to_head import (
    matrix_difference_figure,
    matrix_difference_frame,
    p_text,
    pairwise_figure,
    pairwise_frame,
)
from tests.figures.helpers import INKS, cell_text, cell_value, hover_texts

COLOURS = {"accent": "#C8553D", "inks": INKS, "diverging": ("red", "pink", "azure", "blue")}
LABELS = {"weak": "Weak", "good": "Good", "twin": "Twin"}


@pytest.fixture
def matrices():
    a, b = np.diag([90] * 10), np.diag([88] * 10)
    a[9, 4], b[9, 4], b[4, 9], b[1, 7], a[1, 7] = 11, 3, 5, 2, 2
    return a, b


@pytest.fixture
def pairs():
    """Comparisons of three classifiers with 60, 0 and 1 errors on 200 samples."""
    y_true = np.zeros(200, dtype=np.uint8)
    weak, twin = y_true.copy(), y_true.copy()
    weak[:60] = 1
    twin[0] = 2
    return pairwise(y_true, {"weak": weak, "good": y_true, "twin": twin})


def test_the_color_scale_of_differences_is_centered_at_0(matrices):
    for trace in matrix_difference_figure(*matrices, **COLOURS).data[:2]:
        assert (trace.zmin, trace.zmax) == (-8, 8)
        assert [stop[1] for stop in trace.colorscale] == ["red", "pink", "azure", "blue"]
        assert [stop[0] for stop in trace.colorscale] == pytest.approx([0, 1 / 3, 2 / 3, 1])


def test_a_cell_shows_a_minus_b_and_only_unequal_misclassifications_are_colored(matrices):
    figure = matrix_difference_figure(*matrices, **COLOURS)
    assert [cell_text(figure, *cell) for cell in ((9, 4), (4, 9), (1, 7), (0, 0))] == ["+8", "−5", "", "+2"]
    assert [cell_value(figure, *cell) for cell in ((9, 4), (4, 9), (1, 7), (0, 0))] == [8, -5, None, None]
    assert hover_texts(figure)[9, 4] == "true 9, predicted 4<br>A: 11, B: 3<br>difference in counts (A − B): +8"


def test_swapping_a_and_b_reverses_every_sign(matrices):
    a, b = matrices
    one, other = matrix_difference_figure(a, b, **COLOURS), matrix_difference_figure(b, a, **COLOURS)
    assert [cell_value(other, *cell) for cell in ((9, 4), (4, 9))] == [-8, 5]
    assert cell_text(one, 4, 9) == "−5"
    assert cell_text(other, 4, 9) == "+5"


def test_equal_predictions_give_a_figure_without_texts(matrices):
    figure = matrix_difference_figure(matrices[0], matrices[0], selected=(9, 4), **COLOURS)
    assert figure.data[0].zmax == 1
    assert all(cell_text(figure, true, pred) == "" for true in range(10) for pred in range(10))
    assert (figure.layout.shapes[0].x0, figure.layout.shapes[0].y0) == (3.5, 8.5)


def test_the_customdata_of_every_cell_is_its_position(matrices):
    cells = matrix_difference_figure(*matrices, **COLOURS).data[-1]
    assert [tuple(cell) for cell in cells.customdata] == list(zip(cells.y, cells.x, strict=True))
    assert len(set(map(tuple, cells.customdata))) == 100


def test_the_frame_of_the_difference_has_both_counts(matrices):
    frame = matrix_difference_frame(*matrices)
    assert len(frame) == 100
    row = frame.set_index(["true", "predicted"]).loc[(9, 4)]
    assert row.to_dict() == {"count_a": 11, "count_b": 3, "difference": 8}


@pytest.mark.parametrize("show", ["difference", "p", "agreement"])
def test_pairs_are_sorted_by_accuracy_and_are_the_customdata_of_their_cells(pairs, show):
    figure = pairwise_figure(pairs, LABELS, show=show, selected=("twin", "weak"), **COLOURS)
    assert [text.split()[0] for text in figure.layout.yaxis.ticktext] == ["Good", "Twin", "Weak"]
    order = ["good", "twin", "weak"]
    cells = figure.data[-1]
    placed = [(order[row], order[column]) for row, column in zip(cells.y, cells.x, strict=True)]
    assert [tuple(cell) for cell in cells.customdata] == placed
    assert len(placed) == 6  # no classifier is compared with itself
    assert all(cell_text(figure, place, place) == "" for place in range(3))
    (shape,) = figure.layout.shapes
    assert (shape.y0, shape.x0, shape.line.color) == (0.5, 1.5, "#C8553D")


def test_pairs_show_differences_in_points_p_values_or_agreement_in_percent(pairs):
    figures = {show: pairwise_figure(pairs, LABELS, show=show, **COLOURS) for show in ("difference", "p", "agreement")}
    assert [cell_text(figure, 0, 1) for figure in figures.values()] == ["+.50", "1", "99.5"]
    assert [cell_text(figure, 2, 0) for figure in figures.values()] == ["−30.0", "<.001", "70.0"]


def test_only_pairs_without_a_significant_difference_are_colored_by_their_p_value(pairs):
    figure = pairwise_figure(pairs, LABELS, show="p", **COLOURS)
    assert cell_value(figure, 0, 1) == 1
    assert cell_value(figure, 0, 2) is None


def test_every_agreement_has_a_color(pairs):
    figure = pairwise_figure(pairs, LABELS, show="agreement", **COLOURS)
    assert all(cell_value(figure, row, column) > figure.data[0].zmin for row, column in ((0, 1), (0, 2), (1, 2)))


def test_pairs_with_equal_predictions_can_be_drawn():
    y = np.zeros(5, dtype=np.uint8)
    pairs = pairwise(y, {"good": y, "twin": y})
    for show, text in (("difference", "0"), ("p", "1"), ("agreement", "100")):
        figure = pairwise_figure(pairs, LABELS, show=show, **COLOURS)
        assert cell_text(figure, 0, 1) == text
        assert figure.data[0].zmax > figure.data[0].zmin


def test_the_hover_text_of_a_pair_has_difference_p_values_and_agreement(pairs):
    assert hover_texts(pairwise_figure(pairs, LABELS, **COLOURS))["twin", "good"] == (
        "A: Twin, B: Good<br>difference in accuracy (A − B): −0.50 percentage points<br>"
        "McNemar test: p = 1.000<br>with Holm correction for 3 pairs: p = 1.000<br>"
        "same prediction for 99.5 % of the digits"
    )


def test_the_frame_of_the_pairs_has_both_orders_and_both_p_values(pairs):
    frame = pairwise_frame(pairs).set_index(["a", "b"])
    assert len(frame) == 6
    assert frame.loc[("weak", "good"), "difference_points"] == pytest.approx(-30)
    assert frame.loc[("good", "weak"), "difference_points"] == pytest.approx(30)
    assert (frame["p_value_holm"] >= frame["p_value"]).all()
    assert frame.loc[("good", "twin"), "agreement_percent"] == pytest.approx(99.5)


@pytest.mark.parametrize(("p_value", "text"), [(0.00099, "< 0.001"), (0.0424, "0.042"), (1.0, "1.000")])
def test_a_p_value_has_three_decimals_or_is_below_0_001(p_value, text):
    assert p_text(p_value) == text
