"""Train a classifier on a dataset and store the run.

Hyperparameters stand in the registry, the temperature comes from digits held out of the training split, and the test
split is scored once, at the end, through the model that is stored: it chooses nothing.
"""

import os
import platform
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

from mnist_core.base.errors import ArtifactError, TrainingError
from mnist_core.base.labels import CUSTOM_MARK, clean_label
from mnist_core.base.packages import installed_versions, require_packages
from mnist_core.base.progress import Progress, silent
from mnist_core.classifiers.hyperparameters import check_changes
from mnist_core.classifiers.onnx.served import OnnxClassifier
from mnist_core.classifiers.registry import chosen_by, get_classifier_spec, hyperparameters_for, is_ensemble
from mnist_core.classifiers.spec import HOLDOUT_SHARE, Estimator, History, Hyperparameters, Served
from mnist_core.datasets import Dataset, Split, get_dataset_spec, load_dataset
from mnist_core.store import Labels, Record, load_labels, load_record, load_scores, reserved_name, run_dir, save_run
from mnist_core.store.test_evaluations import load_evaluations, log_evaluation
from mnist_core.store.tuning_advice import how_chosen
from mnist_core.training.temperature import fit_temperature

SINGLE_DIGITS = 200
"""How many digits are timed one at a time."""
PACKAGES = ("numpy", "onnx", "onnxruntime", "scikit-learn", "torch")


@dataclass(frozen=True)
class Rehearsal:
    """What training on all but the held-out digits told."""

    n_holdout: int
    accuracy: float
    temperature: float
    history: History


def train(
    name: str,
    dataset: str = "mnist",
    *,
    seed: int = 0,
    changes: Hyperparameters | None = None,
    subset: int | None = None,
    store_as: str | None = None,
    custom: bool = False,
    label: str = "",
    progress: Progress = silent,
) -> Record:
    """Train a classifier, measure it and store the run; of one that votes over others only its weights.

    Parameters
    ----------
    name, dataset : str
        As in their registries.
    seed : int
        Of the estimator, of the hold-out and of the subset.
    changes : mapping, optional
        Hyperparameters that are to differ from the registry's.
    subset : int, optional
        Train on so many digits only, the classes in the proportions of the training split.
    store_as : str, optional
        A name of one's own, such as `mlp@1`: what `changes` and `subset` need.
    own : bool
        Store it under the next name of one's own that is free when all is done, and never give that name again.
    label : str
        What to call it on screen.
    progress : callable
        Called between steps; may raise to cancel, and then nothing is stored.

    Returns
    -------
    Record
        The stored run.

    Raises
    ------
    UnknownNameError, DatasetUnavailableError, DatasetCorruptError
    TrainingError
        The changes are not the classifier's, or need a name of one's own; a package is missing, the exported model does
        not agree with the estimator, or the run cannot be written.
    """
    spec = get_classifier_spec(name)
    check_changes(name, dataset, changes or {})
    hyperparameters = hyperparameters_for(name, dataset) | dict(changes or {})
    if (changes or subset) and not custom and CUSTOM_MARK not in (store_as or ""):
        raise TrainingError(
            f"With a change or a subset it is no longer {name}: store it as {name}{CUSTOM_MARK}1 or the like."
        )
    if spec.members:
        if changes or subset or custom or store_as:
            members = ", ".join(spec.members)
            raise TrainingError(f"{name} has no runs of your own: it votes over the stored runs of {members}.")
        from mnist_core.training.ensemble import train_ensemble  # which needs this module

        return train_ensemble(name, dataset, seed=seed, progress=progress)
    require_packages("sklearn", "onnx", *spec.requires, purpose=f"Training {name}")
    progress("Loading the digits", None)
    loaded = load_dataset(dataset, progress=progress)
    training, test = _part_of(loaded.train, subset, seed), loaded.test

    def build() -> Estimator:
        return spec.build(hyperparameters, seed)

    rehearsal = _rehearse(build, training, seed, _part(progress, 0.0, 0.45, "Hold-out: "))
    estimator = build()
    started = time.perf_counter()
    estimator.fit(training.images, training.labels, progress=_part(progress, 0.45, 0.9, "All digits: "))
    fit_seconds = time.perf_counter() - started

    progress("Exporting and measuring", 0.9)
    model = estimator.to_onnx().SerializeToString()
    served = OnnxClassifier(model, rehearsal.temperature)
    _check_export(name, estimator, served, training.images[:1000])
    measured, scores = measure(served, training, test)
    record = Record(
        classifier=store_as or name,
        dataset=dataset,
        fingerprint=loaded.spec.fingerprint,
        hyperparameters=hyperparameters,
        seed=seed,
        n_holdout=rehearsal.n_holdout,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        fit_seconds=fit_seconds,
        holdout_accuracy=rehearsal.accuracy,
        temperature=rehearsal.temperature,
        history=tuple(rehearsal.history),
        details=estimator.details,
        chosen_by=how_chosen(dataset, name, hyperparameters) or ("hand" if changes else chosen_by(name, dataset)),
        label=clean_label(label),
        **measured,
    )
    record = store_measured(record, loaded, model=model, scores=scores, custom=custom)
    progress("Stored", 0.99)
    return record


def measure(served: Served, training: Split, test: Split) -> tuple[dict[str, Any], np.ndarray]:
    """What a record says of a served model, by field, and its scores of the test split, float32 (n_test, 10)."""
    train_accuracy = _accuracy(served.scores(training.images), training.labels)
    one_seconds = _time_single(served, test.images)
    started = time.perf_counter()
    scores = served.scores(test.images)
    predict_seconds = time.perf_counter() - started
    measured = {
        "n_train": len(training.labels),
        "n_test": len(test.labels),
        "predict_seconds": predict_seconds,
        "predict_one_seconds": one_seconds,
        "cores": os.cpu_count() or 1,
        "versions": package_versions(),
        "train_accuracy": train_accuracy,
        "test_accuracy": _accuracy(scores, test.labels),
    }
    return measured, scores


def store_measured(
    record: Record,
    loaded: Dataset,
    *,
    model: bytes,
    scores: np.ndarray,
    custom: bool = False,
    out_of_fold: np.ndarray | None = None,
    label_issues: Labels | None = None,
) -> Record:
    """Note that the test split was read for a run, and store it; TrainingError if either cannot be done.

    Model, scores and what a cross-validation adds are as of `store.save_run`.
    """
    name, place = record.classifier, run_dir(record.dataset, record.classifier)
    labels: Labels = {"train": loaded.train.labels, "test": loaded.test.labels}
    try:
        with _named(record, custom) as record:
            place = run_dir(record.dataset, record.classifier)
            log_evaluation(
                record.dataset,
                record.classifier,
                purpose="run",
                seed=record.seed,
                n_train=record.n_train,
                hyperparameters=record.hyperparameters,
                test_accuracy=record.test_accuracy,
            )
            record = save_run(
                record, model=model, scores=scores, labels=labels, out_of_fold=out_of_fold, label_issues=label_issues
            )
    except OSError as error:
        reason = f"The run of {name} could not be stored in {place}: {error.strerror or error}."
        raise TrainingError(f"{reason} Make room there, or allow writing, and train again.") from error
    return record


@contextmanager
def _named(record: Record, custom: bool) -> Iterator[Record]:
    """The record under the name that it is to be stored by."""
    if not custom:
        yield record
        return
    gone = load_evaluations(record.dataset)["classifier"]
    with reserved_name(record.dataset, record.classifier, gone=gone) as name:
        yield replace(record, classifier=name)


def require_all_digits(record: Record) -> None:
    """Raise TrainingError if a run was trained on part of the training split: what follows needs all of it."""
    n_train = get_dataset_spec(record.dataset).n_train
    if record.n_train != n_train:
        found = f"{record.classifier} was trained on {record.n_train:,} of {n_train:,} digits"
        raise TrainingError(f"{found}: this needs a run that was trained on all of them. Train one without --subset.")


def _part_of(training: Split, size: int | None, seed: int) -> Split:
    """A stratified subset, or all of it."""
    if size is None or size == len(training.labels):
        return training
    if not 100 <= size < len(training.labels):
        raise TrainingError(f"Expected a subset of 100 to {len(training.labels):,} digits, found {size:,}.")
    from sklearn.model_selection import train_test_split

    rows, _ = train_test_split(
        np.arange(len(training.labels)), train_size=size, stratify=training.labels, random_state=seed
    )
    return Split(training.images[rows], training.labels[rows])


def up_to_date(name: str, dataset: str, *, seed: int | None = None) -> Record | None:
    """The stored run if it is today's, of this seed (None: of any), and every file that shows it can be read."""
    try:
        record = load_record(dataset, name)
        load_scores(record), load_labels(record, "test")
        if is_ensemble(name):
            from mnist_core.training.ensemble import has_todays_weights  # which needs this module

            if not has_todays_weights(record):
                return None
    except ArtifactError:
        return None
    return record if seed in (None, record.seed) else None


def hold_out(labels: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Which digits of a training split are trained on, and which are held out: a stratified sixth, the seed's.

    Returns
    -------
    kept, held : integer ndarrays of shapes (n - m,) and (m,)
    """
    from sklearn.model_selection import train_test_split

    kept, held = train_test_split(np.arange(len(labels)), test_size=HOLDOUT_SHARE, stratify=labels, random_state=seed)
    return kept, held


def _rehearse(build: Callable[[], Estimator], training: Split, seed: int, progress: Progress) -> Rehearsal:
    """Train on most digits and look at the rest."""
    kept, held = hold_out(training.labels, seed)
    estimator, labels = build(), training.labels[held]
    history = estimator.fit(
        training.images[kept], training.labels[kept], validation=(training.images[held], labels), progress=progress
    )
    scores = estimator.scores(training.images[held])
    return Rehearsal(len(held), _accuracy(scores, labels), fit_temperature(scores, labels), history)


def _check_export(name: str, estimator: Estimator, served: OnnxClassifier, images: np.ndarray) -> None:
    """Raise unless the model to be stored says what the estimator says."""
    expected, found = estimator.scores(images), served.scores(images)
    spread = np.ptp(expected) or 1.0  # of one that learned nothing all scores are equal
    difference = float(np.abs(found - expected).max() / spread)
    same_labels = float((found.argmax(axis=1) == estimator.predict(images)).mean())
    if not (difference <= 1e-3 and same_labels >= 0.999):  # nor if either is not a number
        reason = f"scores differ by {difference:.1e} of their spread, {same_labels:.2%} of the labels agree"
        raise TrainingError(f"The exported model of {name} is not the trained one: {reason}. Nothing was stored.")


def _accuracy(scores: np.ndarray, labels: np.ndarray) -> float:
    return float((scores.argmax(axis=1) == labels).mean())


def _time_single(served: Served, images: np.ndarray) -> float:
    """Median seconds of one digit at a time."""
    seconds = []
    for i in range(min(SINGLE_DIGITS, len(images))):
        started = time.perf_counter()
        served.scores(images[i : i + 1])
        seconds.append(time.perf_counter() - started)
    return float(np.median(seconds))


def _part(progress: Progress, low: float, high: float, prefix: str) -> Progress:
    """Report a step's own share as a share of the whole."""

    def report(message: str, share: float | None = None, *, entry: Mapping[str, float] | None = None) -> None:
        progress(prefix + message, low + (high - low) * (share or 0.0), entry=entry)

    return report


def package_versions() -> dict[str, str]:
    """Versions of Python and of the packages that decide what a training gives."""
    return {"python": platform.python_version(), **installed_versions(PACKAGES)}
