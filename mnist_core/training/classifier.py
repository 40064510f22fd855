"""Training of single classifiers.

A classifier is trained twice. The first training leaves out the validation split, which gives the validation accuracy,
the temperature and the history. The second training uses all data and gives the model that is stored. The stored model
is evaluated once on the test set, which is not used for any choice.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

import numpy as np

from mnist_core.base.errors import TrainingError
from mnist_core.base.labels import clean_label
from mnist_core.base.packages import require_packages
from mnist_core.base.progress import Progress
from mnist_core.classifiers.hyperparameters import check_changes
from mnist_core.classifiers.onnx.served import OnnxClassifier
from mnist_core.classifiers.registry import chosen_by, get_trainable_spec, hyperparameters_for
from mnist_core.classifiers.spec import Estimator, History, Hyperparameters
from mnist_core.datasets import Split, load_dataset
from mnist_core.store import Record
from mnist_core.store.tuning_advice import how_chosen
from mnist_core.training.measure import accuracy_of, measure, store_run
from mnist_core.training.progress import scaled
from mnist_core.training.splits import hold_out, stratified_subset
from mnist_core.training.temperature import fit_temperature

LARGEST_DIFFERENCE, LEAST_AGREEMENT = 1e-3, 0.999
"""Limits for an exported model: largest difference of scores, relative to their range, and share of equal labels."""
CHECKED_SAMPLES = 1000


@dataclass(frozen=True)
class CustomRun:
    """Differences between a custom run and the run of its classifier.

    Attributes
    ----------
    changes : mapping
        Hyperparameters that differ from the registry's.
    subset : int or None
        Number of training samples, drawn with the class proportions of the training split. None: all.
    label : str
        Display name. Empty: the classifier's label and the number of the run.
    """

    changes: Hyperparameters = field(default_factory=dict)
    subset: int | None = None
    label: str = ""


@dataclass(frozen=True)
class HeldOutEvaluation:
    """Results of the training without the validation split, evaluated on the validation split."""

    n_holdout: int
    accuracy: float
    temperature: float
    history: History


@dataclass(frozen=True, eq=False)
class _Job:
    """Arguments of one training."""

    name: str
    dataset: str
    hyperparameters: dict[str, Any]
    seed: int
    custom: CustomRun | None


@dataclass(frozen=True, eq=False)
class _Fitted:
    """An estimator that was trained on all data, and the evaluation on the validation split before."""

    estimator: Estimator
    fit_seconds: float
    held_out: HeldOutEvaluation


def train_classifier(
    name: str, dataset: str, *, seed: int, custom: CustomRun | None = None, progress: Progress
) -> Record:
    """Train a single classifier, measure it and store the run. See `train` for the parameters and errors."""
    spec = get_trainable_spec(name, purpose="A custom run" if custom else "Training")
    job = _Job(name, dataset, _hyperparameters(name, dataset, custom), seed, custom)
    require_packages("sklearn", "onnx", *spec.requires, purpose=f"Training {name}")
    progress("Loading data", None)
    data = load_dataset(dataset, progress=progress)
    training, test = data.train, data.test
    if custom and custom.subset is not None:
        training = stratified_subset(training, custom.subset, seed=seed)
    fitted = _fit_twice(partial(spec.build, job.hyperparameters, seed), training, seed=seed, progress=progress)
    progress("Exporting and measuring", 0.9)
    model = fitted.estimator.to_onnx().SerializeToString()
    served = OnnxClassifier(model, fitted.held_out.temperature)
    _check_export(name, fitted.estimator, served, training.images[:CHECKED_SAMPLES])
    measured, scores = measure(served, training, test)
    record = _record(job, fitted, data.spec.fingerprint, measured)
    record = store_run(record, data, model=model, scores=scores, custom=custom is not None)
    progress("Run stored", 0.99)
    return record


def evaluate_held_out(
    build: Callable[[], Estimator], training: Split, *, seed: int, progress: Progress
) -> HeldOutEvaluation:
    """Train without the validation split, and evaluate on it."""
    kept, held = hold_out(training.labels, seed)
    estimator, labels = build(), training.labels[held]
    history = estimator.fit(
        training.images[kept], training.labels[kept], validation=(training.images[held], labels), progress=progress
    )
    scores = estimator.scores(training.images[held])
    return HeldOutEvaluation(len(held), accuracy_of(scores, labels), fit_temperature(scores, labels), history)


def _hyperparameters(name: str, dataset: str, custom: CustomRun | None) -> dict[str, Any]:
    """Return the registry's hyperparameters with the changes of a custom run.

    Raise TrainingError if the changes are not valid.
    """
    changes = dict(custom.changes) if custom else {}
    check_changes(name, dataset, changes)
    return hyperparameters_for(name, dataset) | changes


def _fit_twice(build: Callable[[], Estimator], training: Split, *, seed: int, progress: Progress) -> _Fitted:
    """Train without the validation split, then on all data."""
    held_out = evaluate_held_out(
        build, training, seed=seed, progress=scaled(progress, 0.0, 0.45, prefix="Validation split: ")
    )
    estimator = build()
    started = time.perf_counter()
    estimator.fit(training.images, training.labels, progress=scaled(progress, 0.45, 0.9, prefix="All data: "))
    return _Fitted(estimator, time.perf_counter() - started, held_out)


def _record(job: _Job, fitted: _Fitted, fingerprint: str, measured: Mapping[str, Any]) -> Record:
    """Return the record of a run, without the hashes of its files."""
    return Record(
        classifier=job.name,
        dataset=job.dataset,
        fingerprint=fingerprint,
        hyperparameters=job.hyperparameters,
        seed=job.seed,
        n_holdout=fitted.held_out.n_holdout,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        fit_seconds=fitted.fit_seconds,
        holdout_accuracy=fitted.held_out.accuracy,
        temperature=fitted.held_out.temperature,
        history=tuple(fitted.held_out.history),
        details=fitted.estimator.details,
        chosen_by=_chosen_by(job),
        label=clean_label(job.custom.label) if job.custom else "",
        **measured,
    )


def _chosen_by(job: _Job) -> str:
    """Return how the hyperparameters were chosen: by a search, by the user, or as the registry states."""
    if searched := how_chosen(job.dataset, job.name, job.hyperparameters):
        return searched
    return "hand" if job.custom and job.custom.changes else chosen_by(job.name, job.dataset)


def _check_export(name: str, estimator: Estimator, served: OnnxClassifier, images: np.ndarray) -> None:
    """Raise TrainingError unless the exported model has the scores and labels of the estimator."""
    expected, found = estimator.scores(images), served.scores(images)
    spread = np.ptp(expected) or 1.0  # 0 if the training failed and all scores are equal
    difference = float(np.abs(found - expected).max() / spread)
    agreement = float((found.argmax(axis=1) == estimator.predict(images)).mean())
    if not (difference <= LARGEST_DIFFERENCE and agreement >= LEAST_AGREEMENT):  # True for NaN, too
        raise TrainingError(
            f"The exported model of {name} differs from the trained one: scores differ by {difference:.1e} of their "
            f"range, {100 * agreement:.2f} % of the labels agree. The run was not stored."
        )
