"""Class probabilities of one digit from every classifier."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mnist_core.base.digits import N_CLASSES
from mnist_core.figures.layout import MUTED, Inks, base_figure, heat_map_traces


def probabilities_figure(
    labels: Sequence[str], proba: np.ndarray, *, true: int | None = None, accent: str, inks: Inks
) -> go.Figure:
    """Return a heat map of the class probabilities, with one row per classifier.

    The predicted digit of each row is outlined and the true digit is marked in the axis.

    Parameters
    ----------
    labels : sequence of k str
        Labels of the classifiers, from top to bottom.
    proba : float ndarray of shape (k, 10)
        Probabilities in 0..1. A row of NaN has no prediction.
    true : int, optional
        The true digit, if known.
    accent : str
        CSS color of the outline of misclassifications.
    inks : (str, str)
        Text colors of pale and of dark cells.
    """
    percent = 100 * proba
    digits, rows = list(range(N_CLASSES)), list(range(len(labels)))
    cells = heat_map_traces(
        percent,
        [[_percent_text(value) for value in row] for row in percent],
        inks,
        zmax=100,
        x=digits,
        y=rows,
        customdata=[[label] * N_CLASSES for label in labels],
        hovertemplate="%{customdata}: digit %{x}, probability %{z:.1f} %<extra></extra>",
    )
    predicted = [row for row in rows if not np.isnan(proba[row]).any()]
    outlines = [_outline(row, int(proba[row].argmax()), true, accent) for row in predicted]
    ticks = [f"<b>{digit} ✓</b>" if digit == true else str(digit) for digit in digits]
    axis = {"showgrid": False, "zeroline": False, "fixedrange": True, "ticks": ""}
    return base_figure(
        cells,
        height=44 + 34 * len(labels),
        shapes=outlines,
        xaxis={**axis, "side": "top", "tickvals": digits, "ticktext": ticks, "range": [-0.5, 9.5]},
        yaxis={
            **axis,
            "tickvals": rows,
            "ticktext": list(labels),
            "range": [len(labels) - 0.5, -0.5],
            "automargin": True,
        },
    )


def probabilities_frame(labels: Sequence[str], proba: np.ndarray) -> pd.DataFrame:
    """Return one row per classifier and digit: `classifier`, `digit`, `probability` in 0..1."""
    return pd.DataFrame(
        {
            "classifier": np.repeat(list(labels), N_CLASSES),
            "digit": np.tile(np.arange(N_CLASSES), len(labels)),
            "probability": proba.ravel(),
        }
    )


def _percent_text(percent: float) -> str:
    """Return the text of a cell. Probabilities below 0.5 % have no text."""
    if percent >= 99.5:
        # A softmax probability is below 1 before rounding, so it is never shown as 100.
        return f"{min(percent, 99.9):.1f}"
    return f"{percent:.0f}" if percent >= 0.5 else ""


def _outline(row: int, predicted: int, true: int | None, accent: str) -> dict[str, Any]:
    """Return a shape that outlines a predicted digit, in `accent` if it is misclassified."""
    misclassified = true is not None and predicted != true
    line = {"color": accent, "width": 3} if misclassified else {"color": MUTED, "width": 1.5}
    edges = {"x0": predicted - 0.47, "x1": predicted + 0.47, "y0": row - 0.45, "y1": row + 0.45}
    return {"type": "rect", "line": line, **edges}
