"""Axes that are logarithmic towards perfection: from 99 to 99.9 % is as far as from 90 to 99 %."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

LOWEST = 1e-3
"""The nearest to perfection, in percentage points, that an axis goes."""


@dataclass(frozen=True)
class CornerAxis:
    """An axis of distances to perfection, in percentage points; what is nearer than `floor` is drawn at its end.

    Attributes
    ----------
    floor, worst : float
        The ends of the axis, 0 < floor < worst <= 100.
    """

    floor: float
    worst: float

    def place(self, distance: np.ndarray) -> np.ndarray:
        """Where distances, shares in 0..1, are drawn."""
        return np.maximum(100 * np.asarray(distance, dtype=float), self.floor)

    def error_bars(self, share: np.ndarray, low: np.ndarray, high: np.ndarray) -> dict[str, Any]:
        """An interval around shares in 0..1; NaN where there is none."""
        here = self.place(1 - share)
        return {
            "type": "data",
            "array": self.place(1 - low) - here,
            "arrayminus": here - self.place(1 - high),
            "thickness": 1.5,
            "width": 3,
        }

    def layout(self, title: str, *, distances: bool = False) -> dict[str, Any]:
        """The layout of the axis, in percent: of shares that end at 100, or of `distances` that start at 0."""
        decades = math.log10(self.worst / self.floor)
        steps = (1, 2, 5) if decades < 1.8 else (1, 5) if decades < 3 else (1,)
        marks = [step * 10.0**power for power in range(-3, 3) for step in steps]
        # Not so near the end that it would cover the end's own label.
        marks = [mark for mark in marks if self.floor * 10 ** (decades / 12) < mark <= min(self.worst, 100)]
        names = [f"{mark if distances else 100 - mark:g}" for mark in marks]
        ends = [math.log10(self.floor), math.log10(self.worst)]
        return {
            "type": "log",
            "title": {"text": title},
            "fixedrange": True,
            "zeroline": False,
            "tickvals": [self.floor, *marks],
            "ticktext": ["0" if distances else "100", *names],
            "range": ends if distances else ends[::-1],
        }


def fit_axis(distances: Iterable[np.ndarray]) -> CornerAxis:
    """The axis that shows these distances to perfection, shares in 0..1, down to the smallest that is not 0."""
    found = np.concatenate([np.asarray(values, dtype=float).ravel() for values in distances])
    found = 100 * found[found > 0]  # drops NaN too
    if not len(found):
        return CornerAxis(0.01, 1.0)
    worst = min(float(found.max()) * 1.25, 100.0)
    return CornerAxis(min(max(float(found.min()) / 2, LOWEST), worst / 4), worst)


def plain_axis(title: str) -> dict[str, Any]:
    """The layout of an axis from 0 to 100 %."""
    return {"title": {"text": title}, "fixedrange": True, "zeroline": False, "range": [0, 100]}


def legend_above(shown: bool = True) -> Mapping[str, Any]:
    """The layout of a legend that stands above the picture, and of margins in which the ends of the axes have room."""
    return {
        "showlegend": shown,
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        "margin": {"l": 8, "r": 20, "t": 12, "b": 8},
    }
