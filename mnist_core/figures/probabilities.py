"""What every classifier thinks of one digit."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mnist_core.evaluation.confusion import N_CLASSES
from mnist_core.figures.layout import Inks, figure, heat_map


def probabilities_figure(
    labels: Sequence[str], proba: np.ndarray, *, true: int | None = None, accent: str, inks: Inks
) -> go.Figure:
    """Probabilities of the ten digits, one row a classifier; each row's answer is outlined, and the true digit marked.

    Parameters
    ----------
    labels : sequence of k str
        The classifiers' labels, first at the top.
    proba : float ndarray of shape (k, 10)
        Probabilities in 0..1; a row of NaN has no answer.
    true : int, optional
        The true digit, if it is known.
    accent : str
        The colour that outlines wrong answers.
    """
    percent = 100 * proba
    digits, rows = list(range(N_CLASSES)), list(range(len(labels)))
    cells = heat_map(
        percent,
        [[_percent_text(value) for value in row] for row in percent],
        inks,
        zmax=100,
        x=digits,
        y=rows,
        customdata=[[label] * N_CLASSES for label in labels],
        hovertemplate="%{customdata}: %{x} with %{z:.1f} %<extra></extra>",
    )
    answered = [row for row in rows if not np.isnan(proba[row]).any()]
    outlines = [_outline(row, int(proba[row].argmax()), true, accent) for row in answered]
    ticks = [f"<b>{digit} ✓</b>" if digit == true else str(digit) for digit in digits]
    axis = {"showgrid": False, "zeroline": False, "fixedrange": True, "ticks": ""}
    return figure(
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
    """One row a classifier and digit: `classifier`, `digit`, `probability` in 0..1."""
    return pd.DataFrame(
        {
            "classifier": np.repeat(list(labels), N_CLASSES),
            "digit": np.tile(np.arange(N_CLASSES), len(labels)),
            "probability": proba.ravel(),
        }
    )


def _percent_text(percent: float) -> str:
    if percent >= 99.5:
        return f"{min(percent, 99.9):.1f}"  # a softmax is never certain, only rounded
    return f"{percent:.0f}" if percent >= 0.5 else ""


def _outline(row: int, answer: int, true: int | None, accent: str) -> dict[str, Any]:
    wrong = true is not None and answer != true
    line = {"color": accent, "width": 3} if wrong else {"color": "#8C8C8C", "width": 1.5}
    edges = {"x0": answer - 0.47, "x1": answer + 0.47, "y0": row - 0.45, "y1": row + 0.45}
    return {"type": "rect", "line": line, **edges}
