"""Hyperparameter search on a validation split of the training data. The test set is not used."""

import json
import os
import time
import traceback
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

from mnist_core.base.errors import TrainingError
from mnist_core.base.packages import require_packages
from mnist_core.base.progress import Progress, silent
from mnist_core.classifiers.hyperparameters import describe_changes
from mnist_core.classifiers.registry import base_of, get_trainable_spec, hyperparameters_for, is_custom
from mnist_core.datasets import load_dataset
from mnist_core.evaluation.tuning import Trial, is_numeric, key_of
from mnist_core.store.tuning_history import (
    History,
    TuningHistoryError,
    archive_history,
    load_history,
    save_history,
    tuning_file,
)
from mnist_core.training.cluster import workers
from mnist_core.training.proposals import propose
from mnist_core.training.splits import hold_out

BATCH = 6
"""Number of trials that are proposed together and may run at the same time. It is fixed, so that the trials do not
depend on the number of workers."""


def tune(
    name: str,
    dataset: str = "mnist",
    *,
    trials: int = 24,
    jobs: int = 1,
    seed: int = 0,
    scheduler: str | None = None,
    again: bool = False,
    progress: Progress = silent,
) -> History:
    """Try combinations of hyperparameters from a classifier's search space, and store each trial at once.

    The first trial uses the hyperparameters of the registry. The others depend on the seed and on earlier trials. They
    do not depend on the number of workers, on the workers' machines, or on interruptions. However, rounding differs
    between processors and numbers of threads, which can change the prediction of single samples.

    Parameters
    ----------
    trials : int
        Total number of trials, including the trials of earlier searches.
    jobs, scheduler
        See `cluster.workers`.
    seed : int
        Seed of the validation split (the same as in `train`), of the estimators and of the search; at least 0.
    again : bool
        Start a new search. The stored history is kept under another name.
    progress : callable
        Called after each trial. If it raises an exception, the search ends.

    Returns
    -------
    History
        The stored history.

    Raises
    ------
    UnknownNameError, DatasetError, TuningHistoryError
    TrainingError
        There is no search space, a package is missing, a cluster is unavailable, or the history cannot be written.
    """
    space = search_space_for(name, dataset)
    spec = get_trainable_spec(name)
    require_packages("sklearn", "optuna", *spec.requires, purpose=f"Tuning {name}")
    if again:
        archive_history(dataset, name)
    training = load_dataset(dataset, progress=progress).train
    kept, held = hold_out(training.labels, seed)
    history = _history_to_continue(name, dataset, seed, len(held))
    in_use = _jsonable(hyperparameters_for(name, dataset))
    first = {parameter: in_use[parameter] for parameter in space}
    batch = _next_batch(history, trials, first)
    if not batch:
        return history
    search = {"classifier": name, "fixed": history.fixed, "seed": seed}
    with workers(scheduler, jobs, ("numpy", "scikit-learn", *spec.requires)) as pool:
        data = pool.send(training.images, training.labels, kept, held)
        while batch:
            for trial in pool.run(try_one, [(search, number, batch[number], *data) for number in batch]):
                finished = sorted([*history.trials, trial], key=lambda trial: trial.number)
                history = replace(history, trials=tuple(finished))
                _save(history)
                progress(_describe(trial), len(finished) / trials)
            batch = _next_batch(history, trials, first)
    return history


def search_space_for(name: str, dataset: str) -> dict[str, list[Any]]:
    """Return the values to try for each hyperparameter: those in the registry's search space, and the one in use.

    Numbers are sorted.

    Raises
    ------
    TrainingError
        The registry has no search space for the name, or the name is that of an ensemble or a custom run.
    """
    if is_custom(name):
        raise TrainingError(
            f"Expected a classifier to tune, found the custom run {name}. Tune {base_of(name)} instead."
        )
    values = _jsonable(get_trainable_spec(name, purpose="Tuning").search_space)
    if not values:
        raise TrainingError(f"Tuning needs a search space, found none for {name}. Add search_space to the registry.")
    in_use, space = _jsonable(hyperparameters_for(name, dataset)), {}
    for parameter, grid in values.items():
        distinct = list({key_of(value): value for value in (*grid, in_use[parameter])}.values())
        space[parameter] = sorted(distinct) if is_numeric(distinct) else distinct
    return space


def try_one(
    search: Mapping[str, Any],
    number: int,
    parameters: Mapping[str, Any],
    images: np.ndarray,
    labels: np.ndarray,
    kept: np.ndarray,
    held: np.ndarray,
) -> Trial:
    """Train on the kept samples and score the held-out ones, in a worker. An error gives a failed trial.

    Parameters
    ----------
    search : mapping
        "classifier", the hyperparameters that are "fixed", and the "seed" of the estimator.
    number : int
        Number of the trial.
    parameters : mapping
        Values of the hyperparameters that are searched.
    kept, held : integer ndarrays
        As returned by `splits.hold_out`.
    """
    started, clock = datetime.now(UTC).isoformat(timespec="seconds"), time.perf_counter()
    cores, seed = os.cpu_count() or 1, search["seed"]
    try:
        estimator = get_trainable_spec(search["classifier"]).build({**search["fixed"], **parameters}, seed)
        estimator.fit(images[kept], labels[kept])
        seconds = time.perf_counter() - clock
        accuracy = float((estimator.scores(images[held]).argmax(axis=1) == labels[held]).mean())
        return Trial(number, parameters, accuracy, seconds, cores, "complete", "", seed, started)
    except Exception as error:  # libraries raise errors of any type for unsuitable combinations
        last = traceback.format_exception_only(error)[-1].strip().splitlines()[-1]
        return Trial(number, parameters, None, time.perf_counter() - clock, cores, "failed", last, seed, started)


def _history_to_continue(name: str, dataset: str, seed: int, n_holdout: int) -> History:
    """Return the stored history with the current search space, or an empty history if none is stored.

    Raise TuningHistoryError if new trials cannot be compared with the stored ones.
    """
    space, hyperparameters = search_space_for(name, dataset), _jsonable(hyperparameters_for(name, dataset))
    fixed = {parameter: value for parameter, value in hyperparameters.items() if parameter not in space}
    fingerprint = load_dataset(dataset).spec.fingerprint
    new = History(name, dataset, fingerprint, seed, n_holdout, space, fixed)
    if (stored := load_history(dataset, name)) is None:
        return new
    if stored.seed != seed:
        reason, remedy = f"seed {stored.seed}, not {seed}", f"Use --seed {stored.seed}"
    elif stored.fixed != fixed or stored.space.keys() != space.keys():
        changed = ", ".join(_changed_parameters(stored, new))
        reason, remedy = f"other hyperparameters than the registry's ({changed})", "Restore the registry"
    else:
        return replace(stored, space=space)
    command = f"python -m mnist_core tune {name} --dataset {dataset} --seed {seed} --force"
    raise TuningHistoryError(
        f"The trials in {tuning_file(dataset, name)} were made with {reason}. "
        f"They cannot be compared with new trials. "
        f"{remedy}, or start a new search, which keeps the old file under another name: {command}"
    )


def _changed_parameters(stored: History, new: History) -> list[str]:
    """Return the hyperparameters that have another fixed value, or that only one of the histories searches."""
    names = stored.fixed.keys() | new.fixed.keys()
    changed = {name for name in names if stored.fixed.get(name) != new.fixed.get(name)}
    return sorted(changed | (stored.space.keys() ^ new.space.keys()))


def _next_batch(history: History, trials: int, first: Mapping[str, Any]) -> dict[int, dict[str, Any]]:
    """Return the parameters of the unfinished trials in the first incomplete batch, by number."""
    finished = {trial.number for trial in history.trials}
    missing = next((number for number in range(trials) if number not in finished), trials)
    start = missing - missing % BATCH
    numbers = range(start, min(start + BATCH, trials))
    return propose(history.space, history.trials, numbers, first=first, seed=history.seed)


def _save(history: History) -> None:
    try:
        save_history(history)
    except OSError as error:
        raise TrainingError(
            f"The trials of {history.classifier} could not be stored: {error.strerror or error}. "
            "Free space or allow writing, then run it again."
        ) from error


def _describe(trial: Trial) -> str:
    """Return one line about a trial."""
    if trial.accuracy is None:
        outcome = f"failed: {trial.error}"
    else:
        outcome = f"validation accuracy {100 * trial.accuracy:.2f} %"
    return f"trial {trial.number}: {outcome}, {trial.seconds:.1f} s, with {describe_changes(trial.parameters)}"


def _jsonable(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values as they are after they were stored as JSON and loaded: tuples become lists."""
    found: dict[str, Any] = json.loads(json.dumps(dict(values)))
    return found
