"""Line charts, mostly on logarithmic axes, with labels at the ends of the lines."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mnist_core.figures.layout import base_figure
from mnist_core.figures.leaderboard import ACCURACIES

Columns = Mapping[str, np.ndarray]
"""The rows of one classifier by column: arrays of shape (n,)."""
HEIGHT, PLOT_HEIGHT, TEXT, LETTER = 360, 290, 16, 6.8
"""Approximate sizes in pixels of a figure, its plot, a line of text and a letter."""
STEPS = tuple(step * 10.0**power for power in range(-5, 6) for step in (1, 2, 5))
"""Possible distances between ticks, and possible ticks of a logarithmic axis."""


def lines_figure(
    traces: list[dict[str, Any]], *, x: dict[str, Any], y: dict[str, Any], shapes: Sequence[dict[str, Any]] = ()
) -> go.Figure:
    """Return a line chart with a label beside the last point of each line. Labels do not overlap.

    Parameters
    ----------
    traces : list of dict
        Traces with a name are lines, as returned by `line_trace`.
    x, y : dict
        Layouts of the axes. The y axis needs a range.
    shapes : sequence of dict
        Shapes to draw in addition to the lines.
    """
    named = [trace for trace in traces if "name" in trace]
    label_width = LETTER * max(len(trace["name"].removeprefix("<b>").removesuffix("</b>")) for trace in named)
    ends = [float(trace["y"][-1]) for trace in named]
    if y.get("type") == "log":
        ends = [math.log10(max(end, STEPS[0])) for end in ends]
    low, high = sorted(y["range"])
    line_height = TEXT / PLOT_HEIGHT * (high - low)
    positions = spread_apart(ends, line_height, low=low + line_height / 2, high=high - line_height / 2)
    labels = [
        {
            "text": trace["name"],
            "font": {"color": trace["line"]["color"], "size": 12},
            "x": 1,
            "xref": "paper",
            "xanchor": "left",
            "xshift": 6,
            "y": position,
            "showarrow": False,
        }
        for trace, position in zip(named, positions, strict=True)
    ]
    return base_figure(
        traces,
        height=HEIGHT,
        margin={"l": 8, "r": 16 + label_width, "t": 8, "b": 8},
        annotations=labels,
        shapes=shapes,
        xaxis={**x, "fixedrange": True},
        yaxis={**y, "fixedrange": True},
    )


def by_classifier(frame: pd.DataFrame, highlight: str) -> Iterator[tuple[str, Columns]]:
    """Yield the rows of each classifier, those of `highlight` last so that its line is on top.

    Columns are arrays, because slicing frames is slow.
    """
    columns = {str(column): frame[column].to_numpy() for column in frame}
    for name in sorted(dict.fromkeys(columns["name"]), key=lambda name: name == highlight):
        indices = np.flatnonzero(columns["name"] == name)
        yield name, {column: values[indices] for column, values in columns.items()}


def rows(columns: Columns) -> list[dict[str, Any]]:
    """Return columns as a list of rows, each a mapping of column to value."""
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def error_rates(accuracies: pd.Series | np.ndarray) -> np.ndarray:
    """Return error rates in percent, at least 0.01 %, because a logarithmic axis has no 0."""
    return np.maximum(100 * (1 - np.asarray(accuracies)), 0.01)


def line_trace(
    rows: Columns, x: str, y: np.ndarray, hover_texts: list[str], colour: str, *, bold: bool
) -> dict[str, Any]:
    """Return a line through the column `x` and the values `y`, named by the column `label`.

    Parameters
    ----------
    rows : mapping of column to ndarray of shape (n,)
    x : str
        Name of a column.
    y : ndarray of shape (n,)
    hover_texts : list of n str
    colour : str
        CSS color.
    bold : bool
        Whether the line and its label are bold.
    """
    label, size = rows["label"][0], 5 if len(hover_texts) < 15 else 3
    return {
        "type": "scatter",
        "name": f"<b>{label}</b>" if bold else label,
        "x": rows[x].tolist(),
        "y": y.tolist(),
        "mode": "lines+markers",
        "line": {"color": colour, "width": 3.5 if bold else 1.5},
        "marker": {"color": colour, "size": size + 3 if bold else size},
        "hovertext": hover_texts,
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def error_bars(up: np.ndarray, down: np.ndarray, colour: str) -> dict[str, Any]:
    """Return error bars of these lengths above and below each point."""
    return {
        "type": "data",
        "array": up.tolist(),
        "arrayminus": down.tolist(),
        "color": colour,
        "thickness": 1.5,
        "width": 0,
    }


def confidence_band(rows: Columns, x: str, colour: str) -> dict[str, Any]:
    """Return the area between the accuracies `low` and `high`, drawn as error rates."""
    return {
        "type": "scatter",
        "x": [*rows[x], *rows[x][::-1]],
        "y": [*error_rates(rows["low"]), *error_rates(rows["high"])[::-1]],
        "mode": "lines",
        "line": {"width": 0},
        "fill": "toself",
        "fillcolor": colour,
        "opacity": 0.18,
        "hoverinfo": "skip",
    }


def count_axis(title: str, counts: pd.Series) -> dict[str, Any]:
    """Return a logarithmic axis with a tick at each distinct count."""
    sizes = sorted(set(counts.tolist()))
    return {
        "type": "log",
        "title": {"text": title},
        "tickvals": sizes,
        "ticktext": [f"{size / 1000:g}k" if size >= 1000 else f"{size}" for size in sizes],
        "tickangle": 0,
        "range": list(_padded_log_range(sizes[0], sizes[-1])),
    }


def accuracy_axis(title: str, rows: pd.DataFrame) -> dict[str, Any]:
    """Return a logarithmic axis of error rates with the lowest at the top and ticks labeled with accuracies.

    Parameters
    ----------
    title : str
    rows : DataFrame
        The axis covers all intervals `low` to `high`, shares in 0..1.
    """
    low, high = _padded_log_range(error_rates(rows["high"]).min(), error_rates(rows["low"]).max())
    worst, best = 100 - 10**high, 100 - 10**low
    accuracies = [accuracy for accuracy in ACCURACIES if worst <= accuracy <= best]
    if len(accuracies) < 3:  # a short logarithmic axis is almost linear, so evenly spaced ticks fit
        step = next(step for step in STEPS if step >= max(0.01, (best - worst) / 8))
        accuracies = [step * count for count in range(math.ceil(worst / step), math.floor(best / step) + 1)]
    return {
        "type": "log",
        "title": {"text": title},
        "tickvals": [100 - accuracy for accuracy in accuracies],
        "ticktext": [f"{accuracy:g}" for accuracy in accuracies],
        "range": [high, low],
    }


def value_axis(title: str, values: pd.Series) -> dict[str, Any]:
    """Return a logarithmic axis from the smallest to the largest of these values."""
    texts = [f"{step:g}" for step in STEPS]
    ends = _padded_log_range(max(values.min(), STEPS[0]), max(values.max(), STEPS[0]))
    return {"type": "log", "title": {"text": title}, "tickvals": STEPS, "ticktext": texts, "range": list(ends)}


def spread_apart(values: Sequence[float], gap: float, *, low: float = -math.inf, high: float = math.inf) -> np.ndarray:
    """Move values as little as possible so that they are at least `gap` apart.

    The result minimizes the sum of squared moves and keeps the order. Subtracting `gap` times the rank of each value
    turns this into isotonic regression, solved by the pool adjacent violators algorithm.

    Parameters
    ----------
    values : sequence of n float
    gap : float
    low, high : float
        Limits of the result. If there is no room for all values, some are below `low`.

    Returns
    -------
    float ndarray of shape (n,)
    """
    order = np.argsort(values, kind="stable")
    ranks = gap * np.arange(len(order))
    pools: list[tuple[float, int]] = []
    for value in np.asarray(values, dtype=float)[order] - ranks:
        mean, count = float(value), 1
        while pools and pools[-1][0] > mean:
            previous, size = pools.pop()
            mean, count = (mean * count + previous * size) / (count + size), count + size
        pools.append((mean, count))
    placed = np.empty(len(order))
    means = np.repeat([mean for mean, _ in pools], [count for _, count in pools])
    placed[order] = np.minimum(np.maximum(means, low), high - gap * (len(order) - 1)) + ranks
    return placed


def _padded_log_range(lowest: float, highest: float) -> tuple[float, float]:
    """Return the ends of a logarithmic axis with padding, as decimal logarithms."""
    low, high = math.log10(lowest), math.log10(highest)
    pad = 0.04 * (high - low) or 0.1
    return low - pad, high + pad
