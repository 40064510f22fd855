"""Difference of two confusion matrices, and pairwise comparisons of all classifiers."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mnist_core.base.digits import N_CLASSES
from mnist_core.evaluation.comparison import Pairwise
from mnist_core.evaluation.significance import LEVEL
from mnist_core.figures.confusion import digit_grid_figure
from mnist_core.figures.layout import Inks, base_figure, cell_outline, clickable_cells, heat_map_traces
from mnist_core.figures.wording import with_minus_sign

Show = Literal["difference", "p", "agreement"]
"""Text of the cells: difference in accuracy, p-value, or share of equal predictions."""
EDGE = 0.53
"""Half a cell plus half the line width of its outline."""


def matrix_difference_figure(
    a: np.ndarray,
    b: np.ndarray,
    *,
    selected: tuple[int, int] | None = None,
    accent: str,
    inks: Inks,
    diverging: Sequence[str],
) -> go.Figure:
    """Return the difference in counts of two confusion matrices (A − B), true digits in rows, predicted in columns.

    Only misclassifications are colored, as in the confusion matrix.

    Parameters
    ----------
    a, b : int ndarrays of shape (10, 10)
        Counts, rows true, columns predicted.
    selected : (true, predicted), optional
        The cell to outline in `accent`.
    accent : str
        CSS color.
    inks : (str, str)
        Text colors of pale and of dark cells.
    diverging : sequence of CSS colors
        From cells where B has more digits to cells where A has more.
    """
    difference, digits = a - b, list(range(N_CLASSES))
    errors = np.where((difference == 0) | np.eye(N_CLASSES, dtype=bool), np.nan, difference)
    texts = [[_signed(count) if count else "" for count in row] for row in difference.tolist()]
    zmax = float(np.nanmax(np.abs(errors), initial=0)) or 1.0
    traces = heat_map_traces(errors, texts, inks, zmax=zmax, diverging=diverging, x=digits, y=digits, hoverinfo="skip")
    hover_texts = [
        [
            f"true {true}, predicted {pred}<br>A: {a[true, pred]:,}, B: {b[true, pred]:,}"
            f"<br>difference in counts (A − B): {_signed(int(difference[true, pred]))}"
            for pred in digits
        ]
        for true in digits
    ]
    return digit_grid_figure(traces, hover_texts, selected=selected, accent=accent, height=400)


def pairwise_figure(
    pairs: Pairwise,
    labels: Mapping[str, str],
    *,
    show: Show = "difference",
    selected: tuple[str, str] | None = None,
    accent: str,
    inks: Inks,
    diverging: Sequence[str],
) -> go.Figure:
    """Return a matrix of all pairs of k classifiers: A in rows, B in columns, the most accurate first.

    Column titles are the numbers of the rows.

    Parameters
    ----------
    pairs : Pairwise
    labels : mapping of name to str
        Display names of the classifiers.
    show : {"difference", "p", "agreement"}
        The difference in accuracy (A − B) in percentage points; the p-value of the exact McNemar test with Holm
        correction, colored where it is at least 0.05; or the share of equal predictions in percent.
    selected : (A, B), optional
        Names of the pair to outline in `accent`.
    accent : str
        CSS color.
    inks : (str, str)
        Text colors of pale and of dark cells.
    diverging : sequence of CSS colors
        From pairs where B is more accurate to pairs where A is.
    """
    order = np.argsort(-pairs.accuracies, kind="stable")
    names, positions = [pairs.names[index] for index in order], list(range(len(order)))
    values = {
        "difference": 100 * pairs.differences,
        "p": pairs.adjusted,
        "agreement": 100 * pairs.agreement,
    }[show][np.ix_(order, order)]
    coloured = np.where(np.eye(len(order), dtype=bool) | (values < LEVEL if show == "p" else False), np.nan, values)
    text = {"difference": _short_points, "p": _short_p, "agreement": _percent}[show]
    texts = [["" if row == column else text(values[row, column]) for column in positions] for row in positions]
    scales: dict[Show, dict[str, Any]] = {
        "difference": {"zmax": float(np.nanmax(np.abs(coloured), initial=0)) or 1.0, "diverging": diverging},
        "p": {"zmax": 1.0},
        # The scale starts below the lowest agreement, so that every cell has a color.
        "agreement": {"zmax": 100.0, "zmin": 1.2 * float(np.nanmin(coloured, initial=99.0)) - 20},
    }
    traces = heat_map_traces(coloured, texts, inks, **scales[show], x=positions, y=positions, hoverinfo="skip")
    cells = [(row, column) for row in positions for column in positions if row != column]
    ends = [(names[row], names[column]) for row, column in cells]
    hover_texts = [_pair_hover(pairs, labels, int(order[row]), int(order[column])) for row, column in cells]
    shapes = [] if selected is None else [cell_outline(names.index(selected[0]), names.index(selected[1]), accent)]
    axis = {"showgrid": False, "zeroline": False, "fixedrange": True, "ticks": "", "tickvals": positions}
    numbers = [str(position + 1) for position in positions]
    rows = [f"{labels[name]}  {number}" for name, number in zip(names, numbers, strict=True)]
    return base_figure(
        [*traces, clickable_cells(cells, ends, hover_texts)],
        height=64 + 33 * len(positions),
        shapes=shapes,
        xaxis={
            **axis,
            "side": "top",
            "title": {"text": "B"},
            "ticktext": numbers,
            "range": [-EDGE, len(positions) - 1 + EDGE],
        },
        yaxis={**axis, "ticktext": rows, "range": [len(positions) - 1 + EDGE, -EDGE], "automargin": True},
    )


def p_text(p_value: float) -> str:
    """Return a p-value with three decimals: "0.042", "< 0.001"."""
    return "< 0.001" if p_value < 0.001 else f"{p_value:.3f}"


def matrix_difference_frame(a: np.ndarray, b: np.ndarray) -> pd.DataFrame:
    """Return one row per cell: `true`, `predicted`, `count_a`, `count_b`, `difference`."""
    true, predicted = np.indices(a.shape).reshape(2, -1)
    counts = {"count_a": a.ravel(), "count_b": b.ravel(), "difference": (a - b).ravel()}
    return pd.DataFrame({"true": true, "predicted": predicted, **counts})


def pairwise_frame(pairs: Pairwise) -> pd.DataFrame:
    """Return one row per ordered pair.

    Columns are `a`, `b`, `difference_points`, `p_value`, `p_value_holm` and `agreement_percent`.
    """
    rows, columns = np.nonzero(~np.eye(len(pairs.names), dtype=bool))
    names = np.array(pairs.names)
    return pd.DataFrame(
        {
            "a": names[rows],
            "b": names[columns],
            "difference_points": 100 * pairs.differences[rows, columns],
            "p_value": pairs.p_values[rows, columns],
            "p_value_holm": pairs.adjusted[rows, columns],
            "agreement_percent": 100 * pairs.agreement[rows, columns],
        }
    )


def _pair_hover(pairs: Pairwise, labels: Mapping[str, str], a: int, b: int) -> str:
    points, count = 100 * pairs.differences[a, b], len(pairs.names)
    return (
        f"A: {labels[pairs.names[a]]}, B: {labels[pairs.names[b]]}<br>"
        f"difference in accuracy (A − B): {with_minus_sign(f'{points:+.2f}')} percentage points<br>"
        f"McNemar test: {_p_equation(pairs.p_values[a, b])}<br>"
        f"with Holm correction for {count * (count - 1) // 2} pairs: {_p_equation(pairs.adjusted[a, b])}<br>"
        f"same prediction for {_percent(100 * pairs.agreement[a, b])} % of the digits"
    )


def _p_equation(p_value: float) -> str:
    """Return a p-value as an equation or inequality: "p = 0.042", "p < 0.001"."""
    text = p_text(p_value)
    return f"p {text}" if text.startswith("<") else f"p = {text}"


def _signed(count: int) -> str:
    """Return a count with its sign: "+12", "−3", "0"."""
    return with_minus_sign(f"{count:+,}") if count else "0"


def _short_points(points: float) -> str:
    """Return percentage points in few characters: "+.12", "−7.9", "0"."""
    if points == 0:
        return "0"
    return with_minus_sign(f"{points:+.2f}".replace("0.", ".") if abs(points) < 0.995 else f"{points:+.1f}")


def _short_p(p_value: float) -> str:
    """Return a p-value in few characters: ".042", "<.001", "1"."""
    return "1" if p_value >= 0.9995 else p_text(p_value).replace(" 0.", ".").removeprefix("0")


def _percent(percent: float) -> str:
    """Return a percentage with one decimal. A percentage below 100 is never rounded up to 100."""
    return "100" if percent == 100 else f"{min(percent, 99.9):.1f}"
