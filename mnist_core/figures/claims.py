"""What it takes to get beyond a linear classifier."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from mnist_core.figures.layout import figure


def kernel_steps_figure(steps: pd.DataFrame, *, goals: Sequence[float], colour: str, accent: str) -> go.Figure:
    """Test accuracy against the number of centres on a log axis, with intervals, and a line at each goal.

    Parameters
    ----------
    steps : DataFrame
        `centres`, and shares in 0..1 `test_accuracy`, `low`, `high`.
    goals : sequence of float
        Accuracies in 0..1.
    colour, accent : str
        Of the points, and of the goals.
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
            f"{row.centres:,} centres: {100 * row.test_accuracy:.2f} % ({100 * row.low:.2f} to {100 * row.high:.2f})"
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
    return figure(
        [points],
        height=340,
        shapes=lines,
        xaxis={
            "type": "log",
            "title": {"text": "centres of the kernel approximation"},
            "fixedrange": True,
            "tickvals": steps["centres"].tolist(),
            "ticktext": [f"{centres:,}" for centres in steps["centres"]],
        },
        yaxis={"title": {"text": "test accuracy (%)"}, "fixedrange": True},
    )
