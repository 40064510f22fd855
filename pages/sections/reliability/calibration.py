"""Calibration, and how confidence is spread."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import streamlit as st

from mnist_core import cached
from mnist_core.cached import reliability
from mnist_core.evaluation.calibration import Binning
from mnist_core.figures.calibration import (
    MUTED,
    calibration_figure,
    calibration_frame,
    histogram_figure,
    histogram_frame,
)
from pages.sections.reliability.common import SPACING, choose_axes, file_name, label_colours
from pages.widgets import charts, formatting, view

BINNINGS = {"mass": "Equal counts", "width": "Equal widths"}

CHANCE = (
    "By chance: a perfectly calibrated classifier with these confidences stays below this in 95 of 100 tests of this"
    " size (found by drawing right and wrong with the probabilities that it names)."
)
BRIER = "Brier score, summed over the ten digits: 0 to 2, lower is better."

_number, _text = st.column_config.NumberColumn, st.column_config.TextColumn


def show_calibration(results: cached.Results, names: Sequence[str]) -> None:
    """A reliability diagram, and calibration errors and Brier scores before and after the temperature."""
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
    before = "before the temperature"
    if len(names) == 1:
        ((label, both),) = stages.items()
        bins = {before: both["before"].bins[by], "after": both["after"].bins[by]}
        colours = {before: MUTED, "after": colours[label]}
    left, right = st.columns([5, 4], gap="large") if len(names) == 1 else (st.container(), st.container())
    with left:
        charts.show(
            calibration_figure(bins, colours, hollow=[before], zoomed=zoomed),
            lambda: calibration_frame(bins),
            name=file_name(results, names, "calibration"),
            alt=f"Confidence against accuracy of {', '.join(stages)}",
        )
    with right:
        if len(names) == 1:
            _show_stages(stages[results.labels[names[0]]])
            st.markdown(_chance_words(results, names[0], by))
        else:
            _show_errors(
                stages, {results.labels[name]: reliability.chance_error(results, name, by) for name in names}, by
            )
        st.caption(CHANCE)
    st.caption(
        f"{_temperature_words(results, names)} A point is a bin of the confidence, with the 95 % interval of its"
        " accuracy (Wilson): on the diagonal, confidence is what it says; below it, too sure."
        f" The larger a point, the more digits. {SPACING}"
    )


def _show_stages(stages: Mapping[reliability.Stage, reliability.Calibration]) -> None:
    """One classifier's calibration: a row before and a row after the temperature."""
    rows = [
        {"stage": stage, "mass": 100 * one.errors["mass"], "width": 100 * one.errors["width"], "brier": one.brier}
        for stage, one in stages.items()
    ]
    st.dataframe(
        pd.DataFrame(rows),
        column_config={
            "stage": _text("Temperature", help="Before and after the scores are divided by it."),
            "mass": _number("ECE (%)", format="%.2f", help="Expected calibration error, 15 bins of equal counts."),
            "width": _number("equal widths (%)", format="%.2f", help="The same with 15 bins of equal width."),
            "brier": _number("Brier", format="%.4f", help=BRIER),
        },
        hide_index=True,
        height="content",
        alt="Calibration error and Brier score before and after the temperature",
    )


def _show_errors(
    stages: Mapping[str, Mapping[reliability.Stage, reliability.Calibration]], chance: Mapping[str, float], by: Binning
) -> None:
    """The calibration of several classifiers: a row for each of them."""
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
            "error before": _number("ECE before (%)", format="%.2f", help="Of the scores as they are."),
            "error after": _number(
                "ECE after (%)", format="%.2f", help="After the scores are divided by a temperature."
            ),
            "chance": _number("By chance up to (%)", format="%.2f", help=CHANCE),
            "brier before": _number("Brier before", format="%.4f", help=BRIER),
            "brier after": _number("Brier after", format="%.4f", help=BRIER),
        },
        hide_index=True,
        height="content",
        alt="Calibration errors and Brier scores before and after the temperature",
    )


def _chance_words(results: cached.Results, name: str, by: Binning) -> str:
    """Whether a calibration error is more than the accident of a test of this size."""
    error = reliability.calibrations(results, name)["after"].errors[by]
    chance = reliability.chance_error(results, name, by)
    verdict = "no sign of miscalibration" if error <= chance else "more than chance"
    found = f"an error of {formatting.percent(error)}, by chance up to {formatting.percent(chance)}"
    return f"**{results.labels[name]}**: {found}: {verdict}."


def _temperature_words(results: cached.Results, names: Sequence[str]) -> str:
    """Where the temperatures come from, which is never the test split."""
    record = results[names[0]].record
    if record.cross_validation:
        chosen = f"{record.n_train:,} training digits, each scored by a model that had not seen it (out-of-fold scores)"
    else:
        chosen = f"{record.n_holdout:,} training digits held out from the model that scored them"
    return (
        f"The scores of {results.labels[names[0]]} are divided by a temperature of {record.temperature:.4g}, fitted on"
        f" {chosen}; the test digits had no say in it."
    )


def show_confidence(results: cached.Results, names: Sequence[str]) -> None:
    """How confident right answers and mistakes are."""
    histograms = {results.labels[name]: reliability.histogram(results, name) for name in names}
    charts.show(
        histogram_figure(histograms, label_colours(results, names)),
        lambda: histogram_frame(histograms),
        name=file_name(results, names, "confidence"),
        alt=f"How confident right answers and mistakes of {', '.join(histograms)} are",
    )
    st.markdown("\n\n".join(f"**{results.labels[name]}**: {_median_words(results, name)}." for name in names))
    st.caption(
        "Above the right answers, below the mistakes, each as a share of its own kind: where the two look alike,"
        " confidence says little. The bins get narrower towards 100 %, where most predictions are."
    )


def _median_words(results: cached.Results, name: str) -> str:
    """How confident a classifier's typical right answer is, and its typical mistake."""
    correct, said = results[name].y_pred == results.y_true, []
    for what, kind in (("right answer", correct), ("mistake", ~correct)):
        if count := int(kind.sum()):
            median = formatting.confidence(float(np.median(results[name].confidence[kind])))
            said.append(f"{median} for its {count:,} {what}{'' if count == 1 else 's'}")
    return f"median confidence {', '.join(said)}"
