"""What all figures share."""

from typing import Any

import numpy as np
import plotly.graph_objects as go

Inks = tuple[str, str]
"""The theme's text colour, for pale cells, and its background colour, for full ones."""

FULL = 0.62
"""Share of the scale from which the background colour reads better than the text colour, in both themes."""


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


def heat_map(z: np.ndarray, text: list[list[str]], inks: Inks, *, zmax: float, **options: Any) -> list[dict[str, Any]]:
    """Cells coloured from 0 to `zmax` with a number in each, as two traces: pale cells and full ones, each in its ink.

    Parameters
    ----------
    z : float ndarray of shape (r, c)
        NaN: no colour.
    text : r lists of c str
    """
    full = z >= FULL * zmax
    return [
        {
            "type": "heatmap",
            "z": np.where(mask, z, np.nan),
            "text": [
                [cell if here else "" for cell, here in zip(*row, strict=True)] for row in zip(text, mask, strict=True)
            ],
            "texttemplate": "%{text}",
            "textfont": {"color": ink},
            "zmin": 0,
            "zmax": zmax,
            "xgap": 2,
            "ygap": 2,
            "showscale": False,
            "hoverongaps": False,
            **options,
        }
        for mask, ink in zip((~full, full), inks, strict=True)
    ]
