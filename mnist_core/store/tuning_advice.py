"""What to make of a search for hyperparameters, in words."""

import json
from collections.abc import Mapping
from typing import Any

from mnist_core.classifiers.hyperparameters import value_text
from mnist_core.classifiers.registry import hyperparameters_for
from mnist_core.evaluation.learning import difference_interval
from mnist_core.evaluation.tuning import Edge, edge_warnings, key_of
from mnist_core.store.tuning_history import TUNING, History, TuningHistoryError, load_history


def verdict(history: History) -> str:
    """Whether what is in use is the best found, else what to change, what that gains, and how sure it is."""
    if (best := history.best) is None or best.accuracy is None:
        return "No trial is complete, so nothing can be said."
    now = hyperparameters_for(history.classifier, history.dataset)
    if not (changes := better_settings(history)):
        equals = sum(trial.accuracy == best.accuracy for trial in history.trials) - 1
        others = f" As good: {equals} more." if equals else ""
        return f"The hyperparameters in use are the best found: {_settings(best.parameters)}.{others}"
    place = "the registry" if history.dataset == "mnist" else f"the overrides of {history.dataset}"
    present = _settings({name: now[name] for name in changes})
    said = f"Trial {best.number} is better than what is in use. To take it, set in {place}: {_settings(changes)}"
    in_use = [
        trial
        for trial in history.trials
        if all(key_of(trial.parameters[name]) == key_of(now[name]) for name in history.space)
    ]
    before = next((trial.accuracy for trial in in_use if trial.accuracy is not None), None)
    if before is None:
        return f"{said} (now {present})."
    low, high = (100 * end for end in difference_interval(before, history.n_holdout, best.accuracy, history.n_holdout))
    ends = f"{low:+.2f} to {high:+.2f}".replace("-", "−")
    gain = f"{100 * (best.accuracy - before):.2f} percentage points (95 % interval {ends})"
    return f"{said} (now {present}). It gains {gain}{', which can be chance' if low <= 0 else ''}."


def better_settings(history: History) -> dict[str, Any]:
    """What the best trial has that is not in use; empty if that is the best found, or no trial is complete."""
    now, best = hyperparameters_for(history.classifier, history.dataset), history.best
    found = best.parameters if best else {}
    return {name: value for name, value in found.items() if key_of(value) != key_of(now[name])}


def describe_edges(history: History) -> list[str]:
    """What to do about best values on the edge of their grids."""
    return [describe_edge(edge) for edge in edge_warnings(history.trials, history.space)]


def describe_edge(edge: Edge) -> str:
    """What to do about a best value on the edge of its grid."""
    further = "smaller" if edge.side == "smallest" else "larger"
    return f"{edge.parameter}: the best value, {value_text(edge.value)}, is the {edge.side} tried. Try {further} ones."


def how_chosen(dataset: str, classifier: str, hyperparameters: Mapping[str, Any]) -> str | None:
    """What to say of hyperparameters that are those of the best trial; None if they are not, or nothing was tuned."""
    try:
        history = load_history(dataset, classifier)
    except TuningHistoryError:
        return None  # a training does not depend on it
    if history is None or (best := history.best) is None:
        return None
    today = json.loads(json.dumps(dict(hyperparameters)))
    if {**history.fixed, **best.parameters} != today:
        return None
    return f"{history.completed} trials on {history.n_holdout:,} held-out digits ({TUNING})"


def _settings(values: Mapping[str, Any]) -> str:
    """alpha 1e-05, hidden 512-256"""
    return ", ".join(f"{name} {value_text(value)}" for name, value in values.items())
