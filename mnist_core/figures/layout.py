"""What all figures share."""

from typing import Any

import plotly.graph_objects as go

TIGHT_MARGIN = {"l": 8, "r": 8, "t": 8, "b": 8}


def finish(figure: go.Figure, *, height: int, **layout: Any) -> go.Figure:
    """Give a figure the margins and manners of this dashboard: no title, no legend, no dragging."""
    return figure.update_layout(
        height=height, margin=TIGHT_MARGIN, showlegend=False, dragmode=False, hovermode="closest", **layout
    )
