"""Test accuracy against training time, with labels placed so that they overlap as little as possible."""

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from mnist_core.evaluation.metrics import pareto_front
from mnist_core.figures.layout import MUTED, base_figure
from mnist_core.figures.wording import confidence_interval

ACCURACIES = (50, 80, 90, 95, 98, 99, 99.5, 99.8, 99.9)
"""Ticks of an accuracy axis, in percent."""
PLOT_WIDTH, PLOT_HEIGHT, LETTER, LINE = 430, 270, 5.5, 15
"""Approximate sizes in pixels of the plot, of a letter and of a line of text, used to place labels."""
MARGIN = 0.1
"""Free space inside each side of the plot, in decades."""
SWEEPS = 3
"""Number of passes over all labels. After the first pass, the positions of all other labels are known."""

Box = tuple[float, float, float, float]
"""Left, bottom, right and top of a rectangle."""


def accuracy_time_figure(leaderboard: pd.DataFrame, colours: Mapping[str, str]) -> go.Figure:
    """Return test accuracy against training time on logarithmic axes, with the Pareto front as a line.

    Accuracies have a logarithmic error scale: the step from 98 to 99 % is as long as that from 90 to 95 %. Error bars
    are 95 % confidence intervals.

    Parameters
    ----------
    leaderboard : DataFrame
        One row per classifier: `name`, `label`, `fit_seconds`, and `test_accuracy`, `low` and `high` as shares in 0..1.
    colours : mapping of name to CSS color
    """
    frame = leaderboard.sort_values("fit_seconds", ignore_index=True)
    front = frame[pareto_front(frame["fit_seconds"], frame["test_accuracy"])]
    line = {
        "type": "scatter",
        "x": front["fit_seconds"].tolist(),
        "y": [_error(accuracy) for accuracy in front["test_accuracy"]],
        "mode": "lines",
        "line": {"dash": "dot", "width": 1.5, "color": MUTED, "shape": "hv"},
        "hoverinfo": "skip",
    }
    errors = [_error(accuracy) for accuracy in frame["test_accuracy"]]
    times = [math.log10(seconds) for seconds in frame["fit_seconds"]]
    positions = _label_positions(
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
        _point_trace(row, position, colours[row.name], on_front=row.name in on_front)
        for row, position in zip(frame.itertuples(), positions, strict=True)
    ]
    bottom, top = math.log10(_error(frame["low"].min())), math.log10(_error(frame["high"].max()))
    return base_figure(
        [line, *points],
        height=380,
        xaxis={
            "type": "log",
            "title": {"text": "Training time (s)"},
            "fixedrange": True,
            "tickvals": [step * 10.0**power for power in range(-2, 5) for step in (1, 2, 5)],
            "range": [min(times) - MARGIN, max(times) + MARGIN],
        },
        yaxis={
            "type": "log",
            "title": {"text": "Test accuracy (%)"},
            "fixedrange": True,
            "tickvals": [100 - accuracy for accuracy in ACCURACIES],
            "ticktext": [f"{accuracy:g}" for accuracy in ACCURACIES],
            "range": [bottom + MARGIN, top - MARGIN],
        },
    )


def _error(accuracy: float) -> float:
    """Return the error rate in percent, at least 0.01 %, because a logarithmic axis has no 0."""
    return max(100 * (1 - accuracy), 0.01)


def _point_trace(row: Any, text_position: str, colour: str, *, on_front: bool) -> dict[str, Any]:
    """Return the trace of one classifier: a point with a label, an error bar and a hover text."""
    error = _error(row.test_accuracy)
    hover = (
        f"{row.label}<br>test accuracy {100 * row.test_accuracy:.2f} % ({confidence_interval(row.low, row.high)})"
        f"<br>training time {row.fit_seconds:.1f} s"
    )
    return {
        "type": "scatter",
        "x": [row.fit_seconds],
        "y": [error],
        "mode": "markers+text",
        "text": [f"  {row.label}  "],
        "textposition": text_position,
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
        "hovertemplate": hover + ("<br>on the Pareto front" if on_front else "") + "<extra></extra>",
    }


def _label_positions(
    x: Sequence[float],
    y: Sequence[float],
    bars: Sequence[tuple[float, float]],
    labels: Sequence[str],
    *,
    corners: Sequence[int],
) -> list[str]:
    """Return the text position of each label that overlaps least with points, error bars, the line and other labels.

    Parameters
    ----------
    x, y : sequences of n float
        Coordinates, as logarithms.
    bars : sequence of n (low, high)
        Ends of the error bars.
    labels : sequence of n str
    corners : sequence of int
        Indices of the points on the Pareto front, which a line connects.
    """

    def pixels(values: Sequence[float], size: float, low: float, high: float) -> list[float]:
        return [(value - low + MARGIN) / (high - low + 2 * MARGIN) * size for value in values]

    xs = pixels(x, PLOT_WIDTH, min(x), max(x))
    lows, highs = ([bar[end] for bar in bars] for end in (0, 1))
    ys, bottoms, tops = (pixels(values, PLOT_HEIGHT, min(lows), max(highs)) for values in (y, lows, highs))
    obstacles = [(x - 8, y - 8, x + 8, y + 8) for x, y in zip(xs, ys, strict=True)]
    obstacles += [(x - 5, bottom, x + 5, top) for x, bottom, top in zip(xs, bottoms, tops, strict=True)]
    for start, end in itertools.pairwise(corners):
        obstacles.append((xs[start], ys[start] - 4, xs[end], ys[start] + 4))
        obstacles.append((xs[end] - 4, ys[start], xs[end] + 4, ys[end]))
    positions: list[str] = [""] * len(labels)
    placed: list[Box] = []
    for sweep in range(SWEEPS):
        for i, (point_x, point_y, label) in enumerate(zip(xs, ys, labels, strict=True)):
            boxes = _label_boxes(point_x, point_y, LETTER * len(label))
            others = [*obstacles, *placed[:i], *placed[i + 1 :]]
            cost = {
                position: LINE * (max(0, -box[0]) + max(0, box[2] - PLOT_WIDTH))
                + sum(_overlap(box, other) for other in others)
                for position, box in boxes.items()
            }
            positions[i] = min(cost, key=lambda position: cost[position])
            placed[i : i + 1 if sweep else i] = [boxes[positions[i]]]
    return positions


def _label_boxes(x: float, y: float, width: float) -> dict[str, Box]:
    """Return the rectangle of a label for each text position, preferred positions first."""
    spans = {"left": (x - 9 - width, x - 9), "center": (x - width / 2, x + width / 2), "right": (x + 9, x + 9 + width)}
    heights = {
        "middle": (y - LINE / 2, y + LINE / 2),
        "top": (y + 12, y + 12 + LINE),
        "bottom": (y - 12 - LINE, y - 12),
    }
    sides = ("middle right", "middle left", "top center", "bottom center")
    corners = ("top right", "bottom right", "top left", "bottom left")
    boxes = {}
    for position in (*sides, *corners):
        height, span = position.split()
        (left, right), (bottom, top) = spans[span], heights[height]
        boxes[position] = (left, bottom, right, top)
    return boxes


def _overlap(a: Box, b: Box) -> float:
    """Return the area of the intersection of two rectangles."""
    return max(0.0, min(a[2], b[2]) - max(a[0], b[0])) * max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
