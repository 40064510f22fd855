"""Accuracy against what it costs."""

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from mnist_core.evaluation.metrics import pareto_front
from mnist_core.figures.layout import figure

ACCURACIES = (50, 80, 90, 95, 98, 99, 99.5, 99.8, 99.9)
PLOT_WIDTH, PLOT_HEIGHT, LETTER, LINE = 430, 270, 5.5, 15
"""Pixels, about: enough to keep labels apart."""
MARGIN = 0.1
"""Free space inside each side of the plot, in decades."""
SWEEPS = 3
"""How often each label may move once all others have their place."""

Box = tuple[float, float, float, float]


def accuracy_time_figure(leaderboard: pd.DataFrame, colours: Mapping[str, str]) -> go.Figure:
    """Test accuracy with its interval against training time on a log axis, the Pareto front joined by a line.

    The accuracies are spaced by the logarithm of the error rate: from 98 % to 99 % is as far as from 90 % to 95 %.

    Parameters
    ----------
    leaderboard : DataFrame
        One row a classifier: `name`, `label`, `fit_seconds`, and shares in 0..1 `test_accuracy`, `low`, `high`.
    colours : mapping of name to CSS colour
    """
    frame = leaderboard.sort_values("fit_seconds", ignore_index=True)
    front = frame[pareto_front(frame["fit_seconds"], frame["test_accuracy"])]
    line = {
        "type": "scatter",
        "x": front["fit_seconds"].tolist(),
        "y": [_error(accuracy) for accuracy in front["test_accuracy"]],
        "mode": "lines",
        "line": {"dash": "dot", "width": 1.5, "color": "#8C8C8C", "shape": "hv"},
        "hoverinfo": "skip",
    }
    errors = [_error(accuracy) for accuracy in frame["test_accuracy"]]
    times = [math.log10(seconds) for seconds in frame["fit_seconds"]]
    places = _label_places(
        times,
        [-math.log10(error) for error in errors],
        [
            (-math.log10(_error(low)), -math.log10(_error(high)))
            for low, high in zip(frame["low"], frame["high"], strict=True)
        ],
        frame["label"].tolist(),
        corners=front.index.tolist(),
    )
    on_front = set(front["name"])
    points = [
        _point(row, place, colours[row.name], on_front=row.name in on_front)
        for row, place in zip(frame.itertuples(), places, strict=True)
    ]
    bottom, top = math.log10(_error(frame["low"].min())), math.log10(_error(frame["high"].max()))
    return figure(
        [line, *points],
        height=380,
        xaxis={
            "type": "log",
            "title": {"text": "training time (s)"},
            "fixedrange": True,
            "tickvals": [step * 10.0**power for power in range(-2, 5) for step in (1, 2, 5)],
            "range": [min(times) - MARGIN, max(times) + MARGIN],
        },
        yaxis={
            "type": "log",
            "title": {"text": "test accuracy (%)"},
            "fixedrange": True,
            "tickvals": [100 - accuracy for accuracy in ACCURACIES],
            "ticktext": [f"{accuracy:g}" for accuracy in ACCURACIES],
            "range": [bottom + MARGIN, top - MARGIN],
        },
    )


def _error(accuracy: float) -> float:
    """Error rate in percent; a classifier without any error is drawn at 0.01 %."""
    return max(100 * (1 - accuracy), 0.01)


def _point(row: Any, place: str, colour: str, *, on_front: bool) -> dict[str, Any]:
    error = _error(row.test_accuracy)
    accuracy, low, high = 100 * row.test_accuracy, 100 * row.low, 100 * row.high
    words = f"{row.label}: {accuracy:.2f} % ({low:.2f} to {high:.2f})<br>trained in {row.fit_seconds:.1f} s"
    return {
        "type": "scatter",
        "x": [row.fit_seconds],
        "y": [error],
        "mode": "markers+text",
        "text": [f"  {row.label}  "],
        "textposition": place,
        "cliponaxis": False,
        "marker": {
            "color": colour,
            "size": 12,
            "symbol": "circle" if on_front else "circle-open",
            "line": {"width": 2, "color": colour},
        },
        "error_y": {
            "type": "data",
            "array": [_error(row.low) - error],
            "arrayminus": [error - _error(row.high)],
            "color": colour,
            "thickness": 1.5,
            "width": 4,
        },
        "hovertemplate": words + ("<br>on the Pareto front" if on_front else "") + "<extra></extra>",
    }


def _label_places(
    x: Sequence[float],
    y: Sequence[float],
    bars: Sequence[tuple[float, float]],
    labels: Sequence[str],
    *,
    corners: Sequence[int],
) -> list[str]:
    """For each point in turn the side where its label covers least of other points, bars, labels and the line.

    `bars` are the ends of the points' intervals, `corners` the points that the line of the Pareto front joins.
    """

    def pixels(values: Sequence[float], size: float, low: float, high: float) -> list[float]:
        return [(value - low + MARGIN) / (high - low + 2 * MARGIN) * size for value in values]

    across = pixels(x, PLOT_WIDTH, min(x), max(x))
    lows, highs = ([bar[end] for bar in bars] for end in (0, 1))
    up, bottoms, tops = (pixels(values, PLOT_HEIGHT, min(lows), max(highs)) for values in (y, lows, highs))
    taken = [(a - 8, u - 8, a + 8, u + 8) for a, u in zip(across, up, strict=True)]
    taken += [(a - 5, bottom, a + 5, top) for a, bottom, top in zip(across, bottoms, tops, strict=True)]
    for here, there in itertools.pairwise(corners):
        taken.append((across[here], up[here] - 4, across[there], up[here] + 4))
        taken.append((across[there] - 4, up[here], across[there] + 4, up[there]))
    placed: list[str] = [""] * len(labels)
    chosen: list[Box] = []
    for sweep in range(SWEEPS):
        for i, (a, u, label) in enumerate(zip(across, up, labels, strict=True)):
            boxes = _label_boxes(a, u, LETTER * len(label))
            others = [*taken, *chosen[:i], *chosen[i + 1 :]]
            cost = {
                place: LINE * (max(0, -box[0]) + max(0, box[2] - PLOT_WIDTH)) + sum(_overlap(box, it) for it in others)
                for place, box in boxes.items()
            }
            placed[i] = min(cost, key=lambda place: cost[place])
            chosen[i : i + 1 if sweep else i] = [boxes[placed[i]]]
    return placed


def _label_boxes(a: float, u: float, width: float) -> dict[str, Box]:
    """What a label covers on each side of its point, the better sides first."""
    spans = {"left": (a - 9 - width, a - 9), "center": (a - width / 2, a + width / 2), "right": (a + 9, a + 9 + width)}
    heights = {
        "middle": (u - LINE / 2, u + LINE / 2),
        "top": (u + 12, u + 12 + LINE),
        "bottom": (u - 12 - LINE, u - 12),
    }
    sides = ("middle right", "middle left", "top center", "bottom center")
    corners = ("top right", "bottom right", "top left", "bottom left")
    boxes = {}
    for place in (*sides, *corners):
        height, span = place.split()
        (left, right), (bottom, top) = spans[span], heights[height]
        boxes[place] = (left, bottom, right, top)
    return boxes


def _overlap(a: Box, b: Box) -> float:
    """Area that two boxes (left, bottom, right, top) share."""
    return max(0.0, min(a[2], b[2]) - max(a[0], b[0])) * max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
