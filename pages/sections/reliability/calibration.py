"""Calibration before and after temperature scaling."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from mnist_core import cached
from mnist_core.cached import reliability
from mnist_core.evaluation.calibration import Binning
from mnist_core.figures.calibration import calibration_figure, calibration_frame
from mnist_core.figures.layout import MUTED
from pages.sections.reliability.common import choose_axes, file_name, label_colours
from pages.widgets import charts, formatting, view

BINNINGS = {"mass": "Equal counts", "width": "Equal widths"}

CHANCE = (
    "By chance: 95th percentile of the error of a perfectly calibrated classifier with these confidences on a test set"
    " of this size. In the simulation, each prediction is correct with the probability of its confidence."
)
BRIER = "Brier score, summed over the ten digits: 0 to 2, lower is better."

_number, _text = st.column_config.NumberColumn, st.column_config.TextColumn


def show_calibration(results: cached.Results, names: Sequence[str]) -> None:
    """Show a reliability diagram, and calibration errors and Brier scores before and after temperature scaling.

    The query parameter `bins` holds the binning.
    """
    with st.container(horizontal=True, vertical_alignment="bottom"):
        by = st.segmented_control(
            "Bins",
            list(BINNINGS),
            format_func=BINNINGS.__getitem__,
            required=True,
            **view.bind("bins", list(BINNINGS), "mass"),
        )
        zoomed = choose_axes()
    stages = {results.labels[name]: reliability.calibrations(results, name) for name in names}
    bins, colours = {label: both["after"].bins[by] for label, both in stages.items()}, label_colours(results, names)
    before = "before temperature scaling"
    if len(names) == 1:
        ((label, both),) = stages.items()
        bins = {before: both["before"].bins[by], "after": both["after"].bins[by]}
        colours = {before: MUTED, "after": colours[label]}
    left, right = st.columns([5, 4], gap="large") if len(names) == 1 else (st.container(), st.container())
    with left:
        charts.show(
            calibration_figure(bins, colours, hollow=[before], log_scale=zoomed),
            lambda: calibration_frame(bins),
            name=file_name(results, names, "calibration"),
            alt=f"Confidence against accuracy of {', '.join(stages)}",
        )
    with right:
        if len(names) == 1:
            _show_stages(stages[results.labels[names[0]]])
            st.markdown(_compare_with_chance(results, names[0], by))
        else:
            _show_errors(
                stages, {results.labels[name]: reliability.chance_error(results, name, by) for name in names}, by
            )
        st.caption(CHANCE)
    st.caption(
        f"{_describe_temperature(results, names[0])} Points: confidence bins with the 95 % confidence interval of their"
        " accuracy (Wilson); larger ones have more digits. On the diagonal, confidence equals accuracy; below it, the"
        " classifier is overconfident."
    )


def _show_stages(stages: Mapping[reliability.Stage, reliability.Calibration]) -> None:
    """Show the calibration of one classifier: one row before and one after temperature scaling."""
    rows = [
        {"stage": stage, "mass": 100 * one.errors["mass"], "width": 100 * one.errors["width"], "brier": one.brier}
        for stage, one in stages.items()
    ]
    st.dataframe(
        pd.DataFrame(rows),
        column_config={
            "stage": _text("Temperature scaling", help="Before and after dividing the scores by the temperature."),
            "mass": _number("ECE (%)", format="%.2f", help="Expected calibration error with 15 bins of equal counts."),
            "width": _number(
                "Equal widths (%)", format="%.2f", help="Expected calibration error with 15 bins of equal width."
            ),
            "brier": _number("Brier", format="%.4f", help=BRIER),
        },
        hide_index=True,
        height="content",
        alt="Calibration error and Brier score before and after temperature scaling",
    )


def _show_errors(
    stages: Mapping[str, Mapping[reliability.Stage, reliability.Calibration]], chance: Mapping[str, float], by: Binning
) -> None:
    """Show the calibration of several classifiers: one row per classifier.

    `stages` and `chance`, the errors expected by chance, are by label.
    """
    rows = [
        {
            "classifier": label,
            "error before": 100 * both["before"].errors[by],
            "error after": 100 * both["after"].errors[by],
            "chance": 100 * chance[label],
            "brier before": both["before"].brier,
            "brier after": both["after"].brier,
        }
        for label, both in stages.items()
    ]
    st.dataframe(
        pd.DataFrame(rows),
        column_config={
            "classifier": _text("Classifier", pinned=True),
            "error before": _number("ECE before (%)", format="%.2f", help="Before temperature scaling."),
            "error after": _number("ECE after (%)", format="%.2f", help="After temperature scaling."),
            "chance": _number("By chance (%)", format="%.2f", help=CHANCE),
            "brier before": _number("Brier before", format="%.4f", help=BRIER),
            "brier after": _number("Brier after", format="%.4f", help=BRIER),
        },
        hide_index=True,
        height="content",
        alt="Calibration errors and Brier scores before and after temperature scaling",
    )


def _compare_with_chance(results: cached.Results, name: str, by: Binning) -> str:
    """Return a sentence that compares the calibration error with the error expected by chance."""
    error = reliability.calibrations(results, name)["after"].errors[by]
    chance = reliability.chance_error(results, name, by)
    verdict = "No sign of miscalibration." if error <= chance else "The error is larger than expected by chance."
    errors = f"calibration error {formatting.percent(error)}, by chance up to {formatting.percent(chance)}"
    return f"**{results.labels[name]}**: {errors}. {verdict}"


def _describe_temperature(results: cached.Results, name: str) -> str:
    """Return a sentence with the temperature and the data that it was fitted on."""
    record = results[name].record
    if record.cross_validation:
        data = f"out-of-fold scores of {record.n_train:,} training digits"
    else:
        data = f"validation split of {record.n_holdout:,} training digits"
    return (
        f"The temperature of {results.labels[name]}, {record.temperature:.4g}, was fitted on the {data}; the test set"
        " was not used."
    )
