"""Hyperparameter search of a classifier: the best trial, advice, and a table of all trials."""

import streamlit as st

from mnist_core import cached
from mnist_core.base.errors import MnistCoreError
from mnist_core.cached.tuning import Tuning, load_tuning
from mnist_core.classifiers.hyperparameters import display_name, value_text
from mnist_core.classifiers.registry import base_of, members_of
from mnist_core.figures import tuning as figures
from mnist_core.store.tuning_advice import better_hyperparameters
from pages.sections.training import form, tuning_charts
from pages.widgets import charts, formatting, metric_row
from pages.widgets.metric_row import Metric


def show(results: cached.Results, classifier: str) -> None:
    """Show the hyperparameter search of a classifier, or of the classifier that a custom run is based on."""
    name = base_of(classifier)
    try:
        found = load_tuning(results.dataset, name)
    except MnistCoreError as error:
        st.error(str(error))
        return
    if members := members_of(name):
        names = formatting.listed([results.label(member) for member in members])
        st.info(f"{results.label(name)} combines {names} and has no hyperparameters to search.")
        return
    if found is None:
        st.info(f"The hyperparameters of {results.label(name)} have not been searched yet. Run in a terminal:")
        st.code(f"python -m mnist_core tune {name} --dataset {results.dataset}", language="bash")
        return
    _show_metrics(found)
    st.markdown(found.verdict)
    best = found.history.best if better_hyperparameters(found.history) else None
    if best and form.can_show(results.dataset, name, best.parameters):
        st.button(
            "Train with these hyperparameters",
            icon=":material/model_training:",
            help="Opens the training form with the hyperparameters of the best trial.",
            on_click=form.open_with,
            args=(name, best.parameters),
        )
    for advice in found.edges:
        st.warning(f"Best value at the edge of its grid. {advice}", icon=":material/warning:")
    if len(found.progress):
        tuning_charts.show(found, f"{results.dataset}-{name}", results.label(name))
    _show_table(found, f"{results.dataset}-{name}")


def _show_metrics(found: Tuning) -> None:
    """Show the best trial, if any is complete, and the number of trials."""
    history = found.history
    tried = f"{len(history.trials)} of {history.combinations:,}"
    failed = len(history.trials) - history.completed
    metrics = [
        Metric(
            "Combinations tried",
            tried,
            "The sampler (TPE) proposes promising ones. The first trial has the hyperparameters that were in use then.",
            f"{failed or 'none'} failed",
        )
    ]
    if (best := history.best) and best.accuracy is not None:
        interval = f"{formatting.interval(best.accuracy, history.n_holdout)} %"
        about = (
            f"On a validation split of {history.n_holdout:,} training digits. The best of several trials is biased"
            " upwards: expect slightly less on other digits. Below: 95 % confidence interval (Wilson)."
        )
        values = "; ".join(f"{display_name(name)}: {value_text(value)}" for name, value in best.parameters.items())
        metrics = [
            Metric("Best validation accuracy", formatting.percent(best.accuracy), about, interval),
            Metric("Best trial", f"{best.number}", values, f"fit in {formatting.seconds(best.seconds)}"),
            *metrics,
        ]
    metric_row.show(metrics)


def _show_table(found: Tuning, name: str) -> None:
    """Show a table of all trials, with a CSV file if no chart offers one."""
    space, number = found.history.space, st.column_config.NumberColumn
    frame = figures.trials_frame(found.table, space, value_text)
    low, high = frame.pop("interval_low_percent"), frame.pop("interval_high_percent")
    complete = frame["state"] == "complete"
    intervals = [f"{a:.2f} to {b:.2f}" if whole else "" for a, b, whole in zip(low, high, complete, strict=True)]
    shown = ["trial", "validation_accuracy_percent", "interval", *space, "fit_seconds", "cores", "seed", "started_utc"]
    st.dataframe(
        frame.assign(interval=intervals),
        column_config={
            "trial": number("Trial", pinned=True),
            "validation_accuracy_percent": number("Accuracy (%)", format="%.2f", help="On the validation split."),
            "interval": st.column_config.TextColumn(
                "95 % interval", alignment="right", help="95 % confidence interval (Wilson)."
            ),
            **{
                parameter: st.column_config.TextColumn(display_name(parameter), alignment="right")
                for parameter in space
            },
            "fit_seconds": number("Fit (s)", format="%.2f", help="Other trials may have run at the same time."),
            "cores": number("Cores", help="CPU cores of the machine."),
            "seed": number("Seed"),
            "started_utc": "Started (UTC)",
            "error": st.column_config.TextColumn("Error", width="large"),
        },
        column_order=shown if complete.all() else [*shown, "error"],
        hide_index=True,
        alt="All trials, best first",
    )
    if not len(found.progress):  # Otherwise the chart of all trials offers the same data.
        charts.offer_csv(lambda: frame, name=f"{name}-trials", help="The table's data.")
