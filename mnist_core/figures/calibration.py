"""Reliability diagrams and confidence histograms."""

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mnist_core.figures.layout import MUTED, base_figure, legend_above, linear_axis
from mnist_core.figures.log_error_axis import fit_axis
from mnist_core.figures.wording import confidence_interval, count_digits


def calibration_figure(
    bins: Mapping[str, pd.DataFrame], colours: Mapping[str, str], *, hollow: Collection[str] = (), log_scale: bool
) -> go.Figure:
    """Return a reliability diagram: accuracy against mean confidence in each bin of the confidence.

    The diagonal is perfect calibration. Error bars are 95 % confidence intervals of the accuracy. Markers of bins with
    more digits are larger.

    Parameters
    ----------
    bins : mapping of label to DataFrame
        As returned by `calibration_bins`.
    colours : mapping of label to hexadecimal CSS color
    hollow : collection of str
        Labels drawn as open circles with a dotted line.
    log_scale : bool
        Whether both axes have a logarithmic error scale. Most confidences are close to 100 %.
    """
    axis = fit_axis(1 - frame[name] for frame in bins.values() for name in ("confidence", "accuracy_low", "accuracy"))
    ends = [axis.worst, axis.floor] if log_scale else [0, 100]
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
        if log_scale:
            x, y = axis.coordinates(1 - confidence), axis.coordinates(1 - accuracy)
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
            # On a logarithmic scale, a line would jump between bins with and without an error and hide the points.
            "mode": "markers" if log_scale else "lines+markers",
            "name": label,
            "cliponaxis": False,
            "line": {"color": colour, "width": 1, "dash": "dot" if is_open else "solid"},
            "marker": {
                "color": colour,
                "size": (5 + 8 * share).round(1).tolist(),
                "symbol": "circle-open" if is_open else "circle",
                "opacity": 1,
            },
            "error_y": {**bars, "color": _translucent(colour), "thickness": 1.5, "width": 3},
            "hovertext": [_bin_hover(label, row) for row in frame.itertuples()],
            "hovertemplate": "%{hovertext}<extra></extra>",
        }
        traces.append(trace)
    titles = ("Confidence (%)", "Accuracy (%)")
    xaxis, yaxis = (axis.layout(title) if log_scale else linear_axis(title) for title in titles)
    return base_figure(traces, height=440, xaxis=xaxis, yaxis=yaxis, **legend_above())


def calibration_frame(bins: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the bins of a reliability diagram with their label in `series` and shares in percent."""
    frame = pd.concat(bins, names=["series"]).reset_index(level=0)
    shares = ["low", "high", "confidence", "accuracy", "accuracy_low", "accuracy_high"]
    frame[shares] *= 100
    names = {"low": "confidence_low", "high": "confidence_high"}
    return frame.rename(columns={name: f"{names.get(name, name)}_percent" for name in shares})


def histogram_figure(histograms: Mapping[str, pd.DataFrame], colours: Mapping[str, str]) -> go.Figure:
    """Return two histograms of the confidence: of correct predictions (top) and of misclassified digits (bottom).

    Bars are percentages of all correct predictions and of all misclassified digits, respectively.

    Parameters
    ----------
    histograms : mapping of label to DataFrame
        As returned by `confidence_histogram`.
    colours : mapping of label to CSS color
    """
    traces: list[dict[str, Any]] = []
    for axis, kind in (("y", "right"), ("y2", "wrong")):
        for label, frame in histograms.items():
            names = [_bin_name(row.low, row.high) for row in frame.itertuples()]
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
                    f"<b>{label}</b>: {count:,} of {total:,} "
                    f"{'correct predictions' if kind == 'right' else 'misclassified digits'}<br>confidence {name} %"
                    for count, name in zip(frame[kind], names, strict=True)
                ],
                "hovertemplate": "%{hovertext}<extra></extra>",
            }
            traces.append(trace)
    share = {"fixedrange": True, "zeroline": False, "rangemode": "tozero"}
    return base_figure(
        traces,
        height=440,
        bargap=0.15,
        xaxis={
            "title": {"text": "Confidence (%)"},
            "fixedrange": True,
            "anchor": "y2",
            "type": "category",
            "showgrid": False,
        },
        yaxis={**share, "title": {"text": "Correct (%)"}, "domain": [0.54, 1]},
        yaxis2={**share, "title": {"text": "Misclassified (%)"}, "domain": [0, 0.46]},
        **legend_above(len(histograms) > 1),
    )


def histogram_frame(histograms: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the counts `correct` and `misclassified` of each bin of the confidence, with the label in `classifier`."""
    frame = pd.concat(histograms, names=["classifier"]).reset_index(level=0)
    frame[["low", "high"]] *= 100
    names = {"low": "confidence_low_percent", "high": "confidence_high_percent"}
    return frame.rename(columns={**names, "right": "correct", "wrong": "misclassified"})


def _bin_name(low: float, high: float) -> str:
    """Return the name of a bin of confidences in 0..1, in percent: "< 30", "90–95", "> 99.99"."""
    if low == 0:
        return f"< {100 * high:g}"
    return f"> {100 * low:g}" if high == 1 else f"{100 * low:g}–{100 * high:g}"


def _bin_hover(label: str, row: Any) -> str:
    """Return the hover text of a bin of the confidence."""
    return (
        f"<b>{label}</b>: {count_digits(row.digits)}"
        f"<br>mean confidence {100 * row.confidence:.2f} %"
        f"<br>accuracy {100 * row.accuracy:.2f} % ({confidence_interval(row.accuracy_low, row.accuracy_high)})"
    )


def _translucent(colour: str) -> str:
    """Return a hexadecimal color at half opacity, so that overlapping error bars stay visible."""
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, 0.5)"
