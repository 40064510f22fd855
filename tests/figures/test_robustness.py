"""Figures are checked for what a reader relies on: which line or cell is whose, what it says, what a click gives."""

import numpy as np
import pandas as pd
import pytest

from mnist_core.evaluation.robustness import accuracies_at, accuracy_table, corruption_errors, mean_accuracies
from mnist_core.figures import answers, robustness

COLOURS, LABELS = {"strong": "red", "weak": "blue"}, {"strong": "Strong", "weak": "Weak"}
TITLES = {"turn": "Rotation", "dim": "Contrast"}
LOOK = {"accent": "#C8553D", "inks": ("#111", "#eee"), "diverging": ["red", "white", "blue"]}


@pytest.fixture
def table():
    clean = {"strong": 0.99, "weak": 0.9}
    distorted = {
        "strong": {"turn": [0.9, 0.5], "dim": [0.99, 0.2]},
        "weak": {"turn": [0.8, 0.4], "dim": [0.9, 0.9]},
    }
    table = accuracy_table(clean, distorted, {"turn": (10, 20), "dim": (0.3, 0.6)}, 1000)
    return table.assign(label=table["name"].map(LABELS))


@pytest.fixture
def turn(table):
    return table[table["transform"] == "turn"]


def draw(turn, **options):
    given = {"chosen": "strong", "severity": 2, "axis": "rotation (degrees)", "accent": "orange"}
    return robustness.severity_figure(turn, COLOURS, **(given | options))


def test_the_chosen_line_is_bold_and_on_top_and_each_has_its_colour_and_name(turn):
    weak, strong = draw(turn).data
    assert (weak.name, strong.name) == ("Weak", "<b>Strong</b>")
    assert (weak.line.color, strong.line.color) == ("blue", "red")
    assert strong.line.width > weak.line.width
    assert {note.text for note in draw(turn).layout.annotations} == {"Weak", "<b>Strong</b>"}


def test_a_point_is_the_accuracy_in_percent_with_its_interval_and_a_click_gives_name_and_severity(turn):
    strong, rows = draw(turn).data[-1], turn[turn["name"] == "strong"]
    assert list(strong.x) == [0, 10, 20]
    assert list(strong.y) == pytest.approx([99, 90, 50])
    assert np.array(strong.y) + strong.error_y.array == pytest.approx(100 * rows["high"].to_numpy())
    assert np.array(strong.y) - strong.error_y.arrayminus == pytest.approx(100 * rows["low"].to_numpy())
    assert list(map(tuple, strong.customdata)) == [("strong", 0), ("strong", 1), ("strong", 2)]


def test_points_tell_in_words(turn):
    clean, mild, _ = draw(turn).data[-1].hovertext
    low, high = 100 * turn[turn["name"] == "strong"][["low", "high"]].iloc[1].to_numpy(dtype=float)
    assert clean.startswith("Strong, digits as they are<br>99.00 % (")
    assert mild == f"Strong, rotation (degrees): 10<br>90.00 % ({low:.2f} to {high:.2f})"


def test_the_chosen_severity_is_marked_and_every_interval_is_in_sight(turn):
    (line,) = draw(turn, severity=1).layout.shapes
    assert (line.x0, line.x1, line.line.color) == (10, 10, "orange")
    low, high = draw(turn).layout.yaxis.range
    assert low <= 100 * turn["low"].min()
    assert high >= 100


def cells(figure):
    """What is printed, row by row, whichever of the two heat maps prints it."""
    pale, full = figure.data[:2]
    return [[a or b for a, b in zip(*rows, strict=True)] for rows in zip(pale.text, full.text, strict=True)]


def heat(values, **options):
    given = {"measure": "mean", "selected": ("weak", "dim")}
    return robustness.heat_figure(values, LABELS, TITLES, **(given | options), **LOOK)


def test_the_heat_map_prints_accuracies_best_first_and_the_mean_last(table):
    figure = heat(mean_accuracies(table))
    assert list(figure.layout.yaxis.ticktext) == ["Weak", "Strong"]
    assert list(figure.layout.xaxis.ticktext) == ["Rotation", "Contrast", "Mean"]
    assert cells(figure) == [["60.0", "90.0", "75.0"], ["70.0", "59.5", "64.8"]]


def test_what_is_not_all_is_never_printed_as_100(table):
    values = pd.DataFrame({"turn": [0.99999, 1.0], "all": [0.99999, 1.0]}, index=["strong", "weak"])
    assert cells(heat(values, selected=("weak", "turn"))) == [["100", "100"], ["99.9", "99.9"]]


def test_a_cell_tells_in_words_and_a_click_gives_its_classifier_and_transform(table):
    figure = heat(accuracies_at(table, 2), measure="severity")
    markers = figure.data[2]
    assert list(map(tuple, markers.customdata))[:3] == [("weak", "turn"), ("weak", "dim"), ("weak", "all")]
    assert markers.hovertext[0] == "Weak, Rotation<br>accuracy 40.00 %"
    (edge,) = figure.layout.shapes
    assert (edge.x0, edge.x1, edge.y0, edge.y1) == (0.5, 1.5, -0.5, 0.5)
    assert not heat(accuracies_at(table, 2), selected=("another", "dim")).layout.shapes


def test_corruption_errors_are_percents_of_the_baselines_the_fewest_first(table):
    figure = heat(corruption_errors(table, "weak"), measure="error")
    assert list(figure.layout.yaxis.ticktext) == ["Weak", "Strong"]
    assert list(figure.layout.xaxis.ticktext)[-1] == "mCE"
    assert cells(figure) == [["100", "100", "100"], ["75", "405", "240"]]
    amounts = np.fmax(*(np.array(trace.z, dtype=float) for trace in figure.data[:2]))
    assert np.sign(amounts[1]).tolist() == [1, -1, -1]  # fewer errors, more errors
    assert figure.data[0].zmin == -figure.data[0].zmax
    assert figure.data[2].hovertext[3] == "Strong, Rotation<br>75.0 % of the baseline's errors"


def test_a_corruption_error_that_does_not_exist_leaves_its_cell_empty(table):
    values = corruption_errors(table, "weak")
    values.loc["strong", "turn"] = np.nan
    assert cells(heat(values, measure="error"))[1][0] == ""


def test_answers_to_one_digit_are_all_printed_and_only_wrong_ones_are_coloured():
    said = np.array([[4, 4, 9], [4, 4, 4]])
    figure = answers.answers_figure(
        ["Strong", "Weak"], said, ["as it is", "1", "2"], true=4, accent="red", inks=("#111", "#eee")
    )
    assert cells(figure) == [["4", "4", "9"], ["4", "4", "4"]]
    assert np.fmax(*(np.array(trace.z, dtype=float) for trace in figure.data)).tolist() == [[0, 0, 1], [0, 0, 0]]
    assert list(figure.layout.yaxis.ticktext) == ["Strong", "Weak"]


def test_frames_say_their_units(table, turn):
    frame = robustness.severity_frame(turn, "degrees")
    assert frame.iloc[1].to_dict() == {
        "classifier": "strong",
        "transform": "turn",
        "severity": 1,
        "amount": 10,
        "unit": "degrees",
        "accuracy_percent": pytest.approx(90),
        "interval_low_percent": pytest.approx(100 * turn["low"].iloc[1]),
        "interval_high_percent": pytest.approx(100 * turn["high"].iloc[1]),
    }
    long = robustness.heat_frame(mean_accuracies(table), "mean").set_index(["classifier", "transform"])
    assert list(long.columns) == ["mean_accuracy_percent"]
    assert long.loc[("strong", "all"), "mean_accuracy_percent"] == pytest.approx(64.75)
    assert (
        list(robustness.heat_frame(corruption_errors(table, "weak"), "error").columns)[-1] == "corruption_error_percent"
    )
    said = answers.answers_frame(["A", "B"], np.array([[1, 2], [3, 4]]), ["as it is", "10"])
    assert said.values.tolist() == [["A", "as it is", 1], ["A", "10", 2], ["B", "as it is", 3], ["B", "10", 4]]
