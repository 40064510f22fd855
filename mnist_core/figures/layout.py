"""Layouts, axes and heat map traces shared by several figures."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

Inks = tuple[str, str]
"""Text colors of heat map cells: the theme's text color for pale cells, its background color for dark cells."""

MUTED = "#8C8C8C"
"""Gray for reference lines, secondary series and outlines, visible in both themes."""
SEQUENTIAL_DARK, DIVERGING_DARK = 0.62, 0.7
"""Shares of a color scale above which the background color has more contrast than the text color, in both themes."""


def base_figure(traces: list[dict[str, Any]], *, height: int, **layout: Any) -> go.Figure:
    """Return a figure with the dashboard's margins and without a title, a legend or dragging.

    Traces and layout are plain dictionaries, which plotly validates once. Setting properties one by one takes several
    times as long.
    """
    defaults = {
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "showlegend": False,
        "dragmode": False,
        "hovermode": "closest",
    }
    return go.Figure(traces, {"height": height, **defaults, **layout})


def heat_map_traces(
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
    """Return the traces of a heat map that prints a text in each cell.

    A trace has one text color, so pale cells and dark cells are separate traces.

    Parameters
    ----------
    z : float ndarray of shape (r, c)
        Values that determine the color. NaN means no color.
    text : r lists of c str
    inks : (str, str)
        Text colors of pale and of dark cells.
    zmax, zmin : float
        Ends of the theme's sequential color scale.
    diverging : sequence of CSS colors, optional
        Evenly spaced colors of a diverging scale from -zmax to zmax. It replaces the sequential scale.
    text_size : int, optional
        Font size in pixels. By default, plotly chooses a size that fits every cell, which can be too small to read.
    **options
        Further properties of both traces.
    """
    if diverging is not None:
        dark = np.abs(z) >= DIVERGING_DARK * zmax
        scale = [[step / (len(diverging) - 1), colour] for step, colour in enumerate(diverging)]
        options = {"zmin": -zmax, "colorscale": scale} | options
    else:
        dark = z - zmin >= SEQUENTIAL_DARK * (zmax - zmin)
    return [
        {
            "type": "heatmap",
            "z": np.where(mask, z, np.nan),
            "text": [
                [cell if shown else "" for cell, shown in zip(*row, strict=True)]
                for row in zip(text, mask, strict=True)
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
        for mask, ink in zip((~dark, dark), inks, strict=True)
    ]


def clickable_cells(
    cells: Sequence[tuple[int, int]], customdata: Sequence[tuple[Any, Any]], hover_texts: Sequence[str]
) -> dict[str, Any]:
    """Return a trace that gives the cells of a heat map a hover text and makes them selectable.

    The cells of a heat map return no selection in Streamlit. An invisible marker on each cell does.

    Parameters
    ----------
    cells : sequence of n (row, column)
    customdata : sequence of n pairs
        Values that a click on the cell returns.
    hover_texts : sequence of n str
    """
    return {
        "type": "scatter",
        "x": [column for _, column in cells],
        "y": [row for row, _ in cells],
        "mode": "markers",
        "marker": {"symbol": "square", "size": 30, "opacity": 0},
        "customdata": customdata,
        "hovertext": hover_texts,
        "hovertemplate": "%{hovertext}<extra></extra>",
        "selected": {"marker": {"opacity": 0}},
        "unselected": {"marker": {"opacity": 0}},
    }


def cell_outline(row: int, column: int, colour: str) -> dict[str, Any]:
    """Return a shape that outlines a cell of a heat map."""
    edges = {"x0": column - 0.5, "x1": column + 0.5, "y0": row - 0.5, "y1": row + 0.5}
    return {"type": "rect", "line": {"color": colour, "width": 3}, **edges}


def linear_axis(title: str) -> dict[str, Any]:
    """Return the layout of a linear axis from 0 to 100 %."""
    return {"title": {"text": title}, "fixedrange": True, "zeroline": False, "range": [0, 100]}


def legend_above(shown: bool = True) -> Mapping[str, Any]:
    """Return the layout of a legend above the plot, with margins that leave room for the ends of the axes."""
    return {
        "showlegend": shown,
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        "margin": {"l": 8, "r": 20, "t": 12, "b": 8},
    }
