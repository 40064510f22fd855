"""Accuracy on distorted digits: lines, heat map cells, hover texts, customdata and CSV data."""

import numpy as np
import pandas as pd
import pytest

from mnist_core.evaluation.robustness import accuracies_at, accuracy_table, corruption_errors, mean_accuracies
from mnist_core.figures import robustness
from tests.figures.helpers import all_texts, all_values

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
    given = {"highlight": "strong", "severity": 2, "axis": "rotation (degrees)", "accent": "orange"}
    return robustness.severity_figure(turn, COLOURS, **(given | options))


def test_lines_have_their_color_and_label_and_the_highlighted_one_is_on_top(turn):
    weak, strong = draw(turn).data
    assert (weak.name, strong.name) == ("Weak", "<b>Strong</b>")
    assert (weak.line.color, strong.line.color) == ("blue", "red")
    assert strong.line.width > weak.line.width
    assert {note.text for note in draw(turn).layout.annotations} == {"Weak", "<b>Strong</b>"}


def test_a_point_has_accuracy_and_interval_and_its_customdata_is_name_and_severity(turn):
    strong, rows = draw(turn).data[-1], turn[turn["name"] == "strong"]
    assert list(strong.x) == [0, 10, 20]
    assert list(strong.y) == pytest.approx([99, 90, 50])
    assert np.array(strong.y) + strong.error_y.array == pytest.approx(100 * rows["high"].to_numpy())
    assert np.array(strong.y) - strong.error_y.arrayminus == pytest.approx(100 * rows["low"].to_numpy())
    assert list(map(tuple, strong.customdata)) == [("strong", 0), ("strong", 1), ("strong", 2)]


def test_the_hover_text_of_a_point_has_classifier_amount_accuracy_and_interval(turn):
    clean, mild, _ = draw(turn).data[-1].hovertext
    low, high = 100 * turn[turn["name"] == "strong"][["low", "high"]].iloc[1].to_numpy(dtype=float)
    assert clean.startswith("Strong, undistorted<br>accuracy 99.00 % (95 % CI ")
    assert mild == f"Strong, rotation (degrees): 10<br>accuracy 90.00 % (95 % CI {low:.2f} to {high:.2f})"


def test_the_selected_severity_is_marked_and_the_axis_covers_every_interval(turn):
    (line,) = draw(turn, severity=1).layout.shapes
    assert (line.x0, line.x1, line.line.color) == (10, 10, "orange")
    low, high = draw(turn).layout.yaxis.range
    assert low <= 100 * turn["low"].min()
    assert high >= 100


def heat(values, **options):
    given = {"measure": "mean", "selected": ("weak", "dim")}
    return robustness.heat_map_figure(values, LABELS, TITLES, **(given | options), **LOOK)


def test_the_heat_map_has_the_best_classifier_first_and_the_mean_last(table):
    figure = heat(mean_accuracies(table))
    assert list(figure.layout.yaxis.ticktext) == ["Weak", "Strong"]
    assert list(figure.layout.xaxis.ticktext) == ["Rotation", "Contrast", "Mean"]
    assert all_texts(figure) == [["60.0", "90.0", "75.0"], ["70.0", "59.5", "64.8"]]


def test_an_accuracy_below_100_percent_is_not_rounded_up_to_100(table):
    values = pd.DataFrame({"turn": [0.99999, 1.0], "all": [0.99999, 1.0]}, index=["strong", "weak"])
    assert all_texts(heat(values, selected=("weak", "turn"))) == [["100", "100"], ["99.9", "99.9"]]


def test_a_cell_has_a_hover_text_and_its_customdata_is_classifier_and_transform(table):
    figure = heat(accuracies_at(table, 2), measure="severity")
    markers = figure.data[2]
    assert list(map(tuple, markers.customdata))[:3] == [("weak", "turn"), ("weak", "dim"), ("weak", "all")]
    assert markers.hovertext[0] == "Weak, Rotation<br>accuracy 40.00 %"
    (outline,) = figure.layout.shapes
    assert (outline.x0, outline.x1, outline.y0, outline.y1) == (0.5, 1.5, -0.5, 0.5)
    assert not heat(accuracies_at(table, 2), selected=("another", "dim")).layout.shapes


def test_corruption_errors_are_percentages_of_the_baseline_with_the_lowest_first(table):
    figure = heat(corruption_errors(table, "weak"), measure="error")
    assert list(figure.layout.yaxis.ticktext) == ["Weak", "Strong"]
    assert list(figure.layout.xaxis.ticktext)[-1] == "mCE"
    assert all_texts(figure) == [["100", "100", "100"], ["75", "405", "240"]]
    assert np.sign(all_values(figure)[1]).tolist() == [1, -1, -1]  # fewer errors, more errors
    assert figure.data[0].zmin == -figure.data[0].zmax
    assert figure.data[2].hovertext[3] == "Strong, Rotation<br>corruption error: 75.0 % of the baseline's"


def test_an_undefined_corruption_error_leaves_its_cell_empty(table):
    values = corruption_errors(table, "weak")
    values.loc["strong", "turn"] = np.nan
    assert all_texts(heat(values, measure="error"))[1][0] == ""


def test_the_columns_of_the_frames_name_their_units(table, turn):
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
    long = robustness.heat_map_frame(mean_accuracies(table), "mean").set_index(["classifier", "transform"])
    assert list(long.columns) == ["mean_accuracy_percent"]
    assert long.loc[("strong", "all"), "mean_accuracy_percent"] == pytest.approx(64.75)
    assert (
        list(robustness.heat_map_frame(corruption_errors(table, "weak"), "error").columns)[-1]
        == "corruption_error_percent"
    )
