"""Class balance of a dataset and the distribution of shape measures in each class."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from mnist_core.base.digits import N_CLASSES
from mnist_core.evaluation.shapes import Measure
from mnist_core.figures.layout import base_figure
from mnist_core.figures.wording import PLURALS, count_digits, sentence_case, with_minus_sign

HEIGHT = 440
_RIDGE_HEIGHT = 1.3
"""Height of the highest ridge, in distances between the base lines of two classes."""
_CLASS_AXIS = {
    "tickvals": list(range(N_CLASSES)),
    "showgrid": False,
    "zeroline": False,
    "fixedrange": True,
    "ticks": "",
    "title": {"text": "Digit"},
    # The same range in both figures aligns their classes when the figures are side by side.
    "range": [N_CLASSES - 0.5, -0.15 - _RIDGE_HEIGHT],
}
_SPLITS = {"train": "training", "test": "test"}


@dataclass(frozen=True)
class Scale:
    """Name, unit and number format of a shape measure.

    Attributes
    ----------
    name : str
    unit : str
        Unit, as it follows the number.
    decimals : int
    column : str
        Name of the column of the measure in CSV files, with its unit.
    factor : float
        Displayed values are `factor` times the stored ones.
    """

    name: str
    unit: str
    decimals: int
    column: str
    factor: float = 1.0

    def text(self, value: float) -> str:
        """Return a value with its unit: "2.90 px", "−4.2°"."""
        number = f"{self.factor * value:.{self.decimals}f}"
        shown = number.lstrip("-") if float(number) == 0 else with_minus_sign(number)
        return shown + self.unit

    @property
    def title(self) -> str:
        """Axis title: "Ink (%)"."""
        unit = self.unit.strip()
        return sentence_case(f"{self.name} ({unit})" if unit else self.name)


SCALES: Mapping[Measure, Scale] = {
    "ink": Scale("ink", " %", 1, "ink_percent", 100),
    "slant": Scale("slant", "°", 1, "slant_degrees"),
    "thickness": Scale("stroke width", " px", 2, "stroke_width_px"),
    "oddness": Scale("oddness", "", 1, "oddness"),
}


def balance_figure(
    balance: pd.DataFrame, *, colours: Mapping[str, str], selected: int | None = None, accent: str
) -> go.Figure:
    """Return the share of each class in each split as bars, labeled with counts.

    A click on a bar returns its class.

    Parameters
    ----------
    balance : DataFrame
        As returned by `evaluation.samples.class_balance`.
    colours : mapping of split to CSS color
        The bars of a class are in this order, from top to bottom.
    selected : int, optional
        The class to outline in `accent`.
    accent : str
        CSS color.
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
                "hovertext": [_balance_hover(split, *row) for row in rows],
                "hovertemplate": "%{hovertext}<extra></extra>",
                "marker": {"color": colour, "line": {"width": 0}},
                **_NO_FADING,
            }
        )
    largest = 100 * float(balance["share"].max()) if len(balance) else 10.0
    shapes = [] if selected is None else [_class_outline(selected, accent)]
    return base_figure(
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
        # Leave room for the counts beside the longest bars.
        xaxis={"title": {"text": "Share of the split (%)"}, "range": [0, 1.18 * largest], "fixedrange": True},
        yaxis=_CLASS_AXIS,
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
    """Return a ridgeline plot of a measure: the density in each class, its median (dot) and quartiles (bar).

    All ridges have one scale, so their areas are equal. A click on a ridge returns its class. The payload has 96 points
    per class, the grid of the densities.

    Parameters
    ----------
    densities, quartiles : DataFrame
        As returned by `class_densities` and `class_quartiles` of `evaluation.distributions`.
    measure : {"ink", "slant", "thickness", "oddness"}
    colour, accent : str
        CSS colors of the ridges and of the selected one.
    inks : (str, str)
        CSS colors of the outline and of the area of the dots: the theme's text and background color.
    selected : int, optional
        The class to draw in `accent`.
    """
    scale = SCALES[measure]
    highest = float(densities["density"].max())
    ridges: list[dict[str, Any]] = []
    for digit, part in densities.groupby("digit"):
        x = scale.factor * part["value"].to_numpy()
        y = digit - _RIDGE_HEIGHT * part["density"].to_numpy() / highest
        ridge_colour = accent if digit == selected else colour
        base = {"type": "scatter", "x": [x[0], x[-1]], "y": [digit, digit], "mode": "lines", "hoverinfo": "skip"}
        ridges += [
            {**base, "line": {"width": 1, "color": ridge_colour}},
            {
                **base,
                "x": x,
                "y": y,
                "line": {"width": 1.5, "color": ridge_colour, "simplify": False},
                "fill": "tonexty",
                "fillcolor": _translucent(ridge_colour),
            },
        ]
    bars = [
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
    return base_figure(
        [*ridges, *bars, medians, _hover_markers(quartiles, scale, ends)],
        height=HEIGHT,
        xaxis={"title": {"text": scale.title}, "range": ends, "fixedrange": True, "zeroline": False},
        yaxis=_CLASS_AXIS,
    )


def balance_frame(balance: pd.DataFrame) -> pd.DataFrame:
    """Return the data of `balance_figure`: `split`, `digit`, `digits`, `share_percent`."""
    return balance.assign(share_percent=100 * balance["share"]).drop(columns="share")


def distribution_frame(densities: pd.DataFrame, measure: Measure) -> pd.DataFrame:
    """Return the data of `distribution_figure`: `digit`, the measure, and `density` per unit of the measure."""
    scale = SCALES[measure]
    values, density = scale.factor * densities["value"], densities["density"] / scale.factor
    return pd.DataFrame({"digit": densities["digit"], scale.column: values, "density": density})


_NO_FADING = {"selected": {"marker": {"opacity": 1}}, "unselected": {"marker": {"opacity": 1}}}
"""By default, plotly fades all bars that are not selected. The outline shows the selected class instead."""


def _hover_markers(quartiles: pd.DataFrame, scale: Scale, ends: tuple[float, float]) -> dict[str, Any]:
    """Return invisible markers along each ridge for hover texts and clicks, which filled areas do not support."""
    positions = [ends[0] + (ends[1] - ends[0]) * (step + 0.5) / 16 for step in range(16)]
    rows = [row for row in quartiles.itertuples() for _ in positions]
    return {
        "type": "scatter",
        "x": positions * len(quartiles),
        "y": [row.digit - 0.35 for row in rows],
        "mode": "markers",
        "marker": {"symbol": "square", "size": 30, "opacity": 0},
        "customdata": [row.digit for row in rows],
        "hovertext": [
            f"{PLURALS[row.digit]}: median {scale.text(row.median)}"
            f"<br>quartiles {scale.text(row.low)} to {scale.text(row.high)}"
            for row in rows
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "selected": {"marker": {"opacity": 0}},
        "unselected": {"marker": {"opacity": 0}},
    }


def _balance_hover(split: str, digit: int, count: int, share: float) -> str:
    return f"{PLURALS[digit]}, {_SPLITS[split]} split: {count_digits(count)}<br>{100 * share:.2f} % of the split"


def _class_outline(digit: int, accent: str) -> dict[str, Any]:
    """Return a shape that outlines the row of a class."""
    edges = {"xref": "paper", "x0": 0, "x1": 1, "y0": digit - 0.46, "y1": digit + 0.46}
    return {"type": "rect", "line": {"color": accent, "width": 2}, **edges}


def _translucent(colour: str) -> str:
    """Return a color `#RRGGBB` at 30 % opacity, so that overlapping ridges stay visible."""
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, 0.3)"
