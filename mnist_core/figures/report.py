"""The classification report as a figure."""

from collections.abc import Mapping
from typing import Any, Literal

import pandas as pd
import plotly.graph_objects as go

from mnist_core.base.digits import N_CLASSES
from mnist_core.figures.layout import base_figure, legend_above
from mnist_core.figures.log_error_axis import fit_axis
from mnist_core.figures.wording import confidence_interval, sentence_case

Measure = Literal["precision", "recall", "f1"]
NAMES = {"precision": "precision", "recall": "recall", "f1": "F1"}


def report_figure(reports: Mapping[str, pd.DataFrame], colours: Mapping[str, str], *, measure: Measure) -> go.Figure:
    """Return a measure of each digit on a logarithmic error scale, with 95 % confidence intervals if available.

    Parameters
    ----------
    reports : mapping of label to DataFrame
        Indexed by digit, with the columns of `class_report` and, optionally, of `report_intervals`.
    colours : mapping of label to CSS color
    measure : {"precision", "recall", "f1"}
    """
    columns = [name for name in (measure, f"{measure}_low") if all(name in frame for frame in reports.values())]
    axis = fit_axis(1 - frame[name] for frame in reports.values() for name in columns)
    traces: list[dict[str, Any]] = []
    for position, (label, frame) in enumerate(reports.items()):
        shift = (position - (len(reports) - 1) / 2) * 0.7 / len(reports)
        share = frame[measure]
        trace = {
            "type": "scatter",
            "x": [digit + shift for digit in range(N_CLASSES)],
            "y": axis.coordinates(1 - share),
            "mode": "markers",
            "name": label,
            "cliponaxis": False,
            "marker": {"color": colours[label], "size": 9},
            "hovertext": [_hover_text(label, digit, row, measure) for digit, row in frame.iterrows()],
            "hovertemplate": "%{hovertext}<extra></extra>",
        }
        if len(columns) == 2:
            bars = axis.error_bars(share, frame[f"{measure}_low"], frame[f"{measure}_high"])
            trace["error_y"] = {**bars, "color": colours[label]}
        traces.append(trace)
    digits = {"tickvals": list(range(N_CLASSES)), "range": [-0.5, N_CLASSES - 0.5], "showgrid": False}
    return base_figure(
        traces,
        height=440,
        xaxis={**digits, "title": {"text": "Digit"}, "fixedrange": True, "zeroline": False},
        yaxis=axis.layout(f"{sentence_case(NAMES[measure])} (%)"),
        **legend_above(len(reports) > 1),
    )


def report_frame(reports: Mapping[str, pd.DataFrame], averages: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return one row per classifier and digit or average (in `class`), with shares in percent."""
    parts = {label: pd.concat([frame, averages[label]]).rename_axis("class") for label, frame in reports.items()}
    frame = pd.concat(parts, names=["classifier"]).reset_index()
    shares = [name for name in frame.columns if name not in ("classifier", "class", "support")]
    frame[shares] *= 100
    return frame.rename(columns={name: f"{name}_percent" for name in shares})


def _hover_text(label: str, digit: object, row: pd.Series, measure: Measure) -> str:
    """Return the hover text of a digit's measure, with its interval and support."""
    text = f"<b>{label}</b>, digit {digit}<br>{NAMES[measure]} {100 * row[measure]:.2f} %"
    if pd.notna(row.get(f"{measure}_low")):
        text += f" ({confidence_interval(row[f'{measure}_low'], row[f'{measure}_high'])})"
    return f"{text}<br>support: {row['support']:,.0f} test digits"
