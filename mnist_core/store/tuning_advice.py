"""Conclusions from a hyperparameter search, as text for the page and the command line."""

import json
from collections.abc import Mapping
from typing import Any

from mnist_core.classifiers.hyperparameters import describe_changes, display_name, value_text
from mnist_core.classifiers.registry import hyperparameters_for
from mnist_core.evaluation.learning import difference_interval
from mnist_core.evaluation.tuning import Edge, edge_warnings, key_of
from mnist_core.store.tuning_history import TUNING, History, TuningHistoryError, load_history


def verdict(history: History) -> str:
    """Return a text that compares the best trial with the hyperparameters in use.

    If the best trial is better, the text says what to change and how much accuracy is gained.
    """
    if (best := history.best) is None or best.accuracy is None:
        return "No trial is complete."
    current = hyperparameters_for(history.classifier, history.dataset)
    if not (changes := better_hyperparameters(history)):
        ties = sum(trial.accuracy == best.accuracy for trial in history.trials) - 1
        others = f" Trials with the same accuracy: {ties}." if ties else ""
        return f"The hyperparameters in use are the best found: {describe_changes(best.parameters)}.{others}"
    where = "the registry" if history.dataset == "mnist" else f"the overrides of {history.dataset}"
    present = _listed({name: current[name] for name in changes})
    advice = (
        f"Trial {best.number} has a higher validation accuracy than the hyperparameters in use."
        f" To use it, set in {where}: {_listed(changes)} (now {present})."
    )
    in_use = [
        trial
        for trial in history.trials
        if all(key_of(trial.parameters[name]) == key_of(current[name]) for name in history.space)
    ]
    before = next((trial.accuracy for trial in in_use if trial.accuracy is not None), None)
    if before is None:
        return advice
    low, high = difference_interval(before, history.n_holdout, best.accuracy, history.n_holdout)
    ends = f"{100 * low:+.2f} to {100 * high:+.2f}".replace("-", "−")
    gain = f"{100 * (best.accuracy - before):.2f} percentage points (95 % confidence interval {ends})"
    return f"{advice} Gain: {gain}{', not significant' if low <= 0 else ''}."


def better_hyperparameters(history: History) -> dict[str, Any]:
    """Return the hyperparameters of the best trial that differ from those in use. Empty if no trial is complete."""
    current, best = hyperparameters_for(history.classifier, history.dataset), history.best
    found = best.parameters if best else {}
    return {name: value for name, value in found.items() if key_of(value) != key_of(current[name])}


def describe_edges(history: History) -> list[str]:
    """Return one sentence for each hyperparameter whose best value is at the edge of its grid."""
    return [describe_edge(edge) for edge in edge_warnings(history.trials, history.space)]


def describe_edge(edge: Edge) -> str:
    """Return a sentence about a best value at the edge of its grid, and what to try."""
    further = "smaller" if edge.side == "smallest" else "larger"
    value = value_text(edge.value)
    return f"{display_name(edge.parameter)}: the best value, {value}, is the {edge.side} tried. Try {further} values."


def how_chosen(dataset: str, classifier: str, hyperparameters: Mapping[str, Any]) -> str | None:
    """Return the text for a record's `chosen_by` if the hyperparameters are those of the best trial, else None."""
    try:
        history = load_history(dataset, classifier)
    except TuningHistoryError:
        return None  # a damaged history must not stop a training
    if history is None or (best := history.best) is None:
        return None
    current = json.loads(json.dumps(dict(hyperparameters)))
    if {**history.fixed, **best.parameters} != current:
        return None
    return f"{history.completed} trials on {history.n_holdout:,} held-out digits ({TUNING})"


def _listed(values: Mapping[str, Any]) -> str:
    """Return hyperparameters with the names that the registry uses, such as "alpha 1e-05, hidden 512-256"."""
    return ", ".join(f"{name} {value_text(value)}" for name, value in values.items())
