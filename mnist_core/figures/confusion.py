"""The confusion matrix as a heat map whose every cell can be hovered and clicked."""

from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go

from mnist_core.evaluation.confusion import N_CLASSES, Normalisation, normalise
from mnist_core.figures.layout import Inks, clickable_cells, figure, heat_map, outline

Show = Literal["errors", "counts", "row", "column"]
PLURALS = ("zeros", "ones", "twos", "threes", "fours", "fives", "sixes", "sevens", "eights", "nines")


def confusion_figure(
    matrix: np.ndarray, *, show: Show = "errors", selected: tuple[int, int] | None = None, accent: str, inks: Inks
) -> go.Figure:
    """Draw a confusion matrix, true digits down, predicted digits across the top.

    The colour measures mistakes only: correct cells are printed but not coloured, so they never drown the rest.

    Parameters
    ----------
    matrix : int ndarray of shape (10, 10)
        Counts, rows true, columns predicted.
    show : {"errors", "counts", "row", "column"}
        Mistakes alone, all counts, or percentages of the row or the column.
    selected : (true, predicted), optional
        The cell to outline in `accent`.
    """
    by: Normalisation = "counts" if show in ("errors", "counts") else show  # type: ignore[assignment]
    values = normalise(matrix, by)
    wrong = np.where((matrix == 0) | np.eye(N_CLASSES, dtype=bool), np.nan, values)
    digits = list(range(N_CLASSES))
    texts = [
        ["" if show == "errors" and true == pred else _cell_text(values[true, pred], by) for pred in digits]
        for true in digits
    ]
    zmax = float(np.nanmax(wrong, initial=0)) or 1.0
    amounts = heat_map(wrong, texts, inks, zmax=zmax, x=digits, y=digits, hoverinfo="skip")
    words = [[_cell_words(matrix, true, pred) for pred in digits] for true in digits]
    return digit_grid(amounts, words, selected=selected, accent=accent)


def digit_grid(
    amounts: list[dict[str, Any]],
    words: list[list[str]],
    *,
    selected: tuple[int, int] | None,
    accent: str,
    height: int = 480,
) -> go.Figure:
    """Ten by ten cells that can be hovered and clicked, true digits down, predicted digits across the top.

    Parameters
    ----------
    amounts : traces
        As `heat_map` gives them.
    words : 10 lists of 10 str
        What each cell says when hovered; a click on it gives (true, predicted).
    selected : (true, predicted), optional
        The cell to outline in `accent`.
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
    return figure(
        [*amounts, clickable_cells(cells, cells, [words[true][pred] for true, pred in cells])],
        height=height,
        shapes=[] if selected is None else [outline(*selected, accent)],
        xaxis={**axis, "side": "top", "title": {"text": "predicted"}, "range": [-0.5, 9.5]},
        yaxis={**axis, "title": {"text": "true"}, "range": [9.5, -0.5], "scaleanchor": "x", "constraintoward": "top"},
    )


def _cell_text(value: float, by: Normalisation) -> str:
    if value == 0:
        return ""
    if by == "counts":
        return f"{value:.0f}"
    # What is not all is never printed as 100.
    return "100" if value == 1 else f"{min(100 * value, 99.9):.1f}"


def _cell_words(matrix: np.ndarray, true: int, pred: int) -> str:
    count, row, column = matrix[true, pred], matrix[true].sum(), matrix[:, pred].sum()
    return (
        f"true {true}, predicted {pred}: {count:,} {'digit' if count == 1 else 'digits'}"
        f"<br>{100 * count / max(row, 1):.1f} % of all {PLURALS[true]}"
        f"<br>{100 * count / max(column, 1):.1f} % of all predicted {PLURALS[pred]}"
    )
