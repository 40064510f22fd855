"""Accuracy against coverage: only confident predictions are used, the others are deferred to human review."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from mnist_core import cached
from mnist_core.cached import reliability
from mnist_core.evaluation.coverage import OperatingPoint, operating_point
from mnist_core.figures.coverage import coverage_curves_frame, coverage_figure
from pages.sections.reliability.common import file_name, label_colours
from pages.widgets import charts, formatting, view

MEAN_ERROR = "Mean error rate over all coverages (area under the risk-coverage curve; lower is better)"
NBSP = "\u00a0"
SHARES = (50, 60, 70, 80, 85, 90, 92, 94, 95, 96, 97, 98, 99, 99.5, 100)

_number, _text = st.column_config.NumberColumn, st.column_config.TextColumn


def show_coverage(results: cached.Results, names: Sequence[str]) -> None:
    """Show the accuracy of the most confident predictions against their share.

    The query parameter `coverage` holds the smallest share, in percent.
    """
    curves = {name: reliability.coverage_of(results, name) for name in names}
    share = st.select_slider("Minimum coverage (%)", SHARES, width=520, **view.bind("coverage", SHARES, 95))
    points = {results.labels[name]: operating_point(curve, share / 100) for name, (curve, _) in curves.items()}
    left, right = st.columns([5, 4], gap="large")
    with right:
        _show_point(results, names[0], points[results.labels[names[0]]], curves[names[0]][0].area)
    with left:
        frames = {results.labels[name]: frame for name, (_, frame) in curves.items()}
        charts.show(
            coverage_figure(frames, label_colours(results, names), points),
            lambda: coverage_curves_frame(frames),
            name=file_name(results, names, "coverage"),
            alt=f"Accuracy against coverage of {', '.join(frames)}",
        )
    if len(names) > 1:
        _show_points(points, {results.labels[name]: curve.area for name, (curve, _) in curves.items()})
    st.caption(
        "Coverage: share of digits whose prediction is used, most confident first, equal confidences together; the"
        " others are deferred to human review. Logarithmic error scale; 95 % confidence intervals (Wilson). The"
        " threshold is selected on the same test digits: expect slightly lower accuracy on new ones."
    )


def _show_point(results: cached.Results, name: str, point: OperatingPoint, area: float) -> None:
    """Show the threshold of the selected classifier, and its coverage and accuracy."""
    label, all_wrong = results.labels[name], int((results[name].y_pred != results.y_true).sum())
    st.markdown(f"**{label}** at a confidence of at least {_threshold(point.threshold)}:")
    metrics = (
        ("Coverage", f"{100 * point.coverage:.1f} %", f"{point.classified:,} of {point.n:,}", 140),
        ("Accuracy", formatting.percent(point.accuracy), formatting.interval(point.accuracy, point.classified), 140),
        ("Remaining errors", f"{point.misclassified:,}", f"of {all_wrong:,}", 140),
        (
            "Deferred to human review",
            f"{point.n - point.classified:,}",
            f"{all_wrong - point.misclassified:,} of them wrong",
            175,
        ),
    )
    with st.container(horizontal=True):
        for title, value, note, width in metrics:
            st.metric(title, value, note, delta_color="off", delta_arrow="off", width=width)
    st.caption(f"{MEAN_ERROR}: {100 * area:.3g} %.")
    query = {"dataset": results.dataset, "model": name}
    st.page_link("pages/errors.py", label="Errors, most confident first", query_params=query)


def _show_points(points: dict[str, OperatingPoint], areas: dict[str, float]) -> None:
    """Show the threshold, coverage and accuracy of several classifiers: one row per classifier."""
    rows = [
        {
            "classifier": label,
            "threshold": _threshold(point.threshold),
            "coverage": 100 * point.coverage,
            "accuracy": 100 * point.accuracy,
            "interval": formatting.interval(point.accuracy, point.classified),
            "wrong": point.misclassified,
            "area": 100 * areas[label],
        }
        for label, point in points.items()
    ]
    st.dataframe(
        pd.DataFrame(rows),
        column_config={
            "classifier": _text("Classifier", pinned=True),
            "threshold": _text("Confidence threshold", alignment="right"),
            "coverage": _number("Coverage (%)", format="%.1f"),
            "accuracy": _number("Accuracy (%)", format="%.2f", help="Accuracy on the covered digits."),
            "interval": _text(
                "95 % interval", alignment="right", help="95 % confidence interval (Wilson) of the accuracy."
            ),
            "wrong": _number("Remaining errors", format="localized"),
            "area": _number(
                "Mean error (%)",
                format="%.4f",
                help=f"{MEAN_ERROR}.",
            ),
        },
        hide_index=True,
        alt="Accuracy of each classifier at this coverage",
    )


def _threshold(confidence: float) -> str:
    """Return a confidence in percent, such as "79.07 %", "99.987 %" or "> 99.9999 %".

    Never "100 %", because a softmax probability is below 1 before rounding.
    """
    if confidence >= 0.999999:
        return f"> 99.9999{NBSP}%"
    return f"{100 * confidence:.{2 if confidence < 0.999 else 4}f}{NBSP}%"
