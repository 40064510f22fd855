"""Accuracy-coverage curves of selective classification."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mnist_core.evaluation.coverage import OperatingPoint
from mnist_core.figures.layout import base_figure, legend_above
from mnist_core.figures.log_error_axis import LogErrorAxis, fit_axis

MIN_COVERAGE = 50.0
"""Start of the coverage axis in percent. It is lower if an operating point is. At lower coverage, errors are rare."""


def coverage_figure(
    frames: Mapping[str, pd.DataFrame], colours: Mapping[str, str], points: Mapping[str, OperatingPoint]
) -> go.Figure:
    """Return the accuracy of the most confident predictions against their share of all digits (coverage).

    Accuracies have a logarithmic error scale. Operating points are marked. The curve of a single classifier has a band,
    its 95 % confidence interval.

    Parameters
    ----------
    frames : mapping of label to DataFrame
        As returned by `coverage_frame`.
    colours : mapping of label to CSS color
    points : mapping of label to OperatingPoint
    """
    start = min(MIN_COVERAGE, *(100 * point.coverage for point in points.values()))
    visible = [frame[100 * frame["coverage"] >= start] for frame in frames.values()]
    # The band is narrow at full coverage. Only there does its lower end extend the axis.
    lows = [frame["accuracy_low" if len(frames) == 1 else "accuracy"].iloc[-1:] for frame in visible]
    axis = fit_axis(1 - shares for shares in (*lows, *(frame["accuracy"] for frame in visible)))
    traces: list[dict[str, Any]] = []
    if len(frames) == 1:
        ((label, frame),) = frames.items()
        traces.append(_confidence_band(frame, axis, colours[label]))
    for label, frame in frames.items():
        line = {
            "type": "scatter",
            "x": 100 * frame["coverage"],
            "y": axis.coordinates(1 - frame["accuracy"]),
            "mode": "lines",
            "name": label,
            "line": {"color": colours[label], "width": 2.5},
            "customdata": np.column_stack([100 * frame["threshold"].clip(upper=0.999999), frame["misclassified"]]),
            "text": [f"{100 * accuracy:.2f}" for accuracy in frame["accuracy"]],
            "hovertemplate": _hover_template(
                label, "%{x:.1f}", "%{customdata[0]:.4f}", "%{text}", "%{customdata[1]:,}"
            ),
            "legendgroup": label,
        }
        traces.append(line)
    for label, point in points.items():
        marker = {
            "type": "scatter",
            "x": [100 * point.coverage],
            "y": axis.coordinates(np.array([1 - point.accuracy])),
            "mode": "markers",
            "cliponaxis": False,
            "marker": {"color": colours[label], "size": 12},
            "hovertemplate": _hover_template(
                label,
                f"{100 * point.coverage:.1f}",
                f"{100 * min(point.threshold, 0.999999):.4f}",
                f"{100 * point.accuracy:.2f}",
                f"{point.misclassified:,}",
            ),
            "legendgroup": label,
            "showlegend": False,
        }
        traces.append(marker)
    return base_figure(
        traces,
        height=440,
        xaxis={"title": {"text": "Coverage (%)"}, "fixedrange": True, "zeroline": False, "range": [start, 100.5]},
        yaxis=axis.layout("Accuracy at this coverage (%)"),
        **legend_above(len(frames) > 1),
    )


def coverage_curves_frame(frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the points of the curves with their label in `classifier` and shares in percent."""
    frame = pd.concat(frames, names=["classifier"]).reset_index(level=0)
    shares = ["threshold", "coverage", "accuracy", "accuracy_low", "accuracy_high"]
    frame[shares] *= 100
    return frame.rename(columns={name: f"{name}_percent" for name in shares})


def _confidence_band(frame: pd.DataFrame, axis: LogErrorAxis, colour: str) -> dict[str, Any]:
    """Return the area between the ends of a curve's confidence intervals as a closed outline."""
    outline = pd.concat([frame["accuracy_low"], frame["accuracy_high"].iloc[::-1]])
    return {
        "type": "scatter",
        "x": 100 * pd.concat([frame["coverage"], frame["coverage"].iloc[::-1]]),
        "y": axis.coordinates(1 - outline),
        "mode": "lines",
        "line": {"width": 0},
        "fill": "toself",
        "fillcolor": colour,
        "opacity": 0.15,
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _hover_template(label: str, coverage: str, threshold: str, accuracy: str, wrong: str) -> str:
    return (
        f"<b>{label}</b>: coverage {coverage} %<br>confidence threshold {threshold} %"
        f"<br>accuracy {accuracy} %, {wrong} misclassified<extra></extra>"
    )
