"""Measurements of published training procedures, reproduced with scikit-learn."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

import numpy as np

from mnist_core.base.digits import SIDE
from mnist_core.base.progress import Progress, silent
from mnist_core.classifiers.registry import get_trainable_spec, hyperparameters_for
from mnist_core.classifiers.spec import as_rows
from mnist_core.datasets import Split, load_dataset
from mnist_core.store.claims import DATASET, Measurement, load_measurements, save_measurements
from mnist_core.store.test_evaluations import log_evaluation
from mnist_core.training.measure import package_versions
from mnist_core.training.splits import FOLDS, fold_of_each

CENTERS = (20, 50, 100, 200, 500, 1_000)
"""Numbers of centers of the kernel approximation, between a linear classifier and the run of `sgd-kernel`."""


@dataclass(frozen=True)
class Procedure:
    """A training procedure.

    Attributes
    ----------
    build : callable
        Returns an object with the methods fit(rows, labels) and score(rows, labels). `rows` are float32 (n, 784), the
        pixels in 0..1 times `scale`.
    cross_validated : bool
        Score out of fold on the training split. Otherwise score on the training split and on the test set.
    """

    name: str
    build: Callable[[], Any]
    scale: float = 1.0
    cross_validated: bool = False


def procedures() -> list[Procedure]:
    """Return all procedures. Hyperparameters that a claim does not state are scikit-learn's defaults."""
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import SGDClassifier
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    def dense(width: int) -> Any:
        return MLPClassifier((width,), batch_size=128, max_iter=10, random_state=0)

    return [
        Procedure("sgd-default", lambda: SGDClassifier(random_state=0)),
        Procedure("sgd-standardised", lambda: make_pipeline(StandardScaler(), SGDClassifier(random_state=0))),
        Procedure("sgd-raw", lambda: SGDClassifier(random_state=0), scale=255.0, cross_validated=True),
        Procedure("forest-default", lambda: RandomForestClassifier(random_state=0)),
        Procedure("dense-128", partial(dense, 128)),
        Procedure("dense-512", partial(dense, 512)),
        *(Procedure(f"nystroem-{centers}", partial(_Nystroem, centers)) for centers in CENTERS),
    ]


class _Nystroem:
    """The classifier `sgd-kernel` with fewer centers."""

    def __init__(self, centers: int) -> None:
        values = hyperparameters_for("sgd-kernel", DATASET) | {"centres": centers}
        self._estimator = get_trainable_spec("sgd-kernel").build(values, 0)

    def fit(self, rows: np.ndarray, labels: np.ndarray) -> None:
        self._estimator.fit(_as_images(rows), labels)

    def score(self, rows: np.ndarray, labels: np.ndarray) -> float:
        return float((self._estimator.predict(_as_images(rows)) == labels).mean())


def _as_images(rows: np.ndarray) -> np.ndarray:
    """Invert `as_rows`: float32 (n, 784) in 0..1 -> uint8 (n, 28, 28)."""
    return np.rint(rows * 255).astype(np.uint8).reshape(-1, SIDE, SIDE)


def measure_procedures(*, again: bool = False, progress: Progress = silent) -> dict[str, Measurement]:
    """Measure the procedures that are not measured yet, store each at once, and return all measurements by name.

    Parameters
    ----------
    again : bool
        Measure all procedures again.

    Raises
    ------
    DatasetError
        MNIST is unavailable.
    """
    data = load_dataset(DATASET, progress=progress)
    fingerprint = data.spec.fingerprint
    measurements = {} if again else load_measurements(fingerprint)
    wanted = procedures()
    for number, procedure in enumerate(wanted):
        if procedure.name in measurements:
            continue
        progress(f"Measuring {procedure.name}", number / len(wanted))
        measurement = _measure(procedure, data.train, data.test)
        measurements[procedure.name] = measurement
        if measurement.test_accuracy is not None:
            log_evaluation(
                DATASET,
                procedure.name,
                purpose="claim",
                seed=0,
                n_train=len(data.train),
                hyperparameters={"recipe": procedure.name},
                test_accuracy=measurement.test_accuracy,
            )
        save_measurements(measurements, fingerprint)
    progress("Measurements stored", 1.0)
    return measurements


def _measure(procedure: Procedure, train: Split, test: Split) -> Measurement:
    """Train and score a procedure as it is published: out of fold, or on the training split and the test set."""
    rows = as_rows(train.images) * np.float32(procedure.scale)
    fold_accuracies, train_accuracy, test_accuracy = [], None, None
    started = time.perf_counter()
    if procedure.cross_validated:
        folds = fold_of_each(train.labels)
        for fold in range(FOLDS):
            model = procedure.build()
            model.fit(rows[folds != fold], train.labels[folds != fold])
            fold_accuracies.append(float(model.score(rows[folds == fold], train.labels[folds == fold])))
        seconds = (time.perf_counter() - started) / FOLDS
    else:
        model = procedure.build()
        model.fit(rows, train.labels)
        seconds = time.perf_counter() - started
        train_accuracy = float(model.score(rows, train.labels))
        test_accuracy = float(model.score(as_rows(test.images) * np.float32(procedure.scale), test.labels))
    return Measurement(
        recipe=procedure.name,
        train_accuracy=train_accuracy,
        test_accuracy=test_accuracy,
        fold_accuracies=tuple(fold_accuracies),
        fit_seconds=seconds,
        cores=os.cpu_count() or 1,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        versions=package_versions(),
    )
