"""Figures of a hyperparameter search: values, accuracies, the best trial, hover texts and CSV data."""

import pytest

from mnist_core.evaluation.tuning import Trial, best_so_far, slices, trials_table
from mnist_core.figures import tuning

SPACE = {"C": [0.1, 1, 10], "hidden": [[512], [512, 256]], "average": [True, False]}
SCALE, ACCENT = ["#eee", "#888", "#111"], "red"


def format_value(value):
    return "-".join(map(str, value)) if isinstance(value, list) else f"<{value}>"


def trial(number, accuracy, c, hidden, average):
    parameters = {"C": c, "hidden": hidden, "average": average}
    state = "failed" if accuracy is None else "complete"
    return Trial(number, parameters, accuracy, 1.5, 2, state, "no luck" if accuracy is None else "", 0, "2026")


TRIALS = [
    trial(0, 0.90, 1, [512], True),
    trial(1, None, 1, [512, 256], True),
    trial(2, 0.96, 10, [512, 256], False),
    trial(3, 0.90, 1, [512], False),
    trial(4, 0.80, 0.1, [512], True),
]


def parallel(trials=TRIALS):
    (lines,) = tuning.parallel_coordinates_figure(
        trials, SPACE, format_value=format_value, scale=SCALE, accent=ACCENT
    ).data
    return lines


def test_every_complete_trial_is_a_line_through_its_values_to_its_accuracy():
    *axes, accuracy = parallel().dimensions
    by_accuracy = [TRIALS[4], TRIALS[0], TRIALS[3], TRIALS[2]]
    assert list(accuracy.values) == pytest.approx([80, 90, 90, 96])
    for axis, name in zip(axes, SPACE, strict=True):
        assert list(axis.ticktext) == [format_value(value) for value in SPACE[name]]
        places = [SPACE[name].index(trial.parameters[name]) for trial in by_accuracy]
        assert list(axis.values) == pytest.approx(places, abs=1.01 * tuning.SPREAD)
        assert axis.range[0] < min(axis.values) <= max(axis.values) < axis.range[1]
    assert [axis.label for axis in axes] == list(SPACE)


def test_lines_through_the_same_value_have_offsets_in_order_of_accuracy():
    average = parallel().dimensions[2]
    near_0 = [value for value in average.values if value < 0.5]  # position 0 is the first value, True
    assert len(set(near_0)) == 2
    assert near_0 == sorted(near_0)


def test_the_color_scale_ends_with_the_accent_color_at_the_highest_accuracy():
    line = parallel().line
    assert (line.cmin, line.cmax) == pytest.approx((80, 96))
    assert [colour for _, colour in line.colorscale] == [*SCALE, ACCENT, ACCENT]
    assert list(line.color) == pytest.approx([80, 90, 90, 96])


@pytest.mark.parametrize("trials", [TRIALS[:1], TRIALS[:2]])
def test_a_single_complete_trial_is_drawn_as_the_best(trials):
    line = parallel(trials).line
    assert line.cmin < line.color[0] == line.cmax


def test_axis_labels_are_broken_into_short_lines():
    space = {"learning_rate": [0.1, 1]}
    single = Trial(0, {"learning_rate": 0.1}, 0.9, 1.0, 2, "complete", "", 0, "")
    (lines,) = tuning.parallel_coordinates_figure(
        [single], space, format_value=format_value, scale=SCALE, accent=ACCENT
    ).data
    assert [axis.label for axis in lines.dimensions] == ["learning_<br>rate", "accuracy<br>(%)"]


def slice_of(name, trials=TRIALS):
    rows = slices(trials, SPACE)
    figure = tuning.slice_figure(
        rows[rows["parameter"] == name], [format_value(value) for value in SPACE[name]], (79, 97), ("blue", ACCENT)
    )
    return figure, figure.data[0]


def test_a_slice_has_one_point_with_its_trials_per_value_and_accuracy():
    figure, points = slice_of("C")
    assert sorted(zip(points.x, points.y, strict=True)) == [
        (0, pytest.approx(80)),
        (1, pytest.approx(90)),
        (2, pytest.approx(96)),
    ]
    hover = dict(zip(points.x, points.hovertext, strict=True))
    assert hover[0] == "<0.1> (edge of the grid)<br>validation accuracy 80.00 %, trial 4"
    assert hover[1] == "<1><br>validation accuracy 90.00 %, trials 0, 3"
    assert figure.layout.xaxis.title.text == "C"
    assert list(figure.layout.xaxis.ticktext) == ["<0.1>", "<1>", "<10>"]


def test_a_slice_marks_the_best_point_and_the_edges_of_numeric_grids():
    _, points = slice_of("C")
    assert list(points.marker.color) == ["blue", "blue", ACCENT]
    assert points.x[-1] == 2
    symbols = dict(zip(points.x, points.marker.symbol, strict=True))
    assert symbols == {0: "circle-open", 1: "circle", 2: "circle-open"}
    assert set(slice_of("hidden")[1].marker.symbol) == {"circle"}


def test_the_line_of_the_progress_is_the_best_accuracy_so_far():
    line, points = tuning.progress_figure(best_so_far(TRIALS), (79, 97), colour="blue", accent=ACCENT).data
    assert list(line.x) == list(points.x) == [0, 2, 3, 4]
    assert list(line.y) == pytest.approx([90, 96, 96, 96])
    assert list(points.y) == pytest.approx([90, 96, 90, 80])
    assert points.hovertext[1] == "trial 2: 96.00 %"


def test_accuracy_limits_have_padding_even_if_all_accuracies_are_equal():
    low, high = tuning.accuracy_limits(best_so_far(TRIALS)["accuracy"])
    assert low < 80 < 96 < high
    low, high = tuning.accuracy_limits(best_so_far(TRIALS[:1])["accuracy"])
    assert low < 90 < high


def test_the_columns_of_the_frames_name_their_units_and_hyperparameters_are_texts():
    frame = tuning.trials_frame(trials_table(TRIALS, SPACE, 100), SPACE, format_value)
    assert frame.loc[0, ["trial", "state", "C", "hidden", "average"]].tolist() == [
        *(2, "complete", "<10>", "512-256", "<False>")
    ]
    assert frame.loc[0, "validation_accuracy_percent"] == pytest.approx(96)
    assert frame.loc[0, "interval_low_percent"] < 96 < frame.loc[0, "interval_high_percent"]
    assert frame.iloc[-1][["state", "error"]].tolist() == ["failed", "no luck"]
    points = tuning.slices_frame(slices(TRIALS, SPACE), format_value)
    assert len(points) == 12
    assert points[points["best_trial"]]["value"].tolist() == ["<10>", "512-256", "<False>"]
    assert tuning.progress_frame(best_so_far(TRIALS))["best_so_far_percent"].tolist() == pytest.approx([90, 96, 96, 96])
