"""Accuracy against what it costs."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mnist_core.evaluation.metrics import pareto_front
from mnist_core.figures.layout import finish


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
    figure = go.Figure(
        go.Scatter(
            x=front["fit_seconds"],
            y=100 * front["test_accuracy"],
            mode="lines",
            line={"dash": "dot", "width": 1.5, "color": "#8C8C8C", "shape": "hv"},
            hoverinfo="skip",
        )
    )
    spread = np.log10(frame["fit_seconds"])
    middle = (spread.min() + spread.max()) / 2
    for row in frame.itertuples():
        accuracy, low, high = 100 * row.test_accuracy, 100 * row.low, 100 * row.high
        on_front = row.name in set(front["name"])
        figure.add_scatter(
            x=[row.fit_seconds],
            y=[accuracy],
            mode="markers+text",
            text=[f"  {row.label}  "],
            cliponaxis=False,
            textposition="middle right" if np.log10(row.fit_seconds) <= middle else "middle left",
            marker={
                "color": colours[row.name],
                "size": 12,
                "symbol": "circle" if on_front else "circle-open",
                "line": {"width": 2, "color": colours[row.name]},
            },
            error_y={
                "type": "data",
                "array": [high - accuracy],
                "arrayminus": [accuracy - low],
                "color": colours[row.name],
                "thickness": 1.5,
                "width": 4,
            },
            hovertemplate=(
                f"{row.label}: {accuracy:.2f} % ({low:.2f} to {high:.2f})<br>trained in {row.fit_seconds:.1f} s"
                f"{'<br>on the Pareto front' if on_front else ''}<extra></extra>"
            ),
        )
    figure.update_xaxes(
        type="log",
        title="training time (s)",
        fixedrange=True,
        tickvals=[step * 10**power for power in range(-2, 5) for step in (1, 2, 5)],
        range=[spread.min() - 0.1, spread.max() + 0.1],
    )
    figure.update_yaxes(title="test accuracy (%)", fixedrange=True)
    return finish(figure, height=380)
