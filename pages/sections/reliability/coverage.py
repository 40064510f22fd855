"""Accuracy against coverage: answering only when sure."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from mnist_core import cached
from mnist_core.cached import reliability
from mnist_core.evaluation.coverage import OperatingPoint, operating_point
from mnist_core.figures.coverage import coverage_figure, coverage_table
from pages.sections.reliability.common import file_name, label_colours
from pages.widgets import charts, formatting, view

MEAN_ERROR = "Error rate on average over all shares (area under the risk-coverage curve; lower is better):"
NBSP = "\u00a0"
SHARES = (50, 60, 70, 80, 85, 90, 92, 94, 95, 96, 97, 98, 99, 99.5, 100)

_number, _text = st.column_config.NumberColumn, st.column_config.TextColumn


def show_coverage(results: cached.Results, names: Sequence[str]) -> None:
    """How accurate answers are if only the surest are given."""
    curves = {name: reliability.coverage_of(results, name) for name in names}
    share = st.select_slider(
        "Answer at least this share of the digits (%)", SHARES, width=520, **view.bind("coverage", SHARES, 95)
    )
    points = {results.labels[name]: operating_point(curve, share / 100) for name, (curve, _) in curves.items()}
    left, right = st.columns([5, 4], gap="large")
    with right:
        _show_point(results, names[0], points[results.labels[names[0]]], curves[names[0]][0].area)
    with left:
        frames = {results.labels[name]: frame for name, (_, frame) in curves.items()}
        charts.show(
            coverage_figure(frames, label_colours(results, names), points),
            lambda: coverage_table(frames),
            name=file_name(results, names, "coverage"),
            alt=f"Accuracy against the share of digits that {', '.join(frames)} answer",
        )
    if len(names) > 1:
        _show_points(points, {results.labels[name]: curve.area for name, (curve, _) in curves.items()})
    st.caption(
        "The most confident predictions are answered, those of equal confidence together, and the others are left to a"
        " human. Accuracies are spaced by the logarithm of the error rate, with 95 % intervals (Wilson). The threshold"
        " is chosen on these same test digits, so expect slightly less on new ones."
    )


def _show_point(results: cached.Results, name: str, point: OperatingPoint, area: float) -> None:
    """What the chosen threshold means for the chosen classifier."""
    label, all_wrong = results.labels[name], int((results[name].y_pred != results.y_true).sum())
    st.markdown(f"**{label}** answers only at a confidence of {_threshold(point.threshold)} or more:")
    metrics = (
        ("Answered", f"{100 * point.coverage:.1f} %", f"{point.answered:,} of {point.n:,}"),
        ("Right", formatting.percent(point.accuracy), f"{formatting.interval(point.accuracy, point.answered)}"),
        ("Mistakes left", f"{point.wrong:,}", f"of {all_wrong:,}"),
        ("Left to a human", f"{point.n - point.answered:,}", f"{all_wrong - point.wrong:,} would be wrong"),
    )
    with st.container(horizontal=True):
        for title, value, note in metrics:
            st.metric(title, value, note, delta_color="off", delta_arrow="off", width=140)
    st.caption(f"{MEAN_ERROR} {100 * area:.3g} %.")
    query = {"dataset": results.dataset, "model": name}
    st.page_link("pages/errors.py", label="Its mistakes, most confident first", query_params=query)


def _show_points(points: dict[str, OperatingPoint], areas: dict[str, float]) -> None:
    rows = [
        {
            "classifier": label,
            "threshold": _threshold(point.threshold),
            "answered": 100 * point.coverage,
            "right": 100 * point.accuracy,
            "interval": formatting.interval(point.accuracy, point.answered),
            "wrong": point.wrong,
            "area": 100 * areas[label],
        }
        for label, point in points.items()
    ]
    st.dataframe(
        pd.DataFrame(rows),
        column_config={
            "classifier": _text("Classifier", pinned=True),
            "threshold": _text("Confidence at least", alignment="right"),
            "answered": _number("Answered (%)", format="%.1f"),
            "right": _number("Right (%)", format="%.2f", help="Of those that are answered."),
            "interval": _text("95 % interval", alignment="right", help="Of the accuracy, by Wilson's method."),
            "wrong": _number("Mistakes left", format="localized"),
            "area": _number(
                "Mean error (%)",
                format="%.4f",
                help=MEAN_ERROR.removesuffix(":"),
            ),
        },
        hide_index=True,
        alt="What each classifier answers at this share",
    )


def _threshold(confidence: float) -> str:
    """79.07 %, 99.987 %, and never 100 %, for a softmax is only rounded to it: > 99.9999 %"""
    if confidence >= 0.999999:
        return f"> 99.9999{NBSP}%"
    return f"{100 * confidence:.{2 if confidence < 0.999 else 4}f}{NBSP}%"
