"""Summaries of a hyperparameter search: best trial, best values at the edge of a grid, accuracy by parameter."""

import itertools
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from mnist_core.base.schema import Count, Seconds, Share
from mnist_core.evaluation.metrics import accuracy_interval

Space = Mapping[str, Sequence[Any]]
"""Search space: the grid of values of each parameter."""
State = Literal["complete", "failed"]


@dataclass(frozen=True)
class Trial:
    """One training of a hyperparameter search.

    Attributes
    ----------
    number : int
        Position in the order of proposals, from 0.
    parameters : mapping
        Values of the parameters in the search space.
    accuracy : float or None
        Validation accuracy in 0..1, or None if the trial failed.
    seconds : float
        Wall-clock time of the fit, or until the failure.
    cores : int
        Cores of the machine. Other trials may have used them at the same time.
    error : str
        Last line of the traceback, or empty.
    seed : int
        Seed of the estimator.
    started : str
        Start time, ISO 8601 in UTC.
    """

    number: Count
    parameters: Mapping[str, Any]
    accuracy: Share | None
    seconds: Seconds
    cores: Count
    state: State
    error: str
    seed: int
    started: str


@dataclass(frozen=True)
class Edge:
    """A parameter whose best value is the smallest or largest of its grid."""

    parameter: str
    value: Any
    side: Literal["smallest", "largest"]


def best_trial(trials: Sequence[Trial]) -> Trial | None:
    """Return the trial with the highest accuracy, the first one if several are equal, or None if none is complete."""
    return max(_complete(trials), key=lambda trial: (_accuracy(trial), -trial.number), default=None)


def edge_warnings(trials: Sequence[Trial], space: Space) -> list[Edge]:
    """Return the parameters whose best value is at the edge of its grid. A better value may be outside the grid.

    Only grids of numbers have edges, and 0 is never a lower edge. Both values of a grid of two are edges. A parameter
    is left out if fewer than two of its values have been tried. It is also left out if trials with the best accuracy
    have values that are not at the same edge.
    """
    complete = _complete(trials)
    if (best := best_trial(complete)) is None:
        return []
    best_trials = [trial for trial in complete if trial.accuracy == best.accuracy]
    edges = []
    for name, grid in space.items():
        if not is_numeric(grid) or len({trial.parameters[name] for trial in complete}) < 2:
            continue
        value = best.parameters[name]
        if value != 0 and all(trial.parameters[name] <= min(grid) for trial in best_trials):
            edges.append(Edge(name, value, "smallest"))
        elif all(trial.parameters[name] >= max(grid) for trial in best_trials):
            edges.append(Edge(name, value, "largest"))
    return edges


def best_so_far(trials: Sequence[Trial]) -> pd.DataFrame:
    """Return one row per complete trial, by number: `number`, `accuracy`, and `best`, the highest accuracy so far."""
    complete = sorted(_complete(trials), key=lambda trial: trial.number)
    accuracies = [_accuracy(trial) for trial in complete]
    return pd.DataFrame(
        {
            "number": [trial.number for trial in complete],
            "accuracy": accuracies,
            "best": list(itertools.accumulate(accuracies, max)),
        }
    )


def slices(trials: Sequence[Trial], space: Space) -> pd.DataFrame:
    """Return one row per complete trial and parameter, with the value of the parameter and the accuracy.

    Returns
    -------
    DataFrame with these columns
        parameter, value
            The parameter and its value.
        position : int
            Position of the value in `values_of`, from 0.
        number, accuracy
            Number of the trial, and its accuracy in 0..1.
        best : bool
            Whether it is the best trial.
        edge : bool
            Whether the value is the smallest or largest number.
    """
    best = best_trial(trials)
    rows = []
    for name in space:
        values = values_of(name, trials, space)
        keys = [key_of(value) for value in values]
        numeric = is_numeric(values)
        for trial in _complete(trials):
            position = keys.index(key_of(trial.parameters[name]))
            rows.append(
                {
                    "parameter": name,
                    "value": trial.parameters[name],
                    "position": position,
                    "number": trial.number,
                    "accuracy": trial.accuracy,
                    "best": trial is best,
                    "edge": numeric and position in (0, len(values) - 1),
                }
            )
    columns = ["parameter", "value", "position", "number", "accuracy", "best", "edge"]
    return _frame(rows, columns, object_columns=["value"])


def trials_table(trials: Sequence[Trial], space: Space, n_holdout: int) -> pd.DataFrame:
    """Return one row per trial, highest accuracy first and failed trials last.

    Returns
    -------
    DataFrame with these columns
        trial, state
            Number of the trial, and "complete" or "failed".
        one column for each parameter of the search space
        accuracy, low, high : float in 0..1
            Validation accuracy and its 95 % confidence interval (Wilson) for `n_holdout` samples. NaN if the trial
            failed.
        seconds, cores, seed, started, error
            As in `Trial`.
    """
    rows: list[dict[str, Any]] = []
    failed = [trial for trial in trials if trial.state == "failed"]
    for trial in [*sorted(_complete(trials), key=lambda trial: (-_accuracy(trial), trial.number)), *failed]:
        accuracy, low, high = math.nan, math.nan, math.nan
        if trial.accuracy is not None:
            accuracy, (low, high) = trial.accuracy, accuracy_interval(trial.accuracy, n_holdout)
        measured = {"accuracy": accuracy, "low": low, "high": high, "seconds": trial.seconds}
        details = {"cores": trial.cores, "seed": trial.seed, "started": trial.started, "error": trial.error}
        parameters = {name: trial.parameters[name] for name in space}
        rows.append({"trial": trial.number, "state": trial.state, **parameters, **measured, **details})
    columns = ["trial", "state", *space, "accuracy", "low", "high", "seconds", "cores", "seed", "started", "error"]
    return _frame(rows, columns, object_columns=space)


def values_of(name: str, trials: Sequence[Trial], space: Space) -> list[Any]:
    """Return the values of a parameter in its grid and in trials: numbers sorted, others in order of appearance."""
    found = {key_of(value): value for value in space[name]}
    for trial in trials:
        found.setdefault(key_of(trial.parameters[name]), trial.parameters[name])
    values = list(found.values())
    return sorted(values) if is_numeric(values) else values


def is_numeric(values: Sequence[Any]) -> bool:
    """Return whether all values are numbers. Booleans are not numbers."""
    return all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)


def key_of(value: Any) -> str:
    """Return a text that is the same for equal values: for 10 and 10.0, but not for 1 and True."""
    return repr(float(value)) if is_numeric([value]) else json.dumps(value, sort_keys=True)


def _frame(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], *, object_columns: Iterable[str]) -> pd.DataFrame:
    """Return rows as a frame with some columns of dtype object, so that 10 beside 0.1 stays an integer."""
    dtypes = {name: object if name in set(object_columns) else None for name in columns}
    return pd.DataFrame({name: pd.Series([row[name] for row in rows], dtype=dtype) for name, dtype in dtypes.items()})


def _complete(trials: Sequence[Trial]) -> list[Trial]:
    """Return the trials that did not fail."""
    return [trial for trial in trials if trial.state == "complete"]


def _accuracy(trial: Trial) -> float:
    """Return the accuracy of a complete trial."""
    assert trial.accuracy is not None
    return trial.accuracy
