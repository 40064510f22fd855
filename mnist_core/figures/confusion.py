"""The confusion matrix as a heat map with hover texts and selectable cells."""

from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go

from mnist_core.base.digits import N_CLASSES
from mnist_core.evaluation.confusion import Normalisation, normalise
from mnist_core.figures.layout import Inks, base_figure, cell_outline, clickable_cells, heat_map_traces
from mnist_core.figures.wording import PLURALS, count_digits

Show = Literal["errors", "counts", "row", "column"]
"""Text of the cells: misclassifications, all counts, or percentages of the row or of the column."""


def confusion_figure(
    matrix: np.ndarray, *, show: Show = "errors", selected: tuple[int, int] | None = None, accent: str, inks: Inks
) -> go.Figure:
    """Return a confusion matrix with true digits in rows and predicted digits in columns.

    Only misclassifications are colored. The diagonal holds most digits and would otherwise dominate the color scale.

    Parameters
    ----------
    matrix : int ndarray of shape (10, 10)
        Counts, rows true, columns predicted.
    show : {"errors", "counts", "row", "column"}
        Print the misclassifications, all counts, or percentages of the row or of the column.
    selected : (true, predicted), optional
        The cell to outline in `accent`.
    accent : str
        CSS color.
    inks : (str, str)
        Text colors of pale and of dark cells.
    """
    by: Normalisation = "counts" if show in ("errors", "counts") else show  # type: ignore[assignment]
    values = normalise(matrix, by)
    errors = np.where((matrix == 0) | np.eye(N_CLASSES, dtype=bool), np.nan, values)
    digits = list(range(N_CLASSES))
    texts = [
        ["" if show == "errors" and true == pred else _cell_text(values[true, pred], by) for pred in digits]
        for true in digits
    ]
    zmax = float(np.nanmax(errors, initial=0)) or 1.0
    traces = heat_map_traces(errors, texts, inks, zmax=zmax, x=digits, y=digits, hoverinfo="skip")
    hover_texts = [[_cell_hover(matrix, true, pred) for pred in digits] for true in digits]
    return digit_grid_figure(traces, hover_texts, selected=selected, accent=accent)


def digit_grid_figure(
    traces: list[dict[str, Any]],
    hover_texts: list[list[str]],
    *,
    selected: tuple[int, int] | None,
    accent: str,
    height: int = 480,
) -> go.Figure:
    """Return a heat map of true digits in rows and predicted digits in columns, with selectable cells.

    Parameters
    ----------
    traces : list of dict
        As returned by `heat_map_traces`.
    hover_texts : 10 lists of 10 str
        The hover text of each cell. A click on a cell returns (true, predicted).
    selected : (true, predicted), optional
        The cell to outline in `accent`.
    accent : str
        CSS color.
    height : int
        In pixels.
    """
    digits = list(range(N_CLASSES))
    cells = [(true, pred) for true in digits for pred in digits]
    axis = {
        "tickvals": digits,
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "ticks": "",
        "constrain": "domain",
    }
    return base_figure(
        [*traces, clickable_cells(cells, cells, [hover_texts[true][pred] for true, pred in cells])],
        height=height,
        shapes=[] if selected is None else [cell_outline(*selected, accent)],
        xaxis={**axis, "side": "top", "title": {"text": "Predicted"}, "range": [-0.5, 9.5]},
        yaxis={**axis, "title": {"text": "True"}, "range": [9.5, -0.5], "scaleanchor": "x", "constraintoward": "top"},
    )


def _cell_text(value: float, by: Normalisation) -> str:
    """Return the text of a cell: a count, or a share in percent. Cells with the value 0 have no text."""
    if value == 0:
        return ""
    if by == "counts":
        return f"{value:.0f}"
    # A share below 1 is never rounded up to 100.
    return "100" if value == 1 else f"{min(100 * value, 99.9):.1f}"


def _cell_hover(matrix: np.ndarray, true: int, pred: int) -> str:
    """Return the hover text of a cell, with its count and its shares of the row and the column."""
    count, row, column = matrix[true, pred], matrix[true].sum(), matrix[:, pred].sum()
    return (
        f"true {true}, predicted {pred}: {count_digits(count)}"
        f"<br>{100 * count / max(row, 1):.1f} % of all {PLURALS[true]}"
        f"<br>{100 * count / max(column, 1):.1f} % of all digits predicted as {pred}"
    )
