"""Search a classifier's hyperparameters on digits held out of the training split; the test split has no say."""

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
from mnist_core.classifiers.registry import get_classifier_spec, hyperparameters_for, is_custom, members_of
from mnist_core.datasets import load_dataset
from mnist_core.evaluation.tuning import Trial, is_numeric, key_of
from mnist_core.store.tuning_history import (
    History,
    TuningHistoryError,
    load_history,
    save_history,
    set_aside,
    tuning_file,
)
from mnist_core.training.cluster import workers
from mnist_core.training.proposals import propose
from mnist_core.training.train import hold_out

BATCH = 6
"""Trials that are proposed together, and may run at the same time: whatever runs them, they are the same."""


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
    """Try combinations from a classifier's search space until there are `trials`, each kept as soon as it is there.

    The first is what the registry has now; the others follow from the seed and from those before them, so it does not
    matter how many run at a time, where, or how often the search was interrupted. (Processors round differently, and so
    do different numbers of threads: what learns from that may differ by a digit.)

    Parameters
    ----------
    trials : int
        How many there shall be, those of earlier searches among them.
    jobs, scheduler
        As of `cluster.workers`.
    seed : int
        Of the hold-out, which is `train`'s, of the estimators and of the search; at least 0.
    again : bool
        Begin anew; the history so far is set aside.
    progress : callable
        Told of each trial; may raise to stop.

    Returns
    -------
    History
        As it is stored.

    Raises
    ------
    UnknownNameError, DatasetError, TuningHistoryError
    TrainingError
        There is nothing to search, a package or a cluster is missing, or the history cannot be written.
    """
    spec, space = get_classifier_spec(name), search_space_for(name, dataset)
    require_packages("sklearn", "optuna", *spec.requires, purpose=f"Tuning {name}")
    hyperparameters = _jsonable(hyperparameters_for(name, dataset))
    now = {parameter: hyperparameters[parameter] for parameter in space}
    if again:
        set_aside(dataset, name)
    training = load_dataset(dataset, progress=progress).train
    kept, held = hold_out(training.labels, seed)
    history = _history_to_continue(name, dataset, seed, len(held))
    batch = _next_batch(history, trials, now)
    if not batch:
        return history
    recipe = {"classifier": name, "fixed": history.fixed, "seed": seed}
    with workers(scheduler, jobs, ("numpy", "scikit-learn", *spec.requires)) as pool:
        data = pool.send(training.images, training.labels, kept, held)
        while batch:
            for trial in pool.run(try_one, [(recipe, number, batch[number], *data) for number in batch]):
                made = sorted([*history.trials, trial], key=lambda trial: trial.number)
                history = replace(history, trials=tuple(made))
                _save(history)
                progress(_describe(trial), len(made) / trials)
            batch = _next_batch(history, trials, now)
    return history


def search_space_for(name: str, dataset: str) -> dict[str, list[Any]]:
    """What to choose from: the registry's values for each hyperparameter and the one in use; numbers in order.

    Raises
    ------
    TrainingError
        The registry has none, or it is a run of one's own, which has no search of its own.
    """
    if is_custom(name):
        raise TrainingError(f"{name} is a run of your own: tune its classifier, {name.partition('@')[0]}, instead.")
    if members := members_of(name):
        raise TrainingError(
            f"There is nothing to tune: {name} votes over others. Tune them instead: {', '.join(members)}."
        )
    values = _jsonable(get_classifier_spec(name).search_space)
    if not values:
        raise TrainingError(f"There is nothing to tune: {name} has no search_space in the registry.")
    now, space = _jsonable(hyperparameters_for(name, dataset)), {}
    for parameter, grid in values.items():
        known = {key_of(value): value for value in (*grid, now[parameter])}
        found = list(known.values())
        space[parameter] = sorted(found) if is_numeric(found) else found
    return space


def try_one(
    recipe: Mapping[str, Any],
    number: int,
    parameters: Mapping[str, Any],
    images: np.ndarray,
    labels: np.ndarray,
    kept: np.ndarray,
    held: np.ndarray,
) -> Trial:
    """In a worker: train on the digits that are kept and score those held out; an error makes it a failed trial."""
    started, clock = datetime.now(UTC).isoformat(timespec="seconds"), time.perf_counter()
    cores, seed = os.cpu_count() or 1, recipe["seed"]
    try:
        estimator = get_classifier_spec(recipe["classifier"]).build({**recipe["fixed"], **parameters}, seed)
        estimator.fit(images[kept], labels[kept])
        seconds = time.perf_counter() - clock
        accuracy = float((estimator.scores(images[held]).argmax(axis=1) == labels[held]).mean())
        return Trial(number, parameters, accuracy, seconds, cores, "complete", "", seed, started)
    except Exception as error:  # whatever one combination does to a library, the others get their turn
        last = traceback.format_exception_only(error)[-1].strip().splitlines()[-1]
        return Trial(number, parameters, None, time.perf_counter() - clock, cores, "failed", last, seed, started)


def _history_to_continue(name: str, dataset: str, seed: int, n_holdout: int) -> History:
    """What is stored, with today's search space; an empty history if there is none. Its trials must be comparable."""
    space, hyperparameters = search_space_for(name, dataset), _jsonable(hyperparameters_for(name, dataset))
    fixed = {name: value for name, value in hyperparameters.items() if name not in space}
    fingerprint = load_dataset(dataset).spec.fingerprint
    new = History(name, dataset, fingerprint, seed, n_holdout, space, fixed)
    if (stored := load_history(dataset, name)) is None:
        return new
    if stored.seed != seed:
        reason, way_out = f"seed {stored.seed}, not {seed}", f"give it --seed {stored.seed}"
    elif stored.fixed != fixed or stored.space.keys() != space.keys():
        odd = {name for name in stored.fixed.keys() | fixed.keys() if stored.fixed.get(name) != fixed.get(name)}
        changed = ", ".join(sorted(odd | (stored.space.keys() ^ space.keys())))
        reason, way_out = f"another value or role of {changed} than the registry has now", "put the registry back"
    else:
        return replace(stored, space=space)
    again = f"python -m mnist_core tune {name} --dataset {dataset} --seed {seed} --force"
    raise TuningHistoryError(
        f"The trials in {tuning_file(dataset, name)} were made with {reason}, so new ones cannot be compared with them."
        f" Either {way_out}, or begin anew, which keeps them aside: {again}"
    )


def _next_batch(history: History, trials: int, now: Mapping[str, Any]) -> dict[int, dict[str, Any]]:
    """The parameters of the next trials by their numbers: of the first batch that is not complete."""
    made = {trial.number for trial in history.trials}
    missing = next((number for number in range(trials) if number not in made), trials)
    start = missing - missing % BATCH
    numbers = range(start, min(start + BATCH, trials))
    return propose(history.space, history.trials, numbers, first=now, seed=history.seed)


def _save(history: History) -> None:
    try:
        save_history(history)
    except OSError as error:
        reason = f"The trials of {history.classifier} could not be stored: {error.strerror or error}."
        raise TrainingError(f"{reason} Make room, or allow writing, and run it again.") from error


def _describe(trial: Trial) -> str:
    """One line on a trial."""
    outcome = f"failed: {trial.error}" if trial.accuracy is None else f"{trial.accuracy:.2%} of the held-out digits"
    return f"trial {trial.number}: {outcome}, {trial.seconds:.1f} s, with {describe_changes(trial.parameters)}"


def _jsonable(values: Mapping[str, Any]) -> dict[str, Any]:
    """As it will be once it has been stored: tuples become lists."""
    found: dict[str, Any] = json.loads(json.dumps(dict(values)))
    return found
