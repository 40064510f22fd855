"""Accuracy on distorted digits: by severity, and for every classifier and transform."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mnist_core.evaluation.robustness import ALL
from mnist_core.figures import lines
from mnist_core.figures.layout import Inks, base_figure, cell_outline, clickable_cells, heat_map_traces
from mnist_core.figures.wording import confidence_interval, sentence_case

Measure = Literal["mean", "severity", "error"]
"""Values of the heat map: mean accuracy, accuracy at one severity, or corruption error."""
COLUMNS: dict[Measure, str] = {
    "mean": "mean_accuracy_percent",
    "severity": "accuracy_percent",
    "error": "corruption_error_percent",
}
ROW_HEIGHT = 27
"""Height of a row in pixels."""
EDGE = 0.53
"""Half a cell plus half the line width of its outline."""


def severity_figure(
    table: pd.DataFrame,
    colours: Mapping[str, str],
    *,
    highlight: str,
    severity: int,
    axis: str,
    accent: str,
) -> go.Figure:
    """Return accuracy against the amount of one transform, with 95 % confidence intervals and one line per classifier.

    The accuracy axis is linear, because accuracies vary widely. A click on a point returns its classifier and severity.

    Parameters
    ----------
    table : DataFrame
        The rows of `evaluation.robustness.accuracy_table` for one transform, with a column `label`.
    colours : mapping of name to CSS color
    highlight : str
        Name of the classifier drawn on top with a bold line.
    severity : int
        In 0..5, marked by a vertical line.
    axis : str
        Title of the amount axis, with the unit.
    accent : str
        CSS color of the vertical line.
    """
    traces = []
    for name, rows in lines.by_classifier(table, highlight):
        percent, colour = 100 * rows["accuracy"], colours[name]
        hover_texts = [_point_hover(row, axis) for row in lines.rows(rows)]
        line = lines.line_trace(rows, "amount", percent, hover_texts, colour, bold=name == highlight)
        bars = lines.error_bars(100 * rows["high"] - percent, percent - 100 * rows["low"], colour)
        opaque = {"marker": {"opacity": 1}}
        points = [(name, step) for step in rows["severity"].tolist()]
        traces.append(line | {"error_y": bars, "customdata": points, "selected": opaque, "unselected": opaque})
    amounts = sorted(table["amount"].unique().tolist())
    marked = float(table.loc[table["severity"] == severity, "amount"].iloc[0])
    lowest = 10 * np.floor(10 * table["low"].min())
    marker_line = {
        "type": "line",
        "x0": marked,
        "x1": marked,
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "layer": "below",
        "line": {"color": accent, "width": 1.5, "dash": "dot"},
    }
    return lines.lines_figure(
        traces,
        x={
            "title": {"text": sentence_case(axis)},
            "tickvals": amounts,
            "ticktext": [f"{amount:g}" for amount in amounts],
            "range": [-0.03 * amounts[-1], 1.03 * amounts[-1]],
            "zeroline": False,
        },
        y={"title": {"text": "Accuracy (%)"}, "range": [lowest, 101.5], "dtick": 10},
        shapes=[marker_line],
    )


def heat_map_figure(
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
    """Return a heat map of every classifier (rows, best first) and every transform (columns).

    A click on a cell returns its classifier and transform.

    Parameters
    ----------
    values : DataFrame
        Indexed by name, with a column for each transform and `all`. Values are shares in 0..1, or multiples of the
        baseline's error for "error".
    labels, transforms : mappings of name to str
        Display names of the classifiers and of the transforms.
    measure : {"mean", "severity", "error"}
    selected : (classifier, transform)
        The cell to outline in `accent`.
    accent : str
        CSS color.
    inks : (str, str)
        Text colors of pale and of dark cells.
    diverging : sequence of CSS colors
        For "error": from more errors than the baseline to fewer.
    """
    ordered = values.sort_values(ALL, ascending=measure == "error", kind="stable")
    names, columns = list(ordered.index), list(ordered.columns)
    percent = 100 * ordered.to_numpy()
    if measure == "error":
        # On a logarithmic scale, half the errors and twice the errors are equally far from the baseline.
        z = -np.log2(np.maximum(ordered.to_numpy(), 1e-3))
        scale: dict[str, Any] = {"zmax": float(np.nanmax(np.abs(z), initial=0)) or 1.0, "diverging": diverging}
        texts = [["" if np.isnan(value) else f"{value:.0f}" for value in row] for row in percent]
    else:
        z, scale = 100 - percent, {"zmax": 100.0}
        texts = [[_short_percent(value) for value in row] for row in percent]
    rows, positions = range(len(names)), range(len(columns))
    traces = heat_map_traces(z, texts, inks, **scale, text_size=11, x=list(positions), y=list(rows), hoverinfo="skip")
    titles = [transforms.get(column, "mCE" if measure == "error" else "Mean") for column in columns]
    cells = [(row, position) for row in rows for position in positions]
    hover_texts = [
        f"{labels[names[row]]}, {titles[position]}<br>{_cell_hover(percent[row, position], measure)}"
        for row, position in cells
    ]
    ends = [(names[row], columns[position]) for row, position in cells]
    shapes = []
    if selected[0] in names:
        shapes = [cell_outline(names.index(selected[0]), columns.index(selected[1]), accent)]
    axis = {"showgrid": False, "zeroline": False, "fixedrange": True, "ticks": ""}
    return base_figure(
        [*traces, clickable_cells(cells, ends, hover_texts)],
        height=76 + ROW_HEIGHT * len(names),
        shapes=shapes,
        xaxis={
            **axis,
            "side": "top",
            "tickvals": list(positions),
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
    """Return one row per classifier and severity, with accuracies and their confidence intervals in percent."""
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


def heat_map_frame(values: pd.DataFrame, measure: Measure) -> pd.DataFrame:
    """Return one row per classifier and transform, including the mean `all`, with the measure in percent."""
    long = values.rename_axis("classifier").melt(ignore_index=False, var_name="transform", value_name=COLUMNS[measure])
    long[COLUMNS[measure]] *= 100
    return long.reset_index()


def _point_hover(row: Mapping[str, Any], axis: str) -> str:
    """Return the hover text of a point: classifier, amount and accuracy."""
    amount = f"{axis}: {row['amount']:g}" if row["severity"] else "undistorted"
    interval = confidence_interval(row["low"], row["high"])
    return f"{row['label']}, {amount}<br>accuracy {100 * row['accuracy']:.2f} % ({interval})"


def _short_percent(percent: float) -> str:
    """Return a percentage in few characters: "98.7", "100". A percentage below 100 is never rounded up to 100."""
    return "100" if percent == 100 else f"{min(percent, 99.9):.1f}"


def _cell_hover(percent: float, measure: Measure) -> str:
    """Return the hover text of a cell's value."""
    if measure == "error":
        return f"corruption error: {percent:.1f} % of the baseline's"
    return f"{'mean accuracy' if measure == 'mean' else 'accuracy'} {percent:.2f} %"
