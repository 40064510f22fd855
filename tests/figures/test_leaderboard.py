"""Accuracy against training time: the Pareto front and the positions of the labels."""

import pandas as pd

from mnist_core.figures.leaderboard import accuracy_time_figure


def test_points_on_the_pareto_front_are_filled_and_connected():
    board = pd.DataFrame(
        {
            "name": ["slow", "quick", "dominated"],
            "label": ["Slow", "Quick", "Dominated"],
            "fit_seconds": [100.0, 1.0, 200.0],
            "test_accuracy": [0.99, 0.90, 0.95],
            "low": [0.98, 0.89, 0.94],
            "high": [0.995, 0.91, 0.96],
        }
    )
    figure = accuracy_time_figure(board, {"slow": "red", "quick": "blue", "dominated": "green"})
    line, *points = figure.data
    assert list(line.x) == [1.0, 100.0]
    assert {p.text[0].strip(): p.marker.symbol for p in points} == {
        "Quick": "circle",
        "Slow": "circle",
        "Dominated": "circle-open",
    }
    assert points[1].hovertemplate == (
        "Slow<br>test accuracy 99.00 % (95 % CI 98.00 to 99.50)<br>training time 100.0 s<br>on the Pareto front"
        "<extra></extra>"
    )


def test_a_label_does_not_overlap_the_error_bar_of_another_point():
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
    positions = {point.text[0].strip(): point.textposition for point in points}
    assert positions["A long label"] == "middle left"  # on the right, it would cross the tall error bar
