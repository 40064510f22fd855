"""What a search for hyperparameters found: the best trial, values on the edge of a grid, one parameter at a time."""

import itertools
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from mnist_core.evaluation.metrics import accuracy_interval

Space = Mapping[str, Sequence[Any]]
"""The values to try of each parameter: its grid."""
State = Literal["complete", "failed"]


@dataclass(frozen=True)
class Trial:
    """One training of a search.

    Attributes
    ----------
    number : int
        Trials are proposed in this order, from 0.
    parameters : mapping
        The values of the parameters that are searched.
    accuracy : float or None
        Share of the held-out digits, 0..1; None if it failed.
    seconds : float
        Wall-clock time of the fit, or until it failed.
    cores : int
        Of the machine, which other trials may have shared.
    error : str
        The last line of what went wrong.
    seed : int
        Of the estimator.
    started : str
        ISO 8601, UTC.
    """

    number: int
    parameters: Mapping[str, Any]
    accuracy: float | None
    seconds: float
    cores: int
    state: State
    error: str
    seed: int
    started: str


@dataclass(frozen=True)
class Edge:
    """A parameter whose best value is the last one of its grid on one side."""

    parameter: str
    value: Any
    side: Literal["smallest", "largest"]


def best_trial(trials: Sequence[Trial]) -> Trial | None:
    """The trial with the highest accuracy, of equals the first; None if none is complete."""
    return max(_complete(trials), key=lambda trial: (_accuracy(trial), -trial.number), default=None)


def edge_warnings(trials: Sequence[Trial], space: Space) -> list[Edge]:
    """The parameters whose best value sits on the edge of its grid: something better may lie beyond.

    Only numbers have a beyond, and 0 none below it; of a grid of two both lie on its edges. A parameter is not named
    before two of its values have been tried, nor if a trial as good as the best has a value further in, or on the
    other edge.
    """
    complete = _complete(trials)
    if (best := best_trial(complete)) is None:
        return []
    winners = [trial for trial in complete if trial.accuracy == best.accuracy]
    edges = []
    for name, grid in space.items():
        if not is_numeric(grid) or len({trial.parameters[name] for trial in complete}) < 2:
            continue
        value = best.parameters[name]
        if value != 0 and all(trial.parameters[name] <= min(grid) for trial in winners):
            edges.append(Edge(name, value, "smallest"))
        elif all(trial.parameters[name] >= max(grid) for trial in winners):
            edges.append(Edge(name, value, "largest"))
    return edges


def best_so_far(trials: Sequence[Trial]) -> pd.DataFrame:
    """One row a complete trial, in their order: `number`, `accuracy`, and `best` of this one and those before it."""
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
    """One row a complete trial and parameter: how accuracy goes with each value, whatever the others are.

    Returns
    -------
    DataFrame
        `parameter`, `value`; `place` of the value among all that are or were to be tried, from 0, numbers in order;
        `number` and `accuracy` of the trial; `best`, whether it is the best; `edge`, whether a number is the smallest
        or the largest.
    """
    best = best_trial(trials)
    rows = []
    for name in space:
        values = values_of(name, trials, space)
        keys = [key_of(value) for value in values]
        numeric = is_numeric(values)
        for trial in _complete(trials):
            place = keys.index(key_of(trial.parameters[name]))
            rows.append(
                {
                    "parameter": name,
                    "value": trial.parameters[name],
                    "place": place,
                    "number": trial.number,
                    "accuracy": trial.accuracy,
                    "best": trial is best,
                    "edge": numeric and place in (0, len(values) - 1),
                }
            )
    columns = ["parameter", "value", "place", "number", "accuracy", "best", "edge"]
    return _frame(rows, columns, as_they_are=["value"])


def trials_table(trials: Sequence[Trial], space: Space, n_holdout: int) -> pd.DataFrame:
    """One row a trial, the best first and those that failed last.

    Returns
    -------
    DataFrame
        `trial`, `state`, then the parameters by their names; `accuracy` on the held-out digits with `low` and `high`,
        its 95 % interval (Wilson), shares in 0..1 or NaN; `seconds`, `cores`, `seed`, `started`, `error`.
    """
    rows: list[dict[str, Any]] = []
    failed = [trial for trial in trials if trial.state == "failed"]
    for trial in [*sorted(_complete(trials), key=lambda trial: (-_accuracy(trial), trial.number)), *failed]:
        accuracy, low, high = math.nan, math.nan, math.nan
        if trial.accuracy is not None:
            accuracy, (low, high) = trial.accuracy, accuracy_interval(trial.accuracy, n_holdout)
        measured = {"accuracy": accuracy, "low": low, "high": high, "seconds": trial.seconds}
        about = {"cores": trial.cores, "seed": trial.seed, "started": trial.started, "error": trial.error}
        named = {name: trial.parameters[name] for name in space}
        rows.append({"trial": trial.number, "state": trial.state, **named, **measured, **about})
    columns = ["trial", "state", *space, "accuracy", "low", "high", "seconds", "cores", "seed", "started", "error"]
    return _frame(rows, columns, as_they_are=space)


def values_of(name: str, trials: Sequence[Trial], space: Space) -> list[Any]:
    """A parameter's grid and whatever else was tried of it; numbers in order, other values as they come."""
    found = {key_of(value): value for value in space[name]}
    for trial in trials:
        found.setdefault(key_of(trial.parameters[name]), trial.parameters[name])
    values = list(found.values())
    return sorted(values) if is_numeric(values) else values


def is_numeric(values: Sequence[Any]) -> bool:
    """Whether all of these are numbers; true and false are none."""
    return all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)


def key_of(value: Any) -> str:
    """The same text for equal values: for 10 and 10.0, but not for 1 and true; lists and mappings too."""
    return repr(float(value)) if is_numeric([value]) else json.dumps(value, sort_keys=True)


def _frame(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], *, as_they_are: Iterable[str]) -> pd.DataFrame:
    """Rows as a frame in which some columns keep their values: 10 beside 0.1 stays 10."""
    untouched = set(as_they_are)
    kinds = {name: object if name in untouched else None for name in columns}
    return pd.DataFrame({name: pd.Series([row[name] for row in rows], dtype=kind) for name, kind in kinds.items()})


def _complete(trials: Sequence[Trial]) -> list[Trial]:
    return [trial for trial in trials if trial.state == "complete"]


def _accuracy(trial: Trial) -> float:
    assert trial.accuracy is not None  # it is complete
    return trial.accuracy
