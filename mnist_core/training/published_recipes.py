"""Other people's recipes, as plain scikit-learn, measured beside the classifiers of this project."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from mnist_core.base.progress import Progress, silent
from mnist_core.classifiers.registry import get_classifier_spec, hyperparameters_for
from mnist_core.classifiers.spec import as_rows
from mnist_core.datasets import Split, load_dataset
from mnist_core.store.claims import DATASET, Measurement, load_measurements, save_measurements
from mnist_core.store.test_evaluations import log_evaluation
from mnist_core.training.cross_validation import FOLDS, fold_of_each
from mnist_core.training.train import package_versions

CENTRES = (20, 50, 100, 200, 500, 1_000)
"""How many centres the kernel approximation gets on the way from a linear classifier to the run of `sgd-kernel`."""


@dataclass(frozen=True)
class Recipe:
    """Something with fit(rows, labels) and score(rows, labels), `rows` float32 (n, 784) in 0..1 times `scale`."""

    name: str
    build: Callable[[], Any]
    scale: float = 1.0
    cross_validated: bool = False


def recipes() -> list[Recipe]:
    """All that is measured, quickest to say what it is: scikit-learn's defaults but for what the claim says."""
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import SGDClassifier
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    def dense(width: int) -> Any:
        return MLPClassifier((width,), batch_size=128, max_iter=10, random_state=0)

    return [
        Recipe("sgd-default", lambda: SGDClassifier(random_state=0)),
        Recipe("sgd-standardised", lambda: make_pipeline(StandardScaler(), SGDClassifier(random_state=0))),
        Recipe("sgd-raw", lambda: SGDClassifier(random_state=0), scale=255.0, cross_validated=True),
        Recipe("forest-default", lambda: RandomForestClassifier(random_state=0)),
        Recipe("dense-128", lambda: dense(128)),
        Recipe("dense-512", lambda: dense(512)),
        *(Recipe(f"nystroem-{centres}", lambda centres=centres: _Nystroem(centres)) for centres in CENTRES),  # type: ignore[misc]
    ]


class _Nystroem:
    """The classifier `sgd-kernel` with fewer centres."""

    def __init__(self, centres: int) -> None:
        values = hyperparameters_for("sgd-kernel", DATASET) | {"centres": centres}
        self._estimator = get_classifier_spec("sgd-kernel").build(values, 0)

    def fit(self, rows: np.ndarray, labels: np.ndarray) -> None:
        self._estimator.fit(_as_images(rows), labels)

    def score(self, rows: np.ndarray, labels: np.ndarray) -> float:
        return float((self._estimator.predict(_as_images(rows)) == labels).mean())


def _as_images(rows: np.ndarray) -> np.ndarray:
    return np.rint(rows * 255).astype(np.uint8).reshape(-1, 28, 28)


def measure_recipes(*, again: bool = False, progress: Progress = silent) -> dict[str, Measurement]:
    """Measure what is missing, each recipe kept as soon as it is measured; `again` measures all anew.

    Raises
    ------
    DatasetError
        MNIST is not at hand.
    """
    loaded = load_dataset(DATASET, progress=progress)
    fingerprint = loaded.spec.fingerprint
    found = {} if again else load_measurements(fingerprint)
    wanted = recipes()
    for place, recipe in enumerate(wanted):
        if recipe.name in found:
            continue
        progress(f"Measuring {recipe.name}", place / len(wanted))
        found[recipe.name] = measured = _measure(recipe, loaded.train, loaded.test)
        if measured.test_accuracy is not None:
            log_evaluation(
                DATASET,
                recipe.name,
                purpose="claim",
                seed=0,
                n_train=len(loaded.train),
                hyperparameters={"recipe": recipe.name},
                test_accuracy=measured.test_accuracy,
            )
        save_measurements(found, fingerprint)
    progress("Measurements stored", 1.0)
    return found


def _measure(recipe: Recipe, train: Split, test: Split) -> Measurement:
    rows = as_rows(train.images) * np.float32(recipe.scale)
    accuracies, train_accuracy, test_accuracy = [], None, None
    started = time.perf_counter()
    if recipe.cross_validated:
        folds = fold_of_each(train.labels)
        for fold in range(FOLDS):
            model = recipe.build()
            model.fit(rows[folds != fold], train.labels[folds != fold])
            accuracies.append(float(model.score(rows[folds == fold], train.labels[folds == fold])))
        seconds = (time.perf_counter() - started) / FOLDS
    else:
        model = recipe.build()
        model.fit(rows, train.labels)
        seconds = time.perf_counter() - started
        train_accuracy = float(model.score(rows, train.labels))
        test_accuracy = float(model.score(as_rows(test.images) * np.float32(recipe.scale), test.labels))
    return Measurement(
        recipe=recipe.name,
        train_accuracy=train_accuracy,
        test_accuracy=test_accuracy,
        fold_accuracies=tuple(accuracies),
        fit_seconds=seconds,
        cores=os.cpu_count() or 1,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        versions=package_versions(),
    )
