"""Measuring a served model, and storing its run together with the log entry of the test-set evaluation."""

import os
import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mnist_core.base.errors import TrainingError
from mnist_core.base.packages import installed_versions
from mnist_core.classifiers.spec import Served
from mnist_core.datasets import Dataset, Split
from mnist_core.store import Labels, Record, reserved_name, run_dir, save_run
from mnist_core.store.test_evaluations import load_evaluations, log_evaluation
from mnist_core.training.out_of_fold import OutOfFoldEvaluation

SINGLE_PREDICTIONS = 200
"""Number of samples whose prediction is timed one at a time."""
PACKAGES = ("numpy", "onnx", "onnxruntime", "scikit-learn", "torch")


@dataclass(frozen=True)
class Outcome:
    """Result of a measurement that is added to a stored run: the new record, or an error message."""

    classifier: str
    record: Record | None
    error: str = ""


def measure(served: Served, training: Split, test: Split) -> tuple[dict[str, Any], np.ndarray]:
    """Measure the accuracy and the speed of a served model.

    Returns
    -------
    measured : dict
        Fields of a record, by name.
    scores : float32 ndarray of shape (n_test, 10)
        Scores of the test split.
    """
    train_accuracy = accuracy_of(served.scores(training.images), training.labels)
    predict_one_seconds = _time_single_predictions(served, test.images)
    started = time.perf_counter()
    scores = served.scores(test.images)
    predict_seconds = time.perf_counter() - started
    measured = {
        "n_train": len(training),
        "n_test": len(test),
        "predict_seconds": predict_seconds,
        "predict_one_seconds": predict_one_seconds,
        "cores": os.cpu_count() or 1,
        "versions": package_versions(),
        "train_accuracy": train_accuracy,
        "test_accuracy": accuracy_of(scores, test.labels),
    }
    return measured, scores


def accuracy_of(scores: np.ndarray, labels: np.ndarray) -> float:
    """Return the share of samples whose label has the highest score, 0..1."""
    return float((scores.argmax(axis=1) == labels).mean())


def package_versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that influence the result of a training."""
    return {"python": platform.python_version(), **installed_versions(PACKAGES)}


def store_run(
    record: Record,
    data: Dataset,
    *,
    model: bytes,
    scores: np.ndarray,
    custom: bool = False,
    out_of_fold: OutOfFoldEvaluation | None = None,
) -> Record:
    """Log the test-set evaluation of a run, store the run, and return the stored record.

    Parameters
    ----------
    model, scores
        See `store.save_run`.
    custom : bool
        Store a custom run under the next free name. The name of a deleted run is not used again.
    out_of_fold : OutOfFoldEvaluation, optional
        Stored with the run if the record has a `cross_validation`.

    Raises
    ------
    TrainingError
        The run or the log cannot be written.
    """
    folder = run_dir(record.dataset, record.classifier)
    labels: Labels = {"train": data.train.labels, "test": data.test.labels}
    try:
        with _named(record, custom=custom) as named:
            folder = run_dir(named.dataset, named.classifier)
            _log(named)
            return save_run(
                named,
                model=model,
                scores=scores,
                labels=labels,
                out_of_fold=out_of_fold.scores if out_of_fold else None,
                label_issues=out_of_fold.label_issues if out_of_fold else None,
            )
    except OSError as error:
        raise TrainingError(
            f"The run of {record.classifier} could not be stored in {folder}: {error.strerror or error}. "
            "Free space or allow writing, then train again."
        ) from error


@contextmanager
def _named(record: Record, *, custom: bool) -> Iterator[Record]:
    """Yield the record with the name that it is stored under.

    For a custom run, this is the next free name. The name is reserved until the context ends.
    """
    if not custom:
        yield record
        return
    used_names = load_evaluations(record.dataset)["classifier"]
    with reserved_name(record.dataset, record.classifier, used_names=used_names) as name:
        yield replace(record, classifier=name)


def _log(record: Record) -> None:
    log_evaluation(
        record.dataset,
        record.classifier,
        purpose="run",
        seed=record.seed,
        n_train=record.n_train,
        hyperparameters=record.hyperparameters,
        test_accuracy=record.test_accuracy,
    )


def _time_single_predictions(served: Served, images: np.ndarray) -> float:
    """Return the median time in seconds to predict one sample."""
    seconds = []
    for i in range(min(SINGLE_PREDICTIONS, len(images))):
        started = time.perf_counter()
        served.scores(images[i : i + 1])
        seconds.append(time.perf_counter() - started)
    return float(np.median(seconds))
