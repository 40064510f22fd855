"""How many digits of each class there are, and how their measures are distributed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from mnist_core.evaluation.confusion import N_CLASSES
from mnist_core.evaluation.shapes import Measure
from mnist_core.figures.confusion import PLURALS
from mnist_core.figures.layout import figure

HEIGHT = 440
_HIGHEST = 1.3
"""How far the highest density reaches beyond the line of the class above, which is 1 away."""
_ROW = {
    "tickvals": list(range(N_CLASSES)),
    "showgrid": False,
    "zeroline": False,
    "fixedrange": True,
    "ticks": "",
    "title": {"text": "digit"},
    # The same in both figures, so that side by side their classes stand in line.
    "range": [N_CLASSES - 0.5, -0.15 - _HIGHEST],
}
_SPLITS = {"train": "training", "test": "test"}


@dataclass(frozen=True)
class Scale:
    """How a measure is named and written: its values times `factor`, with `decimals`, then `unit`."""

    name: str
    unit: str
    decimals: int
    factor: float = 1.0

    def text(self, value: float) -> str:
        """2.9 px, −4.2°"""
        number = f"{self.factor * value:.{self.decimals}f}"
        shown = number.lstrip("-") if float(number) == 0 else number.replace("-", "−")
        return shown + self.unit

    @property
    def title(self) -> str:
        """Of an axis or a column: ink (% of the image)"""
        unit = self.unit.strip()
        return f"{self.name} ({unit})" if unit else self.name


SCALES: Mapping[Measure, Scale] = {
    "ink": Scale("ink", " %", 1, 100),
    "slant": Scale("slant", "°", 1),
    "thickness": Scale("stroke width", " px", 2),
    "oddness": Scale("oddness", "", 1),
}


def balance_figure(
    balance: pd.DataFrame, *, colours: Mapping[str, str], selected: int | None = None, accent: str
) -> go.Figure:
    """The share of each class in each split, its count printed beside it; a click on a bar gives its digit.

    Parameters
    ----------
    balance : DataFrame
        As `evaluation.samples.class_balance` gives it.
    colours : mapping of split to CSS colour
        In the order in which a class's bars follow each other downwards.
    selected : int, optional
        The class to draw in `accent`.
    """
    bars = []
    for split, colour in colours.items():
        frame = balance[balance["split"] == split]
        rows = list(zip(frame["digit"].tolist(), frame["digits"].tolist(), frame["share"].tolist(), strict=True))
        bars.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": _SPLITS[split],
                "y": [digit for digit, _, _ in rows],
                "x": [100 * share for _, _, share in rows],
                "text": [f"{count:,}" for _, count, _ in rows],
                "textposition": "outside",
                "textfont": {"size": 11},
                "constraintext": "none",
                "cliponaxis": False,
                "customdata": [digit for digit, _, _ in rows],
                "hovertext": [_balance_words(split, *row) for row in rows],
                "hovertemplate": "%{hovertext}<extra></extra>",
                "marker": {"color": colour, "line": {"width": 0}},
                **_ALWAYS_FULL,
            }
        )
    most = 100 * float(balance["share"].max()) if len(balance) else 10.0
    shapes = [] if selected is None else [_band(selected, accent)]
    return figure(
        bars,
        height=HEIGHT,
        showlegend=len(bars) > 1,
        legend={
            "orientation": "h",
            "x": 0,
            "y": 1,
            "yanchor": "top",
            "itemclick": False,
            "itemdoubleclick": False,
        },
        bargap=0.25,
        shapes=shapes,
        # Room for the counts beside the longest bars.
        xaxis={"title": {"text": "share of the split (%)"}, "range": [0, 1.18 * most], "fixedrange": True},
        yaxis=_ROW,
    )


def distribution_figure(
    densities: pd.DataFrame,
    quartiles: pd.DataFrame,
    measure: Measure,
    *,
    colour: str,
    inks: tuple[str, str],
    selected: int | None = None,
    accent: str,
) -> go.Figure:
    """A ridge for each class: how its digits are distributed; a dot at the median, a bar from quartile to quartile.

    All ridges are drawn to one scale, so their areas are the same. A click on one gives its digit. The payload is 96
    points a class.

    Parameters
    ----------
    densities, quartiles : DataFrames
        As `evaluation.distributions` gives them.
    colour, accent : str
        Of the ridges, and of the selected one.
    """
    scale = SCALES[measure]
    highest = float(densities["density"].max())
    ridges: list[dict[str, Any]] = []
    for digit, part in densities.groupby("digit"):
        x = scale.factor * part["value"].to_numpy()
        y = digit - _HIGHEST * part["density"].to_numpy() / highest
        ink = accent if digit == selected else colour
        base = {"type": "scatter", "x": [x[0], x[-1]], "y": [digit, digit], "mode": "lines", "hoverinfo": "skip"}
        ridges += [
            {**base, "line": {"width": 1, "color": ink}},
            {
                **base,
                "x": x,
                "y": y,
                "line": {"width": 1.5, "color": ink, "simplify": False},
                "fill": "tonexty",
                "fillcolor": _pale(ink),
            },
        ]
    marks = [
        {
            "type": "scatter",
            "x": [scale.factor * row.low, scale.factor * row.high],
            "y": [row.digit, row.digit],
            "mode": "lines",
            "line": {"width": 4, "color": accent if row.digit == selected else colour},
            "hoverinfo": "skip",
        }
        for row in quartiles.itertuples()
    ]
    medians = {
        "type": "scatter",
        "x": (scale.factor * quartiles["median"]).tolist(),
        "y": quartiles["digit"].tolist(),
        "mode": "markers",
        "marker": {"size": 9, "color": inks[1], "line": {"width": 2, "color": inks[0]}},
        "hoverinfo": "skip",
    }
    ends = scale.factor * densities["value"].min(), scale.factor * densities["value"].max()
    return figure(
        [*ridges, *marks, medians, _handles(quartiles, scale, ends)],
        height=HEIGHT,
        xaxis={"title": {"text": scale.title}, "range": ends, "fixedrange": True, "zeroline": False},
        yaxis=_ROW,
    )


def balance_frame(balance: pd.DataFrame) -> pd.DataFrame:
    """What `balance_figure` shows: `split`, `digit`, `digits`, `share (%)`."""
    return balance.assign(**{"share (%)": 100 * balance["share"]}).drop(columns="share")


def distribution_frame(densities: pd.DataFrame, measure: Measure) -> pd.DataFrame:
    """What `distribution_figure` shows: `digit`, the measure with its unit, and `density` per unit of it."""
    scale = SCALES[measure]
    values, density = scale.factor * densities["value"], densities["density"] / scale.factor
    return pd.DataFrame({"digit": densities["digit"], scale.title: values, "density": density})


_ALWAYS_FULL = {"selected": {"marker": {"opacity": 1}}, "unselected": {"marker": {"opacity": 1}}}
"""Plotly fades all that is not selected; which class is selected the shapes and colours say."""


def _handles(quartiles: pd.DataFrame, scale: Scale, ends: tuple[float, float]) -> dict[str, Any]:
    """Invisible markers along each ridge, which tell its words and take its clicks: an area takes none."""
    places = [ends[0] + (ends[1] - ends[0]) * (step + 0.5) / 16 for step in range(16)]
    rows = [row for row in quartiles.itertuples() for _ in places]
    return {
        "type": "scatter",
        "x": places * len(quartiles),
        "y": [row.digit - 0.35 for row in rows],
        "mode": "markers",
        "marker": {"symbol": "square", "size": 30, "opacity": 0},
        "customdata": [row.digit for row in rows],
        "hovertext": [
            f"{PLURALS[row.digit]}: median {scale.text(row.median)}"
            f"<br>half of them from {scale.text(row.low)} to {scale.text(row.high)}"
            for row in rows
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "selected": {"marker": {"opacity": 0}},
        "unselected": {"marker": {"opacity": 0}},
    }


def _balance_words(split: str, digit: int, count: int, share: float) -> str:
    digits = f"{count:,} {'digit' if count == 1 else 'digits'}"
    return f"{PLURALS[digit]}, {_SPLITS[split]} split: {digits}<br>{100 * share:.2f} % of it"


def _band(digit: int, accent: str) -> dict[str, Any]:
    """A frame around the row of a class."""
    edges = {"xref": "paper", "x0": 0, "x1": 1, "y0": digit - 0.46, "y1": digit + 0.46}
    return {"type": "rect", "line": {"color": accent, "width": 2}, **edges}


def _pale(colour: str) -> str:
    """A colour `#RRGGBB` that lets what is behind it through."""
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, 0.3)"
