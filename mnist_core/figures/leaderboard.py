"""Accuracy against what it costs."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mnist_core.evaluation.metrics import pareto_front
from mnist_core.figures.layout import figure


def accuracy_time_figure(leaderboard: pd.DataFrame, colours: Mapping[str, str]) -> go.Figure:
    """Test accuracy with its interval against training time on a log axis, the Pareto front joined by a line.

    Parameters
    ----------
    leaderboard : DataFrame
        One row a classifier: `name`, `label`, `fit_seconds`, and shares in 0..1 `test_accuracy`, `low`, `high`.
    colours : mapping of name to CSS colour
    """
    frame = leaderboard.sort_values("fit_seconds", ignore_index=True)
    front = frame[pareto_front(frame["fit_seconds"], frame["test_accuracy"])]
    names_on_front = set(front["name"])
    spread = np.log10(frame["fit_seconds"])
    middle = (spread.min() + spread.max()) / 2
    line = {
        "type": "scatter",
        "x": front["fit_seconds"].tolist(),
        "y": (100 * front["test_accuracy"]).tolist(),
        "mode": "lines",
        "line": {"dash": "dot", "width": 1.5, "color": "#8C8C8C", "shape": "hv"},
        "hoverinfo": "skip",
    }
    points = []
    for row, place in zip(frame.itertuples(), spread, strict=True):
        accuracy, low, high = 100 * row.test_accuracy, 100 * row.low, 100 * row.high
        colour, on_front = colours[row.name], row.name in names_on_front
        words = f"{row.label}: {accuracy:.2f} % ({low:.2f} to {high:.2f})<br>trained in {row.fit_seconds:.1f} s"
        points.append(
            {
                "type": "scatter",
                "x": [row.fit_seconds],
                "y": [accuracy],
                "mode": "markers+text",
                "text": [f"  {row.label}  "],
                "textposition": "middle right" if place <= middle else "middle left",
                "cliponaxis": False,
                "marker": {
                    "color": colour,
                    "size": 12,
                    "symbol": "circle" if on_front else "circle-open",
                    "line": {"width": 2, "color": colour},
                },
                "error_y": {
                    "type": "data",
                    "array": [high - accuracy],
                    "arrayminus": [accuracy - low],
                    "color": colour,
                    "thickness": 1.5,
                    "width": 4,
                },
                "hovertemplate": words + ("<br>on the Pareto front" if on_front else "") + "<extra></extra>",
            }
        )
    axes = {
        "xaxis": {
            "type": "log",
            "title": {"text": "training time (s)"},
            "fixedrange": True,
            "tickvals": [step * 10.0**power for power in range(-2, 5) for step in (1, 2, 5)],
            "range": [spread.min() - 0.1, spread.max() + 0.1],
        },
        "yaxis": {"title": {"text": "test accuracy (%)"}, "fixedrange": True},
    }
    return figure([line, *points], height=380, **axes)
