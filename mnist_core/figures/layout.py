"""What all figures share."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

Inks = tuple[str, str]
"""The theme's text colour, for pale cells, and its background colour, for full ones."""

FULL, DIVERGING_FULL = 0.62, 0.7
"""Share of a scale from which the background colour reads better than the text colour, in both themes."""


def figure(traces: list[dict[str, Any]], *, height: int, **layout: Any) -> go.Figure:
    """A figure with the margins and manners of this dashboard: no title, no legend, no dragging.

    Traces and layout come as plain dictionaries and are checked once: property by property takes several times as long.
    """
    manners = {
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "showlegend": False,
        "dragmode": False,
        "hovermode": "closest",
    }
    return go.Figure(traces, {"height": height, **manners, **layout})


def heat_map(
    z: np.ndarray,
    text: list[list[str]],
    inks: Inks,
    *,
    zmax: float,
    zmin: float = 0.0,
    diverging: Sequence[str] | None = None,
    text_size: int | None = None,
    **options: Any,
) -> list[dict[str, Any]]:
    """Coloured cells with a number in each, as two traces: pale cells and full ones, each in its ink.

    Parameters
    ----------
    z : float ndarray of shape (r, c)
        NaN: no colour.
    text : r lists of c str
    zmax, zmin : float
        The ends of the theme's sequential scale.
    diverging : sequence of CSS colours, optional
        Evenly spaced colours of a scale that is centred at 0, from -zmax to zmax, instead.
    text_size : int, optional
        In pixels, where what fits every cell would be too small to read.
    """
    if diverging is not None:
        full = np.abs(z) >= DIVERGING_FULL * zmax
        scale = [[place / (len(diverging) - 1), colour] for place, colour in enumerate(diverging)]
        options = {"zmin": -zmax, "colorscale": scale} | options
    else:
        full = z - zmin >= FULL * (zmax - zmin)
    return [
        {
            "type": "heatmap",
            "z": np.where(mask, z, np.nan),
            "text": [
                [cell if here else "" for cell, here in zip(*row, strict=True)] for row in zip(text, mask, strict=True)
            ],
            "texttemplate": "%{text}",
            "textfont": {"color": ink} if text_size is None else {"color": ink, "size": text_size},
            "zmin": zmin,
            "zmax": zmax,
            "xgap": 2,
            "ygap": 2,
            "showscale": False,
            "hoverongaps": False,
            **options,
        }
        for mask, ink in zip((~full, full), inks, strict=True)
    ]


def clickable_cells(
    places: Sequence[tuple[int, int]], customdata: Sequence[tuple[Any, Any]], words: Sequence[str]
) -> dict[str, Any]:
    """A trace that makes cells of a heat map answer: each tells its words, and a click gives its customdata.

    A heat map's cells return no selection in Streamlit: an invisible marker on each cell does.

    Parameters
    ----------
    places : sequence of n (row, column)
    customdata, words : sequences of n
    """
    return {
        "type": "scatter",
        "x": [column for _, column in places],
        "y": [row for row, _ in places],
        "mode": "markers",
        "marker": {"symbol": "square", "size": 30, "opacity": 0},
        "customdata": customdata,
        "hovertext": words,
        "hovertemplate": "%{hovertext}<extra></extra>",
        "selected": {"marker": {"opacity": 0}},
        "unselected": {"marker": {"opacity": 0}},
    }


def outline(row: int, column: int, colour: str) -> dict[str, Any]:
    """A shape that outlines the selected cell of a heat map."""
    edges = {"x0": column - 0.5, "x1": column + 0.5, "y0": row - 0.5, "y1": row + 0.5}
    return {"type": "rect", "line": {"color": colour, "width": 3}, **edges}
