"""Lines, mostly over logarithmic axes, each with its name at its end."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mnist_core.figures.layout import figure
from mnist_core.figures.leaderboard import ACCURACIES

Columns = Mapping[str, np.ndarray]
"""Rows of one classifier, column by column: arrays of shape (n,)."""
HEIGHT, PLOT_HEIGHT, TEXT, LETTER = 360, 290, 16, 6.8
"""Pixels, about: of a figure, of its plot, of a line of text and of a letter."""
STEPS = tuple(step * 10.0**power for power in range(-5, 6) for step in (1, 2, 5))


def lines_figure(
    traces: list[dict[str, Any]], *, x: dict[str, Any], y: dict[str, Any], shapes: Sequence[dict[str, Any]] = ()
) -> go.Figure:
    """Draw lines with their names beside their last points, moved apart where they would cover each other.

    Parameters
    ----------
    traces : list of traces
        Those with a name are lines, as `line` makes them.
    x, y : axes
        The y axis has a range.
    shapes : sequence of shapes
        What else to draw.
    """
    named = [trace for trace in traces if "name" in trace]
    room = LETTER * max(len(trace["name"].removeprefix("<b>").removesuffix("</b>")) for trace in named)
    ends = [float(trace["y"][-1]) for trace in named]
    if y.get("type") == "log":
        ends = [math.log10(max(end, STEPS[0])) for end in ends]
    low, high = sorted(y["range"])
    line = TEXT / PLOT_HEIGHT * (high - low)
    places = set_apart(ends, line, low=low + line / 2, high=high - line / 2)
    names = [
        {
            "text": trace["name"],
            "font": {"color": trace["line"]["color"], "size": 12},
            "x": 1,
            "xref": "paper",
            "xanchor": "left",
            "xshift": 6,
            "y": place,
            "showarrow": False,
        }
        for trace, place in zip(named, places, strict=True)
    ]
    return figure(
        traces,
        height=HEIGHT,
        margin={"l": 8, "r": 16 + room, "t": 8, "b": 8},
        annotations=names,
        shapes=shapes,
        xaxis={**x, "fixedrange": True},
        yaxis={**y, "fixedrange": True},
    )


def in_turn(frame: pd.DataFrame, chosen: str) -> Iterator[tuple[str, Columns]]:
    """Each classifier's rows, the chosen one's last: on top. As arrays, for frames are slow to take apart."""
    columns = {str(column): frame[column].to_numpy() for column in frame}
    for name in sorted(dict.fromkeys(columns["name"]), key=lambda name: name == chosen):
        own = np.flatnonzero(columns["name"] == name)
        yield name, {column: values[own] for column, values in columns.items()}


def rows(columns: Columns) -> list[dict[str, Any]]:
    """Columns row by row."""
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def error_rates(accuracies: pd.Series | np.ndarray) -> np.ndarray:
    """Error rates in percent; none is drawn below 0.01 %."""
    return np.maximum(100 * (1 - np.asarray(accuracies)), 0.01)


def line(rows: Columns, x: str, y: np.ndarray, words: list[str], colour: str, *, bold: bool) -> dict[str, Any]:
    """A line through these rows' `x` and the values `y`, called by their `label`; each point tells its words."""
    label, dot = rows["label"][0], 5 if len(words) < 15 else 3
    return {
        "type": "scatter",
        "name": f"<b>{label}</b>" if bold else label,
        "x": rows[x].tolist(),
        "y": y.tolist(),
        "mode": "lines+markers",
        "line": {"color": colour, "width": 3.5 if bold else 1.5},
        "marker": {"color": colour, "size": dot + 3 if bold else dot},
        "hovertext": words,
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def bars(up: np.ndarray, down: np.ndarray, colour: str) -> dict[str, Any]:
    """Error bars that reach so far up and down from each point."""
    return {
        "type": "data",
        "array": up.tolist(),
        "arrayminus": down.tolist(),
        "color": colour,
        "thickness": 1.5,
        "width": 0,
    }


def band(rows: Columns, x: str, colour: str) -> dict[str, Any]:
    """The interval of these rows' accuracies, `low` to `high`, as error rates."""
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
    """A logarithmic axis that names each count there is."""
    sizes = sorted(set(counts.tolist()))
    return {
        "type": "log",
        "title": {"text": title},
        "tickvals": sizes,
        "ticktext": [f"{size / 1000:g}k" if size >= 1000 else f"{size}" for size in sizes],
        "tickangle": 0,
        "range": list(_padded(sizes[0], sizes[-1])),
    }


def accuracy_axis(title: str, rows: pd.DataFrame) -> dict[str, Any]:
    """A logarithmic axis of error rates that reaches as far as the intervals of these rows, `low` to `high`.

    The lowest is at the top, and they are called by the accuracies that they leave.
    """
    low, high = _padded(error_rates(rows["high"]).min(), error_rates(rows["low"]).max())
    worst, best = 100 - 10**high, 100 - 10**low
    accuracies = [accuracy for accuracy in ACCURACIES if worst <= accuracy <= best]
    if len(accuracies) < 3:  # an axis of so short a reach is almost even
        step = next(step for step in STEPS if step >= max(0.01, (best - worst) / 8))
        accuracies = [step * count for count in range(math.ceil(worst / step), math.floor(best / step) + 1)]
    return {
        "type": "log",
        "title": {"text": title},
        "tickvals": [100 - accuracy for accuracy in accuracies],
        "ticktext": [f"{accuracy:g}" for accuracy in accuracies],
        "range": [high, low],
    }


def amount_axis(title: str, amounts: pd.Series) -> dict[str, Any]:
    """A logarithmic axis that reaches from the least to the greatest of these amounts."""
    texts = [f"{step:g}" for step in STEPS]
    reach = _padded(max(amounts.min(), STEPS[0]), max(amounts.max(), STEPS[0]))
    return {"type": "log", "title": {"text": title}, "tickvals": STEPS, "ticktext": texts, "range": list(reach)}


def set_apart(values: Sequence[float], gap: float, *, low: float = -math.inf, high: float = math.inf) -> np.ndarray:
    """The nearest values, in least squares, that keep their order and stand at least `gap` apart: float (n,).

    Less their rank's share of the gaps they must not fall, which pooling adjacent violators gives. They stay between
    `low` and `high` if there is room for all; else what is too much leaves at the lower end.
    """
    order = np.argsort(values, kind="stable")
    ranks = gap * np.arange(len(order))
    pools: list[tuple[float, int]] = []
    for value in np.asarray(values, dtype=float)[order] - ranks:
        mean, count = float(value), 1
        while pools and pools[-1][0] > mean:
            before, more = pools.pop()
            mean, count = (mean * count + before * more) / (count + more), count + more
        pools.append((mean, count))
    placed = np.empty(len(order))
    means = np.repeat([mean for mean, _ in pools], [count for _, count in pools])
    placed[order] = np.minimum(np.maximum(means, low), high - gap * (len(order) - 1)) + ranks
    return placed


def _padded(lowest: float, highest: float) -> tuple[float, float]:
    """The ends of a logarithmic axis, as logarithms, with some room."""
    low, high = math.log10(lowest), math.log10(highest)
    pad = 0.04 * (high - low) or 0.1
    return low - pad, high + pad
