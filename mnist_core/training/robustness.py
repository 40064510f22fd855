"""Robustness: the accuracy of stored models on distorted test images, and on the images of another dataset.

Nothing is trained here, and no package for training is needed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from mnist_core.base.errors import MnistCoreError
from mnist_core.base.progress import Progress, silent
from mnist_core.classifiers.spec import Served
from mnist_core.datasets import Dataset, load_dataset
from mnist_core.images.transforms import TRANSFORMS, distort
from mnist_core.store import Record, load_record, load_robustness, model_loader, save_robustness
from mnist_core.training.measure import Outcome
from mnist_core.training.progress import scaled

OTHER_DATASET = "digits"
"""Dataset of other writers and another scanner. Models of all other datasets are also tested on it."""


@dataclass
class _Runs:
    """Records and models of the runs to measure, and errors of the runs that cannot be measured, by classifier."""

    records: dict[str, Record] = field(default_factory=dict)
    models: dict[str, Served] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


def tests_of(dataset: str) -> list[str]:
    """Return the names of the tests for models of a dataset: each transform, and another dataset."""
    return [*TRANSFORMS, *([OTHER_DATASET] if dataset != OTHER_DATASET else [])]


def measure_robustness(
    names: Sequence[str], dataset: str, *, again: bool = False, progress: Progress = silent
) -> list[Outcome]:
    """Measure the missing tests of stored runs, and store each test at once.

    Images are distorted once for all classifiers.

    Parameters
    ----------
    names : sequence of str
        Classifiers with a stored run.
    again : bool
        Measure all tests again.

    Returns
    -------
    list of Outcome
        One for each name, in the same order.

    Raises
    ------
    DatasetError
        The images are unavailable.
    """
    runs, tests = _load_runs(names, dataset), tests_of(dataset)
    missing = {
        test: [name for name in runs.models if again or test not in runs.records[name].robustness] for test in tests
    }
    finished, total = 0, sum(map(len, missing.values()))
    data = load_dataset(dataset, progress=progress)
    for test, waiting in missing.items():
        if not waiting:
            continue
        models = {name: runs.models[name] for name in waiting if name not in runs.errors}
        step = scaled(progress, finished / total, (finished + len(waiting)) / total)
        predicted = _predict(test, data, models, step)
        finished += len(waiting)
        for name, labels in predicted.items():
            try:
                # When all tests are measured again, the first one replaces all stored ones.
                replace = again and test == tests[0]
                runs.records[name] = _store(runs.records[name], test, labels, data, replace=replace)
            except MnistCoreError as error:
                runs.errors[name] = str(error)
    progress("Robustness stored", 1.0)
    return [
        Outcome(name, None, runs.errors[name]) if name in runs.errors else Outcome(name, runs.records[name])
        for name in names
    ]


def all_labels(dataset: str) -> np.ndarray:
    """Return the labels of a dataset, the training split first: uint8 of shape (n,)."""
    data = load_dataset(dataset)
    return np.concatenate([data.train.labels, data.test.labels])


def _load_runs(names: Sequence[str], dataset: str) -> _Runs:
    """Load records and models. A model that also belongs to a member of an ensemble is loaded only once."""
    runs, load_model = _Runs(), model_loader()
    for name in names:
        try:
            record = load_record(dataset, name)
            runs.models[name] = load_model(record)
            runs.records[name] = record
        except MnistCoreError as error:
            runs.errors[name] = str(error)
    return runs


def _predict(test: str, data: Dataset, models: Mapping[str, Served], progress: Progress) -> dict[str, np.ndarray]:
    """Return the labels that each model predicts, uint8 (k, n): one row for each severity of a test."""
    labels: dict[str, list[np.ndarray]] = {name: [] for name in models}
    rows = len(TRANSFORMS[test].severities) if test in TRANSFORMS else 1
    for row, (description, images) in enumerate(_images(test, data) if models else ()):
        scores: dict[str, np.ndarray] = {}
        for number, (name, model) in enumerate(models.items()):
            progress(f"{description}: {name}", (row + number / len(models)) / rows)
            scores[name] = model.scores_given(images, scores)
            labels[name].append(scores[name].argmax(axis=1).astype(np.uint8))
    return {name: np.stack(found) for name, found in labels.items()}


def _images(test: str, data: Dataset) -> Iterator[tuple[str, np.ndarray]]:
    """Yield a description and images, uint8 (n, 28, 28), for each severity of a test. Another dataset has only one."""
    if test not in TRANSFORMS:
        other = load_dataset(test)
        yield other.spec.label, np.concatenate([other.train.images, other.test.images])
        return
    transform, indices = TRANSFORMS[test], np.arange(len(data.test))
    for amount in transform.severities:
        yield f"{transform.label} {amount:g} {transform.unit}", distort(data.test.images, test, amount, indices)


def _store(record: Record, test: str, labels: np.ndarray, data: Dataset, *, replace: bool) -> Record:
    """Add a test to the stored tests, and return the new record. With `replace`, remove all other stored tests."""
    stored = load_record(record.dataset, record.classifier)
    others = [] if replace else [name for name in stored.robustness if name != test]
    all_predicted = {name: load_robustness(stored, name) for name in others} | {test: labels}
    y_true = data.test.labels if test in TRANSFORMS else all_labels(test)
    accuracies = {name: stored.robustness[name] for name in others}
    accuracies[test] = (labels == y_true).mean(axis=1).tolist()
    return save_robustness(record, accuracies, all_predicted)
