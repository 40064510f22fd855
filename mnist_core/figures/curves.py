"""ROC and precision-recall curves."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mnist_core.evaluation.curves import AVERAGES, Curve, Kind, corner_distances
from mnist_core.figures.layout import MUTED, base_figure, legend_above, linear_axis
from mnist_core.figures.log_error_axis import LogErrorAxis, fit_axis

TITLES = {"roc": ("False positive rate (%)", "True positive rate (%)"), "pr": ("Recall (%)", "Precision (%)")}
COLUMNS = {"roc": ("false_positive_rate", "true_positive_rate", "auc"), "pr": ("recall", "precision", "ap")}
AREAS = {"roc": "AUC", "pr": "AP"}
CurveTrace = tuple[Curve, dict[str, Any]]
"""A curve and its trace without the coordinates."""


def curve_name(name: str) -> str:
    """Return the display name of a curve: "macro average", "digit 8"."""
    return f"{name} average" if name in AVERAGES else f"digit {name}"


def area_text(area: float) -> str:
    """Return an area in 0..1 with five decimals: "0.99208". An area below 1 is never rounded up to 1: "0.99999"."""
    return "1" if area == 1 else f"{min(area, 0.99999):.5f}"


def digit_curves_figure(curves: Mapping[str, Curve], *, highlight: str, colour: str, log_scale: bool) -> go.Figure:
    """Return all curves of one classifier: one per digit and the averages, with one curve highlighted.

    Parameters
    ----------
    curves : mapping of "macro", "micro" and digits to Curve
        As returned by `one_vs_rest`, thinned. All of their points are drawn.
    highlight : str
        Name of the curve drawn on top in `colour`. All others are gray.
    colour : str
        CSS color.
    log_scale : bool
        Whether the axes have a logarithmic error scale, which magnifies the ideal corner.
    """
    lines = []
    digits = [name for name in curves if name not in AVERAGES and name != highlight]
    for name in digits:
        line = _curve_trace(curves[name], curve_name(name), MUTED, width=1, opacity=0.6, showlegend=name == digits[0])
        lines.append((line[0], {**line[1], "name": "single digits", "legendrank": 2}))
    for name, dash in zip(AVERAGES, ("dash", "dot"), strict=True):
        if name != highlight:
            lines.append(_curve_trace(curves[name], curve_name(name), MUTED, width=2, dash=dash, legendrank=3))
    lines.append(_curve_trace(curves[highlight], curve_name(highlight), colour, width=3, legendrank=1))
    return _curves_figure(lines, list(curves.values()), log_scale=log_scale)


def classifier_curves_figure(curves: Mapping[str, Curve], colours: Mapping[str, str], *, log_scale: bool) -> go.Figure:
    """Return one curve per classifier, with the first one on top.

    Parameters
    ----------
    curves : mapping of label to Curve
    colours : mapping of label to CSS color
    log_scale : bool
        As in `digit_curves_figure`.
    """
    lines = [_curve_trace(curve, label, colours[label], width=2.5) for label, curve in curves.items()]
    return _curves_figure(lines[::-1], list(curves.values()), log_scale=log_scale, legend={"traceorder": "reversed"})


def curves_frame(curves: Mapping[str, Mapping[str, Curve]]) -> pd.DataFrame:
    """Return one row per classifier, curve and point, in percent. The area under the curve is in 0..1."""
    parts = []
    for label, named in curves.items():
        for name, curve in named.items():
            x, y, area = COLUMNS[curve.kind]
            points = {
                "classifier": label,
                "curve": curve_name(name),
                f"{x}_percent": 100 * curve.x,
                f"{y}_percent": 100 * curve.y,
                "threshold_percent": 100 * curve.thresholds,
                area: curve.area,
            }
            parts.append(pd.DataFrame(points))
    return pd.concat(parts, ignore_index=True)


def _curve_trace(
    curve: Curve, name: str, colour: str, *, width: float, dash: str = "solid", **options: Any
) -> CurveTrace:
    """Return a curve and its trace, without the coordinates."""
    threshold = "" if np.isnan(curve.thresholds).all() else "<br>threshold: probability %{customdata[2]:.2f} %"
    if curve.kind == "roc":
        rates = "true positive rate %{customdata[1]:.2f} %<br>false positive rate %{customdata[0]:.2f} %"
    else:
        rates = "recall %{customdata[0]:.2f} %<br>precision %{customdata[1]:.2f} %"
    trace = {
        "type": "scatter",
        "mode": "lines",
        "name": f"{name}, {AREAS[curve.kind]} {area_text(curve.area)}",
        # Between two recalls, the precision is that of the higher recall, which average precision sums.
        "line": {"color": colour, "width": width, "dash": dash, "shape": "vh" if curve.kind == "pr" else "linear"},
        "customdata": 100 * np.column_stack([curve.x, curve.y, np.minimum(curve.thresholds, 1)]).astype(np.float32),
        "hovertemplate": f"<b>{name}</b><br>{rates}{threshold}<extra></extra>",
        **options,
    }
    return curve, trace


def _curves_figure(
    lines: list[CurveTrace], curves: list[Curve], *, log_scale: bool, legend: Mapping[str, Any] | None = None
) -> go.Figure:
    """Return a figure of the lines, with axes that fit the curves."""
    kind = curves[0].kind
    x_axis, y_axis = _fit_axes(curves) if log_scale else (None, None)
    for curve, trace in lines:
        if x_axis is None or y_axis is None:
            trace |= {"x": 100 * curve.x, "y": 100 * curve.y}
        else:
            x_errors, y_errors = corner_distances(curve)
            trace |= {"x": x_axis.coordinates(x_errors), "y": y_axis.coordinates(y_errors)}
        for name in ("x", "y"):
            trace[name] = trace[name].astype(np.float32)
    above = {**legend_above()}
    above["legend"] = {**above["legend"], **(legend or {})}
    return base_figure(
        [*([] if log_scale or kind == "pr" else [_chance_level()]), *(trace for _, trace in lines)],
        height=440,
        xaxis=_axis_layout(x_axis, TITLES[kind][0], kind),
        yaxis=_axis_layout(y_axis, TITLES[kind][1]),
        **above,
    )


def _axis_layout(axis: LogErrorAxis | None, title: str, kind: Kind = "pr") -> dict[str, Any]:
    return linear_axis(title) if axis is None else axis.layout(title, errors=kind == "roc")


def _fit_axes(curves: list[Curve]) -> tuple[LogErrorAxis, LogErrorAxis]:
    """Return axes that show the curves near the ideal corner.

    Points on an edge of the unit square, at the ends of a curve, are ignored.
    """
    x_errors, y_errors = [], []
    for curve in curves:
        x, y = corner_distances(curve)
        inner = (x > 0) & (y > 0)
        x_errors.append(x[inner])
        y_errors.append(y[inner])
    return fit_axis(x_errors), fit_axis(y_errors)


def _chance_level() -> dict[str, Any]:
    """Return the diagonal of a ROC plot: the curve of a random classifier."""
    return {
        "type": "scatter",
        "x": [0, 100],
        "y": [0, 100],
        "mode": "lines",
        "line": {"color": MUTED, "width": 1, "dash": "dot"},
        "hoverinfo": "skip",
        "name": "chance level",
        "legendrank": 9,
    }
