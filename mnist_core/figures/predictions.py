"""Predictions of every classifier for one digit at each severity of a transform."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mnist_core.figures.layout import Inks, base_figure, heat_map_traces

ROW_HEIGHT = 27
"""Height of a row in pixels."""


def predictions_figure(
    labels: Sequence[str], predictions: np.ndarray, amounts: Sequence[str], *, true: int, accent: str, inks: Inks
) -> go.Figure:
    """Return a table of each classifier's prediction at each severity, with misclassifications in `accent`.

    Parameters
    ----------
    labels : sequence of k str
        Labels of the classifiers, from top to bottom.
    predictions : integer ndarray of shape (k, c)
        Predicted digits.
    amounts : sequence of c str
        Titles of the columns.
    true : int
        The true digit.
    accent : str
        CSS color.
    inks : (str, str)
        Text colors of pale and of dark cells.
    """
    rows, columns = list(range(len(labels))), list(range(len(amounts)))
    cells = heat_map_traces(
        (predictions != true).astype(float),
        predictions.astype(str).tolist(),
        inks,
        zmax=1,
        x=columns,
        y=rows,
        hoverinfo="skip",
        colorscale=[[0, "rgba(0, 0, 0, 0)"], [1, accent]],
    )
    axis = {"showgrid": False, "zeroline": False, "fixedrange": True, "ticks": ""}
    return base_figure(
        cells,
        height=44 + ROW_HEIGHT * len(labels),
        xaxis={
            **axis,
            "side": "top",
            "tickvals": columns,
            "ticktext": list(amounts),
            "range": [-0.53, len(amounts) - 1 + 0.53],
        },
        yaxis={
            **axis,
            "tickvals": rows,
            "ticktext": list(labels),
            "range": [len(labels) - 1 + 0.53, -0.53],
            "automargin": True,
        },
    )


def predictions_frame(labels: Sequence[str], predictions: np.ndarray, amounts: Sequence[str]) -> pd.DataFrame:
    """Return one row per classifier and severity: `classifier`, `amount`, `predicted`."""
    return pd.DataFrame(
        {
            "classifier": np.repeat(list(labels), len(amounts)),
            "amount": np.tile(list(amounts), len(labels)),
            "predicted": predictions.ravel(),
        }
    )
