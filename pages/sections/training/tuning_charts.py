"""Charts of the trials of a hyperparameter search."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from mnist_core.cached.tuning import Tuning
from mnist_core.classifiers.hyperparameters import display_name, value_text
from mnist_core.evaluation.tuning import Space, Trial, values_of
from mnist_core.figures import tuning as figures
from pages.widgets import charts, theme

SLICES_PER_ROW = 3


def show(found: Tuning, name: str, label: str) -> None:
    """Show all trials, the accuracy by each hyperparameter, and the progress of the search.

    `name` is the start of the names of the CSV files, and `label` the display name of the classifier.
    """
    history = found.history
    trials, space = history.trials, history.space
    colours: dict[str, Any] = {"accent": theme.accent()}
    limits = figures.accuracy_limits(found.progress["accuracy"])
    st.markdown(
        "**All trials.** Each line is a trial, from its hyperparameters to its accuracy; the best is red. Drag along an"
        " axis to select trials."
    )
    charts.show(
        figures.parallel_coordinates_figure(
            *_with_display_names(trials, space), format_value=value_text, scale=theme.sequential()[5:], **colours
        ),
        lambda: figures.trials_frame(found.table, space, value_text),
        name=f"{name}-trials",
        alt=f"Parallel coordinates of the trials of {label}",
        key="tuning trials",
    )
    st.markdown(
        "**One hyperparameter at a time.** The best trial is red; open circles are at the edges of numeric grids."
    )
    blue = theme.split_colours()["test"]
    names = list(space)
    for start in range(0, len(names), SLICES_PER_ROW):
        for column, parameter in zip(st.columns(SLICES_PER_ROW), names[start : start + SLICES_PER_ROW], strict=False):
            rows = found.slices[found.slices["parameter"] == parameter]
            texts = [value_text(value) for value in values_of(parameter, trials, space)]
            with column:
                charts.show(
                    figures.slice_figure(
                        rows.assign(parameter=display_name(parameter)), texts, limits, (blue, theme.accent())
                    ),
                    partial(figures.slices_frame, rows, value_text),
                    name=f"{name}-{parameter}",
                    alt=f"Validation accuracy by {display_name(parameter)}",
                    key=f"tuning {parameter}",
                )
    st.markdown("**Progress.** The line is the best accuracy so far.")
    charts.show(
        figures.progress_figure(found.progress, limits, colour=blue, **colours),
        lambda: figures.progress_frame(found.progress),
        name=f"{name}-search",
        alt="Validation accuracy by trial, and the best so far",
        key="tuning progress",
    )


def _with_display_names(trials: Sequence[Trial], space: Space) -> tuple[list[Trial], Space]:
    """Return trials and a search space whose hyperparameters have their display names as keys."""
    named = [
        replace(trial, parameters={display_name(name): value for name, value in trial.parameters.items()})
        for trial in trials
    ]
    return named, {display_name(name): grid for name, grid in space.items()}
