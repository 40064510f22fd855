import numpy as np
import pytest

from mnist_core.evaluation.significance import pairwise
from mnist_core.figures.head_to_head import (
    matrix_difference_figure,
    matrix_difference_frame,
    p_text,
    pairwise_figure,
    pairwise_frame,
)

COLOURS = {"accent": "#C8553D", "inks": ("black", "white"), "diverging": ("red", "pink", "azure", "blue")}
LABELS = {"weak": "Weak", "good": "Good", "twin": "Twin"}


def text_of(figure, row, column):
    """What a cell of the heat map says."""
    said = [trace.text[row][column] for trace in figure.data if trace.type == "heatmap"]
    return next((text for text in said if text), "")


def colour_of(figure, row, column):
    """The value that colours a cell, or None."""
    values = [trace.z[row][column] for trace in figure.data if trace.type == "heatmap"]
    return next((float(value) for value in values if not np.isnan(value)), None)


def words_of(figure):
    cells = figure.data[-1]
    return {tuple(cell): text for cell, text in zip(cells.customdata, cells.hovertext, strict=True)}


@pytest.fixture
def matrices():
    a, b = np.diag([90] * 10), np.diag([88] * 10)
    a[9, 4], b[9, 4], b[4, 9], b[1, 7], a[1, 7] = 11, 3, 5, 2, 2
    return a, b


@pytest.fixture
def pairs():
    """A weak one with 60 mistakes in 200, and two good ones of which one makes one mistake and the other none."""
    y_true = np.zeros(200, dtype=np.uint8)
    weak, twin = y_true.copy(), y_true.copy()
    weak[:60] = 1
    twin[0] = 2
    return pairwise(y_true, {"weak": weak, "good": y_true, "twin": twin})


def test_the_scale_of_differences_is_centred_at_0(matrices):
    for trace in matrix_difference_figure(*matrices, **COLOURS).data[:2]:
        assert (trace.zmin, trace.zmax) == (-8, 8)
        assert [stop[1] for stop in trace.colorscale] == ["red", "pink", "azure", "blue"]
        assert [stop[0] for stop in trace.colorscale] == pytest.approx([0, 1 / 3, 2 / 3, 1])


def test_a_cell_is_a_minus_b_and_equal_or_correct_ones_have_no_colour(matrices):
    figure = matrix_difference_figure(*matrices, **COLOURS)
    assert [text_of(figure, *cell) for cell in ((9, 4), (4, 9), (1, 7), (0, 0))] == ["+8", "−5", "", "+2"]
    assert [colour_of(figure, *cell) for cell in ((9, 4), (4, 9), (1, 7), (0, 0))] == [8, -5, None, None]
    assert words_of(figure)[9, 4] == "true 9, predicted 4<br>A 11, B 3: +8"


def test_swapping_a_and_b_turns_every_sign(matrices):
    a, b = matrices
    one, other = matrix_difference_figure(a, b, **COLOURS), matrix_difference_figure(b, a, **COLOURS)
    assert [colour_of(other, *cell) for cell in ((9, 4), (4, 9))] == [-8, 5]
    assert text_of(one, 4, 9) == "−5"
    assert text_of(other, 4, 9) == "+5"


def test_two_that_say_the_same_make_an_empty_figure(matrices):
    figure = matrix_difference_figure(matrices[0], matrices[0], selected=(9, 4), **COLOURS)
    assert figure.data[0].zmax == 1
    assert all(text_of(figure, true, pred) == "" for true in range(10) for pred in range(10))
    assert (figure.layout.shapes[0].x0, figure.layout.shapes[0].y0) == (3.5, 8.5)


def test_every_cell_can_be_clicked_and_lies_where_its_customdata_says(matrices):
    cells = matrix_difference_figure(*matrices, **COLOURS).data[-1]
    assert [tuple(cell) for cell in cells.customdata] == list(zip(cells.y, cells.x, strict=True))
    assert len(set(map(tuple, cells.customdata))) == 100


def test_the_frame_of_the_difference_is_the_two_matrices(matrices):
    frame = matrix_difference_frame(*matrices)
    assert len(frame) == 100
    row = frame.set_index(["true", "predicted"]).loc[(9, 4)]
    assert row.to_dict() == {"digits_a": 11, "digits_b": 3, "difference": 8}


@pytest.mark.parametrize("show", ["difference", "p", "agreement"])
def test_pairs_stand_most_accurate_first_and_a_click_gives_the_row_and_the_column(pairs, show):
    figure = pairwise_figure(pairs, LABELS, show=show, selected=("twin", "weak"), **COLOURS)
    assert [text.split()[0] for text in figure.layout.yaxis.ticktext] == ["Good", "Twin", "Weak"]
    order = ["good", "twin", "weak"]
    cells = figure.data[-1]
    placed = [(order[row], order[column]) for row, column in zip(cells.y, cells.x, strict=True)]
    assert [tuple(cell) for cell in cells.customdata] == placed
    assert len(placed) == 6  # nobody is compared with itself
    assert all(text_of(figure, place, place) == "" for place in range(3))
    (shape,) = figure.layout.shapes
    assert (shape.y0, shape.x0, shape.line.color) == (0.5, 1.5, "#C8553D")


def test_pairs_print_differences_in_points_p_values_or_percent(pairs):
    said = {show: pairwise_figure(pairs, LABELS, show=show, **COLOURS) for show in ("difference", "p", "agreement")}
    assert [text_of(figure, 0, 1) for figure in said.values()] == ["+.50", "1", "99.5"]
    assert [text_of(figure, 2, 0) for figure in said.values()] == ["−30.0", "<.001", "70.0"]


def test_only_pairs_that_cannot_be_separated_are_coloured_by_their_p_value(pairs):
    figure = pairwise_figure(pairs, LABELS, show="p", **COLOURS)
    assert colour_of(figure, 0, 1) == 1
    assert colour_of(figure, 0, 2) is None


def test_every_agreement_has_a_colour(pairs):
    figure = pairwise_figure(pairs, LABELS, show="agreement", **COLOURS)
    assert all(colour_of(figure, row, column) > figure.data[0].zmin for row, column in ((0, 1), (0, 2), (1, 2)))


def test_pairs_that_always_agree_still_make_a_figure():
    y = np.zeros(5, dtype=np.uint8)
    pairs = pairwise(y, {"good": y, "twin": y})
    for show, text in (("difference", "0"), ("p", "1"), ("agreement", "100")):
        figure = pairwise_figure(pairs, LABELS, show=show, **COLOURS)
        assert text_of(figure, 0, 1) == text
        assert figure.data[0].zmax > figure.data[0].zmin


def test_a_pair_is_told_in_words(pairs):
    assert words_of(pairwise_figure(pairs, LABELS, **COLOURS))["twin", "good"] == (
        "A Twin, B Good<br>accuracy of A minus B: −0.50 percentage points<br>"
        "p = 1.000 by Holm for 3 pairs, 1.000 alone<br>same answer for 99.5 % of the digits"
    )


def test_the_frame_of_the_pairs_has_both_orders_and_both_p_values(pairs):
    frame = pairwise_frame(pairs).set_index(["a", "b"])
    assert len(frame) == 6
    assert frame.loc[("weak", "good"), "difference_points"] == pytest.approx(-30)
    assert frame.loc[("good", "weak"), "difference_points"] == pytest.approx(30)
    assert (frame["p_value_holm"] >= frame["p_value"]).all()
    assert frame.loc[("good", "twin"), "agreement_percent"] == pytest.approx(99.5)


@pytest.mark.parametrize(("p_value", "text"), [(0.00099, "< 0.001"), (0.0424, "0.042"), (1.0, "1.000")])
def test_a_p_value_is_written_as_usual(p_value, text):
    assert p_text(p_value) == text
