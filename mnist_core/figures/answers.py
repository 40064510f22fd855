"""What every classifier says of one digit as it is distorted more and more."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mnist_core.figures.layout import Inks, figure, heat_map

ROW = 27
"""Pixels of a row."""


def answers_figure(
    labels: Sequence[str], answers: np.ndarray, amounts: Sequence[str], *, true: int, accent: str, inks: Inks
) -> go.Figure:
    """Draw what every classifier says of one digit at every severity, wrong answers in `accent`.

    Parameters
    ----------
    labels : sequence of k str
        The classifiers' labels, first at the top.
    answers : integer ndarray of shape (k, c)
    amounts : sequence of c str
    """
    rows, places = list(range(len(labels))), list(range(len(amounts)))
    cells = heat_map(
        (answers != true).astype(float),
        answers.astype(str).tolist(),
        inks,
        zmax=1,
        x=places,
        y=rows,
        hoverinfo="skip",
        colorscale=[[0, "rgba(0, 0, 0, 0)"], [1, accent]],
    )
    axis = {"showgrid": False, "zeroline": False, "fixedrange": True, "ticks": ""}
    return figure(
        cells,
        height=44 + ROW * len(labels),
        xaxis={
            **axis,
            "side": "top",
            "tickvals": places,
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


def answers_frame(labels: Sequence[str], answers: np.ndarray, amounts: Sequence[str]) -> pd.DataFrame:
    """One row a classifier and severity: `classifier`, `amount`, `answer`."""
    return pd.DataFrame(
        {
            "classifier": np.repeat(list(labels), len(amounts)),
            "amount": np.tile(list(amounts), len(labels)),
            "answer": answers.ravel(),
        }
    )
