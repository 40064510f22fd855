"""Trials of a hyperparameter search: parallel coordinates, slices, and progress."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mnist_core.evaluation.tuning import Space, Trial, key_of, values_of
from mnist_core.figures.layout import base_figure

FormatValue = Callable[[Any], str]
"""Function that returns the text of a hyperparameter's value."""
ACCURACY = "Validation accuracy (%)"
"""Axis title."""
SPREAD = 0.06
"""Largest offset of a line from its value, as a share of the distance between two values."""


def parallel_coordinates_figure(
    trials: Sequence[Trial], space: Space, *, format_value: FormatValue, scale: Sequence[str], accent: str
) -> go.Figure:
    """Return parallel coordinates: each complete trial is a line through its hyperparameters to its accuracy.

    Values are evenly spaced, and numbers are in ascending order. Lines through the same value have different offsets,
    with more accurate trials above.

    Parameters
    ----------
    trials : sequence of Trial
        At least one is complete.
    space : mapping of hyperparameter to its grid
    format_value : callable
        Returns the text of a value.
    scale : sequence of CSS colors
        From the lowest accuracy to the second highest.
    accent : str
        CSS color of the highest accuracy.
    """
    complete = sorted(
        (trial for trial in trials if trial.accuracy is not None), key=lambda trial: trial.accuracy or 0.0
    )
    accuracies = [100 * (trial.accuracy or 0.0) for trial in complete]
    offsets = np.linspace(-SPREAD, SPREAD, len(complete)) if len(complete) > 1 else np.zeros(1)
    dimensions = []
    for name in space:
        values = values_of(name, trials, space)
        keys = [key_of(value) for value in values]
        positions = np.array([keys.index(key_of(trial.parameters[name])) for trial in complete]) + offsets
        ends = [-0.5, 0.5] if len(values) == 1 else [-2 * SPREAD, len(values) - 1 + 2 * SPREAD]
        ticks = {"tickvals": list(range(len(values))), "ticktext": [format_value(value) for value in values]}
        dimensions.append({"label": _with_line_breaks(name), "values": positions.tolist(), "range": ends, **ticks})
    low, high = _padded_range(accuracies)
    dimensions.append(
        {"label": _with_line_breaks("accuracy (%)"), "values": accuracies, "range": [low, high], "tickformat": ".2f"}
    )
    steps = [[0.999 * step / max(len(scale) - 1, 1), colour] for step, colour in enumerate(scale)]
    span = max(accuracies) - min(accuracies)
    line = {
        "color": accuracies,
        "colorscale": [*steps, [0.999, accent], [1, accent]],
        "cmin": min(accuracies) if span else max(accuracies) - 1,
        "cmax": max(accuracies),
    }
    fonts = {"labelfont": {"size": 13}, "tickfont": {"size": 12}, "rangefont": {"size": 1, "color": "rgba(0,0,0,0)"}}
    lines = {"type": "parcoords", "line": line, "dimensions": dimensions, **fonts}
    return base_figure([lines], height=360, margin={"l": 56, "r": 40, "t": 56, "b": 16})


def slice_figure(
    rows: pd.DataFrame, texts: Sequence[str], limits: tuple[float, float], colours: tuple[str, str]
) -> go.Figure:
    """Return accuracy against the value of one hyperparameter. Trials with equal coordinates share a point.

    Points at the edges of a numeric grid are open circles.

    Parameters
    ----------
    rows : DataFrame
        The rows of one hyperparameter, as returned by `evaluation.tuning.slices`.
    texts : sequence of str
        The values of the hyperparameter, by `position`.
    limits : (float, float)
        Ends of the accuracy axis in percent.
    colours : (str, str)
        CSS colors of the trials and of the best trial.
    """
    points = rows.groupby(["position", "accuracy"], as_index=False).agg({"number": list, "best": "any", "edge": "any"})
    points = points.sort_values("best", kind="stable")  # draws the best trial last, so on top
    point_colours = [colours[best] for best in points["best"]]
    trace = {
        "type": "scatter",
        "x": points["position"].tolist(),
        "y": (100 * points["accuracy"]).tolist(),
        "mode": "markers",
        "marker": {
            "color": point_colours,
            "opacity": 1,
            "size": [13 if best else 9 for best in points["best"]],
            "symbol": ["circle-open" if edge else "circle" for edge in points["edge"]],
            "line": {"width": 2.5, "color": point_colours},
        },
        "hovertext": [_point_hover(point, texts) for point in points.to_dict("records")],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
    return base_figure(
        [trace],
        height=230,
        xaxis={
            "title": {"text": rows["parameter"].iloc[0]},
            "tickvals": list(range(len(texts))),
            "ticktext": list(texts),
            "range": [-0.5, len(texts) - 0.5],
            "zeroline": False,
            "fixedrange": True,
        },
        yaxis={"title": {"text": ACCURACY}, "range": list(limits), "fixedrange": True},
    )


def progress_figure(progress: pd.DataFrame, limits: tuple[float, float], *, colour: str, accent: str) -> go.Figure:
    """Return the accuracy of each trial as points and the best accuracy so far as a line.

    Parameters
    ----------
    progress : DataFrame
        As returned by `evaluation.tuning.best_so_far`.
    limits : (float, float)
        Ends of the accuracy axis in percent.
    colour, accent : str
        CSS colors of the points and of the line.
    """
    numbers = progress["number"].tolist()
    hover_texts = [f"trial {row.number}: {100 * row.accuracy:.2f} %" for row in progress.itertuples()]
    hover = {"hovertext": hover_texts, "hovertemplate": "%{hovertext}<extra></extra>"}
    best = {
        "y": (100 * progress["best"]).tolist(),
        "mode": "lines",
        "line": {"color": accent, "width": 2, "shape": "hv"},
    }
    each = {"y": (100 * progress["accuracy"]).tolist(), "mode": "markers", "marker": {"color": colour, "size": 8}}
    traces = [
        {"type": "scatter", "x": numbers, "hoverinfo": "skip", **best},
        {"type": "scatter", "x": numbers, **each, **hover},
    ]
    return base_figure(
        traces,
        height=260,
        xaxis={
            "title": {"text": "Trial"},
            "range": [-0.5, numbers[-1] + 0.5],
            "dtick": max(1, round(numbers[-1] / 10)),
            "zeroline": False,
            "fixedrange": True,
        },
        yaxis={"title": {"text": ACCURACY}, "range": list(limits), "fixedrange": True},
    )


def accuracy_limits(accuracies: pd.Series) -> tuple[float, float]:
    """Return the ends in percent of an axis that shows all accuracies, shares in 0..1."""
    return _padded_range((100 * accuracies).tolist())


def trials_frame(table: pd.DataFrame, space: Space, format_value: FormatValue) -> pd.DataFrame:
    """Return one row per trial with shares in percent and hyperparameters as texts.

    Parameters
    ----------
    table : DataFrame
        As returned by `evaluation.tuning.trials_table`.
    space : mapping of hyperparameter to its grid
    format_value : callable
        Returns the text of a value.
    """
    texts = {name: [format_value(value) for value in table[name]] for name in space}
    return pd.DataFrame(
        {
            "trial": table["trial"],
            "state": table["state"],
            **texts,
            "validation_accuracy_percent": 100 * table["accuracy"],
            "interval_low_percent": 100 * table["low"],
            "interval_high_percent": 100 * table["high"],
            "fit_seconds": table["seconds"],
            "cores": table["cores"],
            "seed": table["seed"],
            "started_utc": table["started"],
            "error": table["error"],
        }
    )


def slices_frame(rows: pd.DataFrame, format_value: FormatValue) -> pd.DataFrame:
    """Return one row per trial and hyperparameter: its value, the accuracy in percent, and two flags.

    The flags `best_trial` and `grid_edge` mark the best trial and values at an edge of a numeric grid.
    """
    return pd.DataFrame(
        {
            "hyperparameter": rows["parameter"],
            "value": [format_value(value) for value in rows["value"]],
            "trial": rows["number"],
            "validation_accuracy_percent": 100 * rows["accuracy"],
            "best_trial": rows["best"],
            "grid_edge": rows["edge"],
        }
    )


def progress_frame(progress: pd.DataFrame) -> pd.DataFrame:
    """Return one row per complete trial: its accuracy and the best accuracy so far, in percent."""
    shares = {"validation_accuracy_percent": "accuracy", "best_so_far_percent": "best"}
    return pd.DataFrame(
        {"trial": progress["number"], **{name: 100 * progress[share] for name, share in shares.items()}}
    )


def _padded_range(values: Sequence[float]) -> tuple[float, float]:
    """Return the smallest and the largest value, with padding."""
    pad = 0.08 * (max(values) - min(values)) or 0.5
    return min(values) - pad, max(values) + pad


def _with_line_breaks(label: str) -> str:
    """Return a label broken into short lines, because the axes are close to each other."""
    return label.replace("_", "_<br>").replace(" ", "<br>")


def _point_hover(point: dict[str, Any], texts: Sequence[str]) -> str:
    """Return the hover text of a point: value, accuracy and trials."""
    numbers = ", ".join(str(number) for number in point["number"])
    edge = " (edge of the grid)" if point["edge"] else ""
    trials = f"trial{'s' if len(point['number']) > 1 else ''} {numbers}"
    return f"{texts[point['position']]}{edge}<br>validation accuracy {100 * point['accuracy']:.2f} %, {trials}"
