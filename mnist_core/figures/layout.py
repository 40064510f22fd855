"""What all figures share."""

from typing import Any

import plotly.graph_objects as go


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
