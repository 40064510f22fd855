"""What a search for hyperparameters found: the best trial, what to make of it, and all trials in pictures."""

from functools import partial
from typing import Any

import streamlit as st

from mnist_core import cached
from mnist_core.base.errors import MnistCoreError
from mnist_core.cached.tuning import Tuning, load_tuning
from mnist_core.classifiers.hyperparameters import value_text
from mnist_core.classifiers.registry import base_of, members_of
from mnist_core.evaluation.tuning import values_of
from mnist_core.figures import tuning as figures
from mnist_core.store.tuning_advice import better_settings
from pages.sections.training import hyperparameters
from pages.widgets import charts, formatting, metric_row, theme
from pages.widgets.metric_row import Metric

A_ROW = 3
"""Slices side by side."""


def show(results: cached.Results, classifier: str) -> None:
    """The search for a classifier's hyperparameters; of a run of one's own, that of its classifier."""
    name = base_of(classifier)
    try:
        found = load_tuning(results.dataset, name)
    except MnistCoreError as error:
        st.error(str(error))
        return
    if members := members_of(name):
        names = formatting.listed([results.label(member) for member in members])
        st.info(f"{results.label(name)} has no settings to search: it votes over {names}.")
        return
    if found is None:
        st.info(f"The hyperparameters of {results.label(name)} have not been searched yet. In a terminal:")
        st.code(f"python -m mnist_core tune {name} --dataset {results.dataset}", language="bash")
        return
    _show_metrics(found)
    st.markdown(found.verdict)
    best = found.history.best if better_settings(found.history) else None
    if best and hyperparameters.offers(results.dataset, name, best.parameters):
        st.button(
            "Train with these settings",
            icon=":material/model_training:",
            help="Opens the form with them chosen.",
            on_click=hyperparameters.put,
            args=(name, best.parameters),
        )
    for advice in found.edges:
        st.warning(f"On the edge of its grid: {advice}", icon=":material/warning:")
    if len(found.progress):
        _show_pictures(found, f"{results.dataset}-{name}", results.label(name))
    _show_table(found, f"{results.dataset}-{name}")


def _show_metrics(found: Tuning) -> None:
    history = found.history
    tried = f"{len(history.trials)} of {history.combinations:,}"
    failed = len(history.trials) - history.completed
    metrics = [
        Metric(
            "Combinations tried",
            tried,
            "A sampler (TPE) proposes those that look promising. The first trial is the setting that was in use then.",
            f"{failed or 'none'} failed",
        )
    ]
    if (best := history.best) and best.accuracy is not None:
        interval = f"{formatting.interval(best.accuracy, history.n_holdout)} %"
        about = (
            f"On {history.n_holdout:,} digits held out of the training split. The best of several is partly luck, so on"
            " other digits expect a little less. Below: its 95 % interval (Wilson)."
        )
        settings = "; ".join(f"{name}: {value_text(value)}" for name, value in best.parameters.items())
        metrics = [
            Metric("Best held-out accuracy", formatting.percent(best.accuracy), about, interval),
            Metric("Best trial", f"{best.number}", settings, f"fit in {formatting.seconds(best.seconds)}"),
            *metrics,
        ]
    metric_row.show(metrics)


def _show_pictures(found: Tuning, name: str, label: str) -> None:
    history = found.history
    trials, space = history.trials, history.space
    colours: dict[str, Any] = {"accent": theme.accent()}
    limits = figures.accuracy_limits(found.progress["accuracy"])
    st.markdown(
        "**All trials.** Each line is one, from its values to its accuracy, the best in red. Drag along an axis to pick"
        " some out."
    )
    charts.show(
        figures.parallel_figure(trials, space, write=value_text, scale=theme.sequential()[5:], **colours),
        lambda: figures.trials_frame(found.table, space, value_text),
        name=f"{name}-trials",
        alt=f"Parallel coordinates of the trials of {label}",
        key="tuning trials",
    )
    st.markdown("**One hyperparameter at a time.** The best trial is red; rings are at an end of a grid of numbers.")
    blue = theme.split_colours()["test"]
    names = list(space)
    for start in range(0, len(names), A_ROW):
        for column, parameter in zip(st.columns(A_ROW), names[start : start + A_ROW], strict=False):
            rows = found.slices[found.slices["parameter"] == parameter]
            texts = [value_text(value) for value in values_of(parameter, trials, space)]
            with column:
                charts.show(
                    figures.slice_figure(rows, texts, limits, (blue, theme.accent())),
                    partial(figures.slices_frame, rows, value_text),
                    name=f"{name}-{parameter}",
                    alt=f"Held-out accuracy by {parameter}",
                    key=f"tuning {parameter}",
                )
    st.markdown("**Trial by trial.** The line is the best so far.")
    charts.show(
        figures.progress_figure(found.progress, limits, colour=blue, **colours),
        lambda: figures.progress_frame(found.progress),
        name=f"{name}-search",
        alt="Held-out accuracy by trial, and the best so far",
        key="tuning progress",
    )


def _show_table(found: Tuning, name: str) -> None:
    space, number = found.history.space, st.column_config.NumberColumn
    frame = figures.trials_frame(found.table, space, value_text)
    low, high = frame.pop("interval_low_percent"), frame.pop("interval_high_percent")
    complete = frame["state"] == "complete"
    ends = [f"{a:.2f} to {b:.2f}" if whole else "" for a, b, whole in zip(low, high, complete, strict=True)]
    shown = ["trial", "held_out_accuracy_percent", "interval", *space, "fit_seconds", "cores", "seed", "started_utc"]
    st.dataframe(
        frame.assign(interval=ends),
        column_config={
            "trial": number("Trial", pinned=True),
            "held_out_accuracy_percent": number("Accuracy (%)", format="%.2f", help="On the held-out digits."),
            "interval": st.column_config.TextColumn("95 % interval", alignment="right", help="By Wilson's method."),
            **{parameter: st.column_config.TextColumn(parameter, alignment="right") for parameter in space},
            "fit_seconds": number("Fit (s)", format="%.2f", help="Other trials may have shared the machine."),
            "cores": number("Cores", help="Of the machine that it ran on."),
            "seed": number("Seed"),
            "started_utc": "Started (UTC)",
            "error": st.column_config.TextColumn("Error", width="large"),
        },
        column_order=shown if complete.all() else [*shown, "error"],
        hide_index=True,
        alt="All trials, the best first",
    )
    if not len(found.progress):  # else it stands below the picture of all trials
        charts.offer_csv(lambda: frame, name=f"{name}-trials", help="The table's data.")
