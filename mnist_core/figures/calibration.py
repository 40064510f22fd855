"""Confidence against accuracy, and how confidence is spread."""

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mnist_core.figures.corner import fit_axis, legend_above, plain_axis
from mnist_core.figures.layout import figure

MUTED = "#8C8C8C"


def calibration_figure(
    bins: Mapping[str, pd.DataFrame], colours: Mapping[str, str], *, hollow: Collection[str] = (), zoomed: bool
) -> go.Figure:
    """A reliability diagram: the accuracy in each bin of the confidence with its interval; on the diagonal is perfect.

    Parameters
    ----------
    bins : mapping of label to DataFrame
        As `calibration_bins` gives them. The larger a point, the more digits are in its bin.
    colours : mapping of label to CSS colour in hexadecimal
    hollow : collection of str
        Labels that are drawn as open circles on a dotted line.
    zoomed : bool
        Whether both axes are logarithmic towards 100 %, where most digits are.
    """
    axis = fit_axis(1 - frame[name] for frame in bins.values() for name in ("confidence", "accuracy_low", "accuracy"))
    ends = [axis.worst, axis.floor] if zoomed else [0, 100]
    diagonal = {
        "type": "scatter",
        "x": ends,
        "y": ends,
        "mode": "lines",
        "line": {"color": MUTED, "width": 1, "dash": "dot"},
        "hoverinfo": "skip",
        "name": "perfectly calibrated",
    }
    traces: list[dict[str, Any]] = [diagonal]
    for label, frame in bins.items():
        confidence, accuracy, low, high = (
            frame[name].to_numpy() for name in ("confidence", "accuracy", "accuracy_low", "accuracy_high")
        )
        if zoomed:
            x, y = axis.place(1 - confidence), axis.place(1 - accuracy)
            bars = axis.error_bars(accuracy, low, high)
        else:
            x, y = 100 * confidence, 100 * accuracy
            bars = {"type": "data", "array": 100 * (high - accuracy), "arrayminus": 100 * (accuracy - low)}
        is_open, colour = label in hollow, colours[label]
        share = np.sqrt(frame["digits"] / frame["digits"].max())
        trace = {
            "type": "scatter",
            "x": x,
            "y": y,
            # Up and down between bins with and without a mistake, a line would hide what the points say.
            "mode": "markers" if zoomed else "lines+markers",
            "name": label,
            "cliponaxis": False,
            "line": {"color": colour, "width": 1, "dash": "dot" if is_open else "solid"},
            "marker": {
                "color": colour,
                "size": (5 + 8 * share).round(1).tolist(),
                "symbol": "circle-open" if is_open else "circle",
                "opacity": 1,
            },
            "error_y": {**bars, "color": _faint(colour), "thickness": 1.5, "width": 3},
            "hovertext": [_bin_words(label, row) for row in frame.itertuples()],
            "hovertemplate": "%{hovertext}<extra></extra>",
        }
        traces.append(trace)
    titles = ("confidence (%)", "accuracy (%)")
    across, down = (axis.layout(title) if zoomed else plain_axis(title) for title in titles)
    return figure(traces, height=440, xaxis=across, yaxis=down, **legend_above())


def calibration_frame(bins: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The bins behind a reliability diagram, by label (`series`), shares in percent."""
    frame = pd.concat(bins, names=["series"]).reset_index(level=0)
    shares = ["low", "high", "confidence", "accuracy", "accuracy_low", "accuracy_high"]
    frame[shares] *= 100
    return frame.rename(columns={name: f"{name}_percent" for name in shares})


def histogram_figure(histograms: Mapping[str, pd.DataFrame], colours: Mapping[str, str]) -> go.Figure:
    """How confident predictions are, above when they are right and below when they are wrong, in percent of each.

    Parameters
    ----------
    histograms : mapping of label to DataFrame
        As `confidence_histogram` gives them.
    """
    traces: list[dict[str, Any]] = []
    for axis, kind in (("y", "right"), ("y2", "wrong")):
        for label, frame in histograms.items():
            names = [_range_text(row.low, row.high) for row in frame.itertuples()]
            total = int(frame[kind].sum())
            trace = {
                "type": "bar",
                "x": names,
                "y": 100 * frame[kind] / max(total, 1),
                "yaxis": axis,
                "name": label,
                "legendgroup": label,
                "showlegend": axis == "y" and len(histograms) > 1,
                "marker": {"color": colours[label], "line": {"width": 0}},
                "hovertext": [
                    f"<b>{label}</b>: {count:,} of {total:,} {'right answers' if kind == 'right' else 'mistakes'}"
                    f"<br>have a confidence of {name} %"
                    for count, name in zip(frame[kind], names, strict=True)
                ],
                "hovertemplate": "%{hovertext}<extra></extra>",
            }
            traces.append(trace)
    share = {"fixedrange": True, "zeroline": False, "rangemode": "tozero"}
    return figure(
        traces,
        height=440,
        bargap=0.15,
        xaxis={
            "title": {"text": "confidence (%)"},
            "fixedrange": True,
            "anchor": "y2",
            "type": "category",
            "showgrid": False,
        },
        yaxis={**share, "title": {"text": "right answers (%)"}, "domain": [0.54, 1]},
        yaxis2={**share, "title": {"text": "mistakes (%)"}, "domain": [0, 0.46]},
        **legend_above(len(histograms) > 1),
    )


def histogram_frame(histograms: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The counts behind a histogram, by label."""
    frame = pd.concat(histograms, names=["classifier"]).reset_index(level=0)
    frame[["low", "high"]] *= 100
    return frame.rename(columns={"low": "confidence_low_percent", "high": "confidence_high_percent"})


def _range_text(low: float, high: float) -> str:
    """below 30, 90 to 95, above 99.99"""
    if low == 0:
        return f"< {100 * high:g}"
    return f"> {100 * low:g}" if high == 1 else f"{100 * low:g}–{100 * high:g}"


def _bin_words(label: str, row: Any) -> str:
    return (
        f"<b>{label}</b>: {row.digits:,} {'digit' if row.digits == 1 else 'digits'}"
        f" with {100 * row.confidence:.2f} % confidence on average"
        f"<br>{100 * row.accuracy:.2f} % are right ({100 * row.accuracy_low:.2f} to {100 * row.accuracy_high:.2f})"
    )


def _faint(colour: str) -> str:
    """A hexadecimal colour, half transparent, so that what lies behind stays to be seen."""
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, 0.5)"
