"""ROC and precision-recall curves."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mnist_core.evaluation.curves import AVERAGES, Curve, Kind, corner_distances
from mnist_core.figures.corner import CornerAxis, fit_axis, legend_above, plain_axis
from mnist_core.figures.layout import figure

TITLES = {"roc": ("false positive rate (%)", "true positive rate (%)"), "pr": ("recall (%)", "precision (%)")}
COLUMNS = {"roc": ("false_positive_rate", "true_positive_rate", "auc"), "pr": ("recall", "precision", "ap")}
AREAS = {"roc": "AUC", "pr": "AP"}
MUTED = "#8C8C8C"
Line = tuple[Curve, dict[str, Any]]


def curve_name(name: str) -> str:
    """macro-average, digit 8"""
    return f"{name}-average" if name in AVERAGES else f"digit {name}"


def area_text(area: float) -> str:
    """0.99208, and what is not all is never written as 1: 0.99999"""
    return "1" if area == 1 else f"{min(area, 0.99999):.5f}"


def digits_figure(curves: Mapping[str, Curve], *, chosen: str, colour: str, zoomed: bool) -> go.Figure:
    """One classifier's curves: each digit's and the averages' in grey, the chosen one on top in its colour.

    Parameters
    ----------
    curves : mapping of "macro", "micro" and digits to Curve
        As `one_vs_rest` gives them, thinned: all of their points are drawn.
    chosen : str
        One of the names.
    zoomed : bool
        Whether the axes are logarithmic towards the ideal corner, where the curves of good classifiers are.
    """
    lines = []
    digits = [name for name in curves if name not in AVERAGES and name != chosen]
    for name in digits:
        line = _line(curves[name], curve_name(name), MUTED, width=1, opacity=0.6, showlegend=name == digits[0])
        lines.append((line[0], {**line[1], "name": "each digit", "legendrank": 2}))
    for name, dash in zip(AVERAGES, ("dash", "dot"), strict=True):
        if name != chosen:
            lines.append(_line(curves[name], curve_name(name), MUTED, width=2, dash=dash, legendrank=3))
    lines.append(_line(curves[chosen], curve_name(chosen), colour, width=3, legendrank=1))
    return _figure(lines, list(curves.values()), zoomed=zoomed)


def overlay_figure(curves: Mapping[str, Curve], colours: Mapping[str, str], *, zoomed: bool) -> go.Figure:
    """One curve of each of several classifiers, by label, the first on top."""
    lines = [_line(curve, label, colours[label], width=2.5) for label, curve in curves.items()]
    return _figure(lines[::-1], list(curves.values()), zoomed=zoomed, legend={"traceorder": "reversed"})


def curves_frame(curves: Mapping[str, Mapping[str, Curve]]) -> pd.DataFrame:
    """The points of curves by classifier and name, in percent; the area under each curve in 0..1."""
    parts = []
    for label, named in curves.items():
        for name, curve in named.items():
            across, down, area = COLUMNS[curve.kind]
            points = {
                "classifier": label,
                "curve": curve_name(name),
                f"{across}_percent": 100 * curve.x,
                f"{down}_percent": 100 * curve.y,
                "threshold_percent": 100 * curve.thresholds,
                area: curve.area,
            }
            parts.append(pd.DataFrame(points))
    return pd.concat(parts, ignore_index=True)


def _line(curve: Curve, words: str, colour: str, *, width: float, dash: str = "solid", **options: Any) -> Line:
    """A curve and its trace, but for where its points are drawn."""
    asked = "" if np.isnan(curve.thresholds).all() else "<br>where its probability is at least %{customdata[2]:.2f} %"
    if curve.kind == "roc":
        says = "finds %{customdata[1]:.2f} %, and %{customdata[0]:.2f} % of the others pass for it"
    else:
        says = "finds %{customdata[0]:.2f} %, and %{customdata[1]:.2f} % of what it takes for it are right"
    trace = {
        "type": "scatter",
        "mode": "lines",
        "name": f"{words}, {AREAS[curve.kind]} {area_text(curve.area)}",
        # Between two recalls the precision is that of the farther one, which is what the average precision sums.
        "line": {"color": colour, "width": width, "dash": dash, "shape": "vh" if curve.kind == "pr" else "linear"},
        "customdata": 100 * np.column_stack([curve.x, curve.y, np.minimum(curve.thresholds, 1)]).astype(np.float32),
        "hovertemplate": f"<b>{words}</b>: {says}{asked}<extra></extra>",
        **options,
    }
    return curve, trace


def _figure(
    lines: list[Line], curves: list[Curve], *, zoomed: bool, legend: Mapping[str, Any] | None = None
) -> go.Figure:
    kind = curves[0].kind
    across, down = _corner(curves) if zoomed else (None, None)
    for curve, trace in lines:
        if across is None or down is None:
            trace |= {"x": 100 * curve.x, "y": 100 * curve.y}
        else:
            right, below = corner_distances(curve)
            trace |= {"x": across.place(right), "y": down.place(below)}
        for name in ("x", "y"):
            trace[name] = trace[name].astype(np.float32)
    above = {**legend_above()}
    above["legend"] = {**above["legend"], **(legend or {})}
    return figure(
        [*([] if zoomed or kind == "pr" else [_chance()]), *(trace for _, trace in lines)],
        height=440,
        xaxis=_axis(across, TITLES[kind][0], kind),
        yaxis=_axis(down, TITLES[kind][1]),
        **above,
    )


def _axis(axis: CornerAxis | None, title: str, kind: Kind = "pr") -> dict[str, Any]:
    return plain_axis(title) if axis is None else axis.layout(title, distances=kind == "roc")


def _corner(curves: list[Curve]) -> tuple[CornerAxis, CornerAxis]:
    """The axes that show where curves come near the corner: not their ends, where all or nothing passes."""
    right, below = [], []
    for curve in curves:
        across, down = corner_distances(curve)
        inner = (across > 0) & (down > 0)
        right.append(across[inner])
        below.append(down[inner])
    return fit_axis(right), fit_axis(below)


def _chance() -> dict[str, Any]:
    return {
        "type": "scatter",
        "x": [0, 100],
        "y": [0, 100],
        "mode": "lines",
        "line": {"color": MUTED, "width": 1, "dash": "dot"},
        "hoverinfo": "skip",
        "name": "guessing",
        "legendrank": 9,
    }
