"""Axes with a logarithmic error scale: the step from 99 to 99.9 % is as long as that from 90 to 99 %."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

MIN_FLOOR = 1e-3
"""Smallest error that an axis can show, in percentage points."""


@dataclass(frozen=True)
class LogErrorAxis:
    """A logarithmic axis of errors, which are distances from 100 % or from 0 % in percentage points.

    Errors below `floor` are drawn at `floor`.

    Attributes
    ----------
    floor, worst : float
        Ends of the axis, 0 < floor < worst <= 100.
    """

    floor: float
    worst: float

    def coordinates(self, errors: np.ndarray) -> np.ndarray:
        """Return the coordinates of errors given as shares in 0..1."""
        return np.maximum(100 * np.asarray(errors, dtype=float), self.floor)

    def error_bars(self, share: np.ndarray, low: np.ndarray, high: np.ndarray) -> dict[str, Any]:
        """Return error bars from `low` to `high` around shares in 0..1. NaN gives no bar."""
        center = self.coordinates(1 - share)
        return {
            "type": "data",
            "array": self.coordinates(1 - low) - center,
            "arrayminus": center - self.coordinates(1 - high),
            "thickness": 1.5,
            "width": 3,
        }

    def layout(self, title: str, *, errors: bool = False) -> dict[str, Any]:
        """Return the plotly layout of the axis.

        Parameters
        ----------
        title : str
        errors : bool
            Whether ticks show the errors, from 0 % up. By default, they show the shares, up to 100 %.
        """
        decades = math.log10(self.worst / self.floor)
        steps = (1, 2, 5) if decades < 1.8 else (1, 5) if decades < 3 else (1,)
        marks = [step * 10.0**power for power in range(-3, 3) for step in steps]
        # A mark near the floor would overlap the label of the floor.
        marks = [mark for mark in marks if self.floor * 10 ** (decades / 12) < mark <= min(self.worst, 100)]
        names = [f"{mark if errors else 100 - mark:g}" for mark in marks]
        ends = [math.log10(self.floor), math.log10(self.worst)]
        return {
            "type": "log",
            "title": {"text": title},
            "fixedrange": True,
            "zeroline": False,
            "tickvals": [self.floor, *marks],
            "ticktext": ["0" if errors else "100", *names],
            "range": ends if errors else ends[::-1],
        }


def fit_axis(errors: Iterable[np.ndarray]) -> LogErrorAxis:
    """Return an axis that shows these errors, shares in 0..1, down to the smallest one above 0."""
    found = np.concatenate([np.asarray(values, dtype=float).ravel() for values in errors])
    found = 100 * found[found > 0]  # also drops NaN
    if not len(found):
        return LogErrorAxis(0.01, 1.0)
    worst = min(float(found.max()) * 1.25, 100.0)
    return LogErrorAxis(min(max(float(found.min()) / 2, MIN_FLOOR), worst / 4), worst)
