"""Accuracy against severity, and classifiers against transforms."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mnist_core.evaluation.robustness import ALL
from mnist_core.figures import lines
from mnist_core.figures.layout import Inks, clickable_cells, figure, heat_map, outline

Measure = Literal["mean", "severity", "error"]
COLUMNS: dict[Measure, str] = {
    "mean": "mean_accuracy_percent",
    "severity": "accuracy_percent",
    "error": "corruption_error_percent",
}
ROW = 27
"""Pixels of a row."""
EDGE = 0.53
"""Half a cell and half the width of its outline."""


def severity_figure(
    table: pd.DataFrame,
    colours: Mapping[str, str],
    *,
    chosen: str,
    severity: int,
    axis: str,
    accent: str,
) -> go.Figure:
    """Draw accuracy with its interval against the amount of one transform, a line a classifier.

    The axis of accuracies is even, for they fall far.

    Parameters
    ----------
    table : DataFrame
        Of `evaluation.robustness.accuracy_table` the rows of one transform, and `label`. A click on a point gives its
        name and severity.
    colours : mapping of name to CSS colour
    chosen : str
        The classifier to emphasise.
    severity : int
        In 0..5: where to draw a vertical line.
    axis : str
        The name of the amounts, with their unit.
    accent : str
        The colour of that line.
    """
    traces = []
    for name, rows in lines.in_turn(table, chosen):
        percent, colour = 100 * rows["accuracy"], colours[name]
        words = [_point_words(row, axis) for row in lines.rows(rows)]
        line = lines.line(rows, "amount", percent, words, colour, bold=name == chosen)
        bars = lines.bars(100 * rows["high"] - percent, percent - 100 * rows["low"], colour)
        seen = {"marker": {"opacity": 1}}
        points = [(name, step) for step in rows["severity"].tolist()]
        traces.append(line | {"error_y": bars, "customdata": points, "selected": seen, "unselected": seen})
    amounts = sorted(table["amount"].unique().tolist())
    at = float(table.loc[table["severity"] == severity, "amount"].iloc[0])
    lowest = 10 * np.floor(10 * table["low"].min())
    here = {
        "type": "line",
        "x0": at,
        "x1": at,
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "layer": "below",
        "line": {"color": accent, "width": 1.5, "dash": "dot"},
    }
    return lines.lines_figure(
        traces,
        x={
            "title": {"text": axis},
            "tickvals": amounts,
            "ticktext": [f"{amount:g}" for amount in amounts],
            "range": [-0.03 * amounts[-1], 1.03 * amounts[-1]],
            "zeroline": False,
        },
        y={"title": {"text": "accuracy (%)"}, "range": [lowest, 101.5], "dtick": 10},
        shapes=[here],
    )


def heat_figure(
    values: pd.DataFrame,
    labels: Mapping[str, str],
    transforms: Mapping[str, str],
    *,
    measure: Measure,
    selected: tuple[str, str],
    accent: str,
    inks: Inks,
    diverging: Sequence[str],
) -> go.Figure:
    """Draw every classifier, best first, against every transform.

    Parameters
    ----------
    values : DataFrame
        Indexed by name, a column for each transform and `all`: shares in 0..1, or for "error" multiples of a baseline's
        errors.
    labels, transforms : mappings of name to str
        What to call a classifier, and a transform.
    selected : (classifier, transform)
        The cell to outline in `accent`. A click gives a cell's.
    """
    ordered = values.sort_values(ALL, ascending=measure == "error", kind="stable")
    names, columns = list(ordered.index), list(ordered.columns)
    shares = 100 * ordered.to_numpy()
    if measure == "error":
        colours = -np.log2(np.maximum(ordered.to_numpy(), 1e-3))  # half the errors is as far from equal as twice
        scale: dict[str, Any] = {"zmax": float(np.nanmax(np.abs(colours), initial=0)) or 1.0, "diverging": diverging}
        texts = [["" if np.isnan(value) else f"{value:.0f}" for value in row] for row in shares]
    else:
        colours, scale = 100 - shares, {"zmax": 100.0}
        texts = [[_short(value) for value in row] for row in shares]
    rows, places = range(len(names)), range(len(columns))
    cells = heat_map(colours, texts, inks, **scale, text_size=11, x=list(places), y=list(rows), hoverinfo="skip")
    titles = [transforms.get(column, "mCE" if measure == "error" else "Mean") for column in columns]
    every = [(row, place) for row in rows for place in places]
    words = [
        f"{labels[names[row]]}, {titles[place]}<br>{_heat_words(shares[row, place], measure)}" for row, place in every
    ]
    ends = [(names[row], columns[place]) for row, place in every]
    shown = [outline(names.index(selected[0]), columns.index(selected[1]), accent)] if selected[0] in names else []
    axis = {"showgrid": False, "zeroline": False, "fixedrange": True, "ticks": ""}
    return figure(
        [*cells, clickable_cells(every, ends, words)],
        height=76 + ROW * len(names),
        shapes=shown,
        xaxis={
            **axis,
            "side": "top",
            "tickvals": list(places),
            "ticktext": titles,
            "range": [-EDGE, len(columns) - 1 + EDGE],
            "automargin": True,
        },
        yaxis={
            **axis,
            "tickvals": list(rows),
            "ticktext": [labels[name] for name in names],
            "range": [len(names) - 1 + EDGE, -EDGE],
            "automargin": True,
        },
    )


def severity_frame(table: pd.DataFrame, unit: str) -> pd.DataFrame:
    """One row a classifier and severity: the amount, accuracy and its interval in percent."""
    shares = {"accuracy_percent": "accuracy", "interval_low_percent": "low", "interval_high_percent": "high"}
    return pd.DataFrame(
        {
            "classifier": table["name"],
            "transform": table["transform"],
            "severity": table["severity"],
            "amount": table["amount"],
            "unit": unit,
            **{column: 100 * table[source] for column, source in shares.items()},
        }
    )


def heat_frame(values: pd.DataFrame, measure: Measure) -> pd.DataFrame:
    """One row a classifier and transform, `all` among them, and the measure in percent."""
    long = values.rename_axis("classifier").melt(ignore_index=False, var_name="transform", value_name=COLUMNS[measure])
    long[COLUMNS[measure]] *= 100
    return long.reset_index()


def _point_words(row: Mapping[str, Any], axis: str) -> str:
    where = f"{axis}: {row['amount']:g}" if row["severity"] else "digits as they are"
    interval = f"({100 * row['low']:.2f} to {100 * row['high']:.2f})"
    return f"{row['label']}, {where}<br>{100 * row['accuracy']:.2f} % {interval}"


def _short(percent: float) -> str:
    """As it is printed where there is little room: 98.7, 100; what is not all is never printed as 100."""
    return "100" if percent == 100 else f"{min(percent, 99.9):.1f}"


def _heat_words(percent: float, measure: Measure) -> str:
    if measure == "error":
        return f"{percent:.1f} % of the baseline's errors"
    return f"{'mean accuracy' if measure == 'mean' else 'accuracy'} {percent:.2f} %"
