"""Accuracy against the share of digits that are answered."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mnist_core.evaluation.coverage import OperatingPoint
from mnist_core.figures.corner import CornerAxis, fit_axis, legend_above
from mnist_core.figures.layout import figure

LEFT = 50.0
"""Percent of the digits answered where the picture begins, unless less is asked for: before, there are few mistakes."""


def coverage_figure(
    frames: Mapping[str, pd.DataFrame], colours: Mapping[str, str], points: Mapping[str, OperatingPoint]
) -> go.Figure:
    """Accuracy on the digits that are answered, spaced by the logarithm of the error rate; the chosen points marked.

    A single classifier's curve has its 95 % interval as a band.

    Parameters
    ----------
    frames : mapping of label to DataFrame
        As `coverage_frame` gives them.
    points : mapping of label to OperatingPoint
    """
    left = min(LEFT, *(100 * point.coverage for point in points.values()))
    seen = [frame[100 * frame["coverage"] >= left] for frame in frames.values()]
    # The band's lower end decides how far down the axis goes only where all is answered, and it is narrow.
    lows = [frame["accuracy_low" if len(frames) == 1 else "accuracy"].iloc[-1:] for frame in seen]
    axis = fit_axis(1 - shares for shares in (*lows, *(frame["accuracy"] for frame in seen)))
    traces: list[dict[str, Any]] = []
    if len(frames) == 1:
        ((label, frame),) = frames.items()
        traces.append(_band(frame, axis, colours[label]))
    for label, frame in frames.items():
        line = {
            "type": "scatter",
            "x": 100 * frame["coverage"],
            "y": axis.place(1 - frame["accuracy"]),
            "mode": "lines",
            "name": label,
            "line": {"color": colours[label], "width": 2.5},
            "customdata": np.column_stack([100 * frame["threshold"].clip(upper=0.999999), frame["wrong"]]),
            "text": [f"{100 * accuracy:.2f}" for accuracy in frame["accuracy"]],
            "hovertemplate": _words(label, "%{x:.1f}", "%{customdata[0]:.4f}", "%{text}", "%{customdata[1]:,}"),
            "legendgroup": label,
        }
        traces.append(line)
    for label, point in points.items():
        marker = {
            "type": "scatter",
            "x": [100 * point.coverage],
            "y": axis.place(np.array([1 - point.accuracy])),
            "mode": "markers",
            "cliponaxis": False,
            "marker": {"color": colours[label], "size": 12},
            "hovertemplate": _words(
                label,
                f"{100 * point.coverage:.1f}",
                f"{100 * min(point.threshold, 0.999999):.4f}",
                f"{100 * point.accuracy:.2f}",
                f"{point.wrong:,}",
            ),
            "legendgroup": label,
            "showlegend": False,
        }
        traces.append(marker)
    return figure(
        traces,
        height=440,
        xaxis={"title": {"text": "digits answered (%)"}, "fixedrange": True, "zeroline": False, "range": [left, 100.5]},
        yaxis=axis.layout("accuracy on these (%)"),
        **legend_above(len(frames) > 1),
    )


def coverage_table(frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The points behind the picture, by label, shares in percent."""
    frame = pd.concat(frames, names=["classifier"]).reset_index(level=0)
    shares = ["threshold", "coverage", "accuracy", "accuracy_low", "accuracy_high"]
    frame[shares] *= 100
    return frame.rename(columns={name: f"{name}_percent" for name in shares})


def _band(frame: pd.DataFrame, axis: CornerAxis, colour: str) -> dict[str, Any]:
    """The interval around a curve: along its lower end and back along its upper one."""
    outline = pd.concat([frame["accuracy_low"], frame["accuracy_high"].iloc[::-1]])
    return {
        "type": "scatter",
        "x": 100 * pd.concat([frame["coverage"], frame["coverage"].iloc[::-1]]),
        "y": axis.place(1 - outline),
        "mode": "lines",
        "line": {"width": 0},
        "fill": "toself",
        "fillcolor": colour,
        "opacity": 0.15,
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _words(label: str, coverage: str, threshold: str, accuracy: str, wrong: str) -> str:
    return (
        f"<b>{label}</b> answers {coverage} % of the digits<br>if it asks for a confidence of {threshold} %"
        f"<br>{accuracy} % of these answers are right, {wrong} wrong<extra></extra>"
    )
