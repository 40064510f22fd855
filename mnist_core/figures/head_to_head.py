"""Two classifiers against each other cell by cell, and all of them pair by pair."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mnist_core.evaluation.confusion import N_CLASSES
from mnist_core.evaluation.significance import LEVEL, Pairwise
from mnist_core.figures.confusion import digit_grid
from mnist_core.figures.layout import Inks, clickable_cells, figure, heat_map, outline

Show = Literal["difference", "p", "agreement"]
EDGE = 0.53
"""Half a cell and half the width of its outline."""


def matrix_difference_figure(
    a: np.ndarray,
    b: np.ndarray,
    *,
    selected: tuple[int, int] | None = None,
    accent: str,
    inks: Inks,
    diverging: Sequence[str],
) -> go.Figure:
    """Draw confusion matrix A minus confusion matrix B, true digits down, predicted digits across the top.

    As in the confusion matrix itself, correct cells are printed but not coloured.

    Parameters
    ----------
    a, b : int ndarrays of shape (10, 10)
        Counts, rows true, columns predicted.
    selected : (true, predicted), optional
        The cell to outline in `accent`.
    diverging : sequence of CSS colours
        From the colour of cells where B has more digits to that of cells where A has more.
    """
    difference, digits = a - b, list(range(N_CLASSES))
    wrong = np.where((difference == 0) | np.eye(N_CLASSES, dtype=bool), np.nan, difference)
    texts = [[_signed(count) if count else "" for count in row] for row in difference.tolist()]
    zmax = float(np.nanmax(np.abs(wrong), initial=0)) or 1.0
    amounts = heat_map(wrong, texts, inks, zmax=zmax, diverging=diverging, x=digits, y=digits, hoverinfo="skip")
    words = [
        [
            f"true {true}, predicted {pred}<br>A {a[true, pred]:,}, B {b[true, pred]:,}: "
            f"{_signed(int(difference[true, pred]))}"
            for pred in digits
        ]
        for true in digits
    ]
    return digit_grid(amounts, words, selected=selected, accent=accent, height=400)


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
    """Draw each of k classifiers against each other, A down and B across, most accurate first; columns are numbered.

    Parameters
    ----------
    labels : mapping of name to str
        What to call a classifier.
    show : {"difference", "p", "agreement"}
        Accuracy of A minus that of B in percentage points; p-values of the exact McNemar test by Holm, those below 5 %
        without colour; or the share of equal answers in percent.
    selected : (A, B), optional
        The names of the pair to outline in `accent`.
    """
    order = np.argsort(-pairs.accuracies, kind="stable")
    names, places = [pairs.names[index] for index in order], list(range(len(order)))
    values = {
        "difference": 100 * pairs.differences,
        "p": pairs.adjusted,
        "agreement": 100 * pairs.agreement,
    }[show][np.ix_(order, order)]
    coloured = np.where(np.eye(len(order), dtype=bool) | (values < LEVEL if show == "p" else False), np.nan, values)
    text = {"difference": _points, "p": _short_p, "agreement": _percent}[show]
    texts = [["" if row == column else text(values[row, column]) for column in places] for row in places]
    scales: dict[Show, dict[str, Any]] = {
        "difference": {"zmax": float(np.nanmax(np.abs(coloured), initial=0)) or 1.0, "diverging": diverging},
        "p": {"zmax": 1.0},
        # From somewhat below the least agreement there is, so that no cell is without colour.
        "agreement": {"zmax": 100.0, "zmin": 1.2 * float(np.nanmin(coloured, initial=99.0)) - 20},
    }
    cells = heat_map(coloured, texts, inks, **scales[show], x=places, y=places, hoverinfo="skip")
    off = [(row, column) for row in places for column in places if row != column]
    ends = [(names[row], names[column]) for row, column in off]
    words = [_pair_words(pairs, labels, int(order[row]), int(order[column])) for row, column in off]
    shown = [] if selected is None else [outline(names.index(selected[0]), names.index(selected[1]), accent)]
    axis = {"showgrid": False, "zeroline": False, "fixedrange": True, "ticks": "", "tickvals": places}
    numbers = [str(place + 1) for place in places]
    rows = [f"{labels[name]}  {number}" for name, number in zip(names, numbers, strict=True)]
    return figure(
        [*cells, clickable_cells(off, ends, words)],
        height=64 + 33 * len(places),
        shapes=shown,
        xaxis={
            **axis,
            "side": "top",
            "title": {"text": "B"},
            "ticktext": numbers,
            "range": [-EDGE, len(places) - 1 + EDGE],
        },
        yaxis={**axis, "ticktext": rows, "range": [len(places) - 1 + EDGE, -EDGE], "automargin": True},
    )


def p_text(p_value: float) -> str:
    """0.042, < 0.001"""
    return "< 0.001" if p_value < 0.001 else f"{p_value:.3f}"


def matrix_difference_frame(a: np.ndarray, b: np.ndarray) -> pd.DataFrame:
    """One row a cell: `true`, `predicted`, `digits_a`, `digits_b`, `difference`."""
    true, predicted = np.indices(a.shape).reshape(2, -1)
    counts = {"digits_a": a.ravel(), "digits_b": b.ravel(), "difference": (a - b).ravel()}
    return pd.DataFrame({"true": true, "predicted": predicted, **counts})


def pairwise_frame(pairs: Pairwise) -> pd.DataFrame:
    """One row an ordered pair: `a`, `b`, `difference_points`, `p_value`, `p_value_holm`, `agreement_percent`."""
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


def _pair_words(pairs: Pairwise, labels: Mapping[str, str], a: int, b: int) -> str:
    points, count = 100 * pairs.differences[a, b], len(pairs.names)
    return (
        f"A {labels[pairs.names[a]]}, B {labels[pairs.names[b]]}<br>"
        f"accuracy of A minus B: {_minus(f'{points:+.2f}')} percentage points<br>"
        f"p {_equals(pairs.adjusted[a, b])} by Holm for {count * (count - 1) // 2} pairs, "
        f"{p_text(pairs.p_values[a, b])} alone<br>"
        f"same answer for {_percent(100 * pairs.agreement[a, b])} % of the digits"
    )


def _equals(p_value: float) -> str:
    text = p_text(p_value)
    return text if text.startswith("<") else f"= {text}"


def _minus(text: str) -> str:
    return text.replace("-", "−")


def _signed(count: int) -> str:
    return _minus(f"{count:+,}") if count else "0"


def _points(points: float) -> str:
    """As it is printed where there is little room: +.12, −7.9, 0"""
    if points == 0:
        return "0"
    return _minus(f"{points:+.2f}".replace("0.", ".") if abs(points) < 0.995 else f"{points:+.1f}")


def _short_p(p_value: float) -> str:
    """As it is printed where there is little room: .042, <.001, 1"""
    return "1" if p_value >= 0.9995 else p_text(p_value).replace(" 0.", ".").removeprefix("0")


def _percent(percent: float) -> str:
    # What is not all is never printed as 100.
    return "100" if percent == 100 else f"{min(percent, 99.9):.1f}"
