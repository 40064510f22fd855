"""How a search for hyperparameters went: all trials at once, one parameter at a time, and trial by trial."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mnist_core.evaluation.tuning import Space, Trial, key_of, values_of
from mnist_core.figures.layout import figure

Write = Callable[[Any], str]
"""What to call a parameter's value."""
ACCURACY = "held-out accuracy (%)"
SPREAD = 0.06
"""How far lines through the same value are apart at most, either way, as a share of the way to the next value."""


def parallel_figure(
    trials: Sequence[Trial], space: Space, *, write: Write, scale: Sequence[str], accent: str
) -> go.Figure:
    """Draw each complete trial, of which there must be one, as a line through its values to its accuracy.

    Values stand evenly spaced, numbers from the smallest up. Lines through the same value are a little apart, the more
    accurate ones above.

    Parameters
    ----------
    trials : sequence of Trial
    space : mapping of parameter to its grid
    write : callable
        A value as a text.
    scale : sequence of CSS colours
        From the lowest accuracy to the highest but one.
    accent : str
        The colour of the highest accuracy.
    """
    complete = sorted(
        (trial for trial in trials if trial.accuracy is not None), key=lambda trial: trial.accuracy or 0.0
    )
    accuracies = [100 * (trial.accuracy or 0.0) for trial in complete]
    lift = np.linspace(-SPREAD, SPREAD, len(complete)) if len(complete) > 1 else np.zeros(1)
    dimensions = []
    for name in space:
        values = values_of(name, trials, space)
        keys = [key_of(value) for value in values]
        places = np.array([keys.index(key_of(trial.parameters[name])) for trial in complete]) + lift
        ends = [-0.5, 0.5] if len(values) == 1 else [-2 * SPREAD, len(values) - 1 + 2 * SPREAD]
        ticks = {"tickvals": list(range(len(values))), "ticktext": [write(value) for value in values]}
        dimensions.append({"label": _broken(name), "values": places.tolist(), "range": ends, **ticks})
    low, high = _padded(accuracies)
    dimensions.append(
        {"label": _broken("accuracy (%)"), "values": accuracies, "range": [low, high], "tickformat": ".2f"}
    )
    steps = [[0.999 * place / max(len(scale) - 1, 1), colour] for place, colour in enumerate(scale)]
    span = max(accuracies) - min(accuracies)
    line = {
        "color": accuracies,
        "colorscale": [*steps, [0.999, accent], [1, accent]],
        "cmin": min(accuracies) if span else max(accuracies) - 1,
        "cmax": max(accuracies),
    }
    fonts = {"labelfont": {"size": 13}, "tickfont": {"size": 12}, "rangefont": {"size": 1, "color": "rgba(0,0,0,0)"}}
    lines = {"type": "parcoords", "line": line, "dimensions": dimensions, **fonts}
    return figure([lines], height=360, margin={"l": 56, "r": 40, "t": 56, "b": 16})


def slice_figure(
    rows: pd.DataFrame, texts: Sequence[str], limits: tuple[float, float], colours: tuple[str, str]
) -> go.Figure:
    """Draw accuracy against the value of one parameter, whatever the others were; equal points as one.

    Parameters
    ----------
    rows : DataFrame
        Those of the parameter, as `evaluation.tuning.slices` gives them.
    texts : sequence of str
        The parameter's values, by their places.
    limits : (float, float)
        The ends of the accuracy axis, in percent.
    colours : (str, str)
        CSS colours of the trials and of the best one. Points at the ends of a grid of numbers are rings.
    """
    points = rows.groupby(["place", "accuracy"], as_index=False).agg({"number": list, "best": "any", "edge": "any"})
    points = points.sort_values("best", kind="stable")  # on top
    inks = [colours[best] for best in points["best"]]
    trace = {
        "type": "scatter",
        "x": points["place"].tolist(),
        "y": (100 * points["accuracy"]).tolist(),
        "mode": "markers",
        "marker": {
            "color": inks,
            "opacity": 1,
            "size": [13 if best else 9 for best in points["best"]],
            "symbol": ["circle-open" if edge else "circle" for edge in points["edge"]],
            "line": {"width": 2.5, "color": inks},
        },
        "hovertext": [_point_words(point, texts) for point in points.to_dict("records")],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
    return figure(
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
    """Draw the accuracy of each trial and the best so far.

    Parameters
    ----------
    progress : DataFrame
        As `evaluation.tuning.best_so_far` gives it.
    limits : (float, float)
        The ends of the accuracy axis, in percent.
    colour, accent : str
        Of the trials, and of the best.
    """
    numbers = progress["number"].tolist()
    words = [f"trial {row.number}: {100 * row.accuracy:.2f} %" for row in progress.itertuples()]
    hover = {"hovertext": words, "hovertemplate": "%{hovertext}<extra></extra>"}
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
    return figure(
        traces,
        height=260,
        xaxis={
            "title": {"text": "trial"},
            "range": [-0.5, numbers[-1] + 0.5],
            "dtick": max(1, round(numbers[-1] / 10)),
            "zeroline": False,
            "fixedrange": True,
        },
        yaxis={"title": {"text": ACCURACY}, "range": list(limits), "fixedrange": True},
    )


def accuracy_limits(accuracies: pd.Series) -> tuple[float, float]:
    """The ends of an axis that shows all of these shares, in percent."""
    return _padded((100 * accuracies).tolist())


def trials_frame(table: pd.DataFrame, space: Space, write: Write) -> pd.DataFrame:
    """One row a trial, as `evaluation.tuning.trials_table` has it: shares in percent, values as texts."""
    texts = {name: [write(value) for value in table[name]] for name in space}
    return pd.DataFrame(
        {
            "trial": table["trial"],
            "state": table["state"],
            **texts,
            "held_out_accuracy_percent": 100 * table["accuracy"],
            "interval_low_percent": 100 * table["low"],
            "interval_high_percent": 100 * table["high"],
            "fit_seconds": table["seconds"],
            "cores": table["cores"],
            "seed": table["seed"],
            "started_utc": table["started"],
            "error": table["error"],
        }
    )


def slices_frame(rows: pd.DataFrame, write: Write) -> pd.DataFrame:
    """One row a trial and parameter: the value, the accuracy in percent, whether it is the best or at an end."""
    return pd.DataFrame(
        {
            "parameter": rows["parameter"],
            "value": [write(value) for value in rows["value"]],
            "trial": rows["number"],
            "held_out_accuracy_percent": 100 * rows["accuracy"],
            "best_trial": rows["best"],
            "end_of_grid": rows["edge"],
        }
    )


def progress_frame(progress: pd.DataFrame) -> pd.DataFrame:
    """One row a complete trial: its accuracy and the best so far, in percent."""
    shares = {"held_out_accuracy_percent": "accuracy", "best_so_far_percent": "best"}
    return pd.DataFrame(
        {"trial": progress["number"], **{name: 100 * progress[share] for name, share in shares.items()}}
    )


def _padded(values: Sequence[float]) -> tuple[float, float]:
    pad = 0.08 * (max(values) - min(values)) or 0.5
    return min(values) - pad, max(values) + pad


def _broken(label: str) -> str:
    """A label of several short lines, for axes that stand close to each other."""
    return label.replace("_", "_<br>").replace(" ", "<br>")


def _point_words(point: dict[str, Any], texts: Sequence[str]) -> str:
    numbers = ", ".join(str(number) for number in point["number"])
    end = ", an end of its grid" if point["edge"] else ""
    trials = f"trial{'s' if len(point['number']) > 1 else ''} {numbers}"
    return f"{texts[point['place']]}{end}<br>{100 * point['accuracy']:.2f} %, {trials}"
