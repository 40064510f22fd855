"""Accuracy of a kernel approximation against its size."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from mnist_core.figures.layout import base_figure
from mnist_core.figures.wording import confidence_interval


def kernel_steps_figure(steps: pd.DataFrame, *, goals: Sequence[float], colour: str, accent: str) -> go.Figure:
    """Return test accuracy against the number of kernel centers, on a logarithmic axis.

    Error bars are 95 % confidence intervals. A dotted line marks each goal.

    Parameters
    ----------
    steps : DataFrame
        `centres`, and `test_accuracy`, `low` and `high` as shares in 0..1.
    goals : sequence of float
        Accuracies in 0..1.
    colour, accent : str
        CSS colors of the points and of the goals.
    """
    accuracy = 100 * steps["test_accuracy"]
    points = {
        "type": "scatter",
        "x": steps["centres"].tolist(),
        "y": accuracy.tolist(),
        "mode": "lines+markers",
        "line": {"color": colour, "width": 2},
        "marker": {"size": 9},
        "error_y": {
            "type": "data",
            "array": (100 * steps["high"] - accuracy).tolist(),
            "arrayminus": (accuracy - 100 * steps["low"]).tolist(),
            "color": colour,
            "thickness": 1.5,
        },
        "hovertext": [
            f"{row.centres:,} kernel centers<br>test accuracy {100 * row.test_accuracy:.2f} %"
            f" ({confidence_interval(row.low, row.high)})"
            for row in steps.itertuples()
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
    lines = [
        {
            "type": "line",
            "xref": "paper",
            "x0": 0,
            "x1": 1,
            "y0": 100 * goal,
            "y1": 100 * goal,
            "line": {"color": accent, "width": 1.5, "dash": "dot"},
            "label": {"text": f"{100 * goal:g} %", "textposition": "start", "font": {"color": accent}},
        }
        for goal in goals
    ]
    return base_figure(
        [points],
        height=340,
        shapes=lines,
        xaxis={
            "type": "log",
            "title": {"text": "Kernel centers"},
            "fixedrange": True,
            "tickvals": steps["centres"].tolist(),
            "ticktext": [f"{centres:,}" for centres in steps["centres"]],
        },
        yaxis={"title": {"text": "Test accuracy (%)"}, "fixedrange": True},
    )
