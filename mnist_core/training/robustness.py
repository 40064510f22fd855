"""Run stored models on distorted test digits, and on the digits of another dataset: what breaks them?

Nothing is trained here, and no package that trains is needed.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from mnist_core.base.errors import MnistCoreError
from mnist_core.base.progress import Progress, silent
from mnist_core.classifiers.spec import Served
from mnist_core.datasets import Dataset, load_dataset
from mnist_core.images.transforms import TRANSFORMS, distort
from mnist_core.store import load_record, load_robustness, model_loader, save_robustness
from mnist_core.store.record import Record
from mnist_core.training.cross_validation import Outcome

DOMAIN = "digits"
"""The dataset whose digits, written and scanned by others, models of any other one are shown as well."""


def tests_of(dataset: str) -> list[str]:
    """What a dataset's models are put through: each transform, and another dataset's digits."""
    return [*TRANSFORMS, *([DOMAIN] if dataset != DOMAIN else [])]


def measure_robustness(
    names: Sequence[str], dataset: str, *, again: bool = False, progress: Progress = silent
) -> list[Outcome]:
    """Measure what is missing of stored runs' robustness, each transform kept as soon as it is there.

    Digits are distorted once for all classifiers.

    Parameters
    ----------
    names : sequence of str
        Classifiers with a stored run.
    again : bool
        Measure all of it anew.

    Returns
    -------
    list of Outcome
        One a name, in this order.

    Raises
    ------
    DatasetError
        The images are not at hand.
    """
    records: dict[str, Record] = {}
    models: dict[str, Served] = {}
    errors: dict[str, str] = {}
    load = model_loader()
    for name in names:
        try:
            records[name] = load_record(dataset, name)
            models[name] = load(records[name])
        except MnistCoreError as error:
            errors[name] = str(error)
    tests = tests_of(dataset)
    missing = {test: [name for name in models if again or test not in records[name].robustness] for test in tests}
    done, total = 0, sum(map(len, missing.values()))
    data = load_dataset(dataset, progress=progress)
    for test, names_left in missing.items():
        wanted = [name for name in names_left if name not in errors]
        found: dict[str, list[np.ndarray]] = {name: [] for name in wanted}
        rows = len(TRANSFORMS[test].severities) if test in TRANSFORMS else 1
        for row, (what, images) in enumerate(_images(test, data) if wanted else ()):
            scores: dict[str, np.ndarray] = {}
            for place, name in enumerate(wanted):
                progress(f"{what}: {name}", (done + row / rows * len(names_left) + place / rows) / total)
                scores[name] = models[name].scores_given(images, scores)
                found[name].append(scores[name].argmax(axis=1).astype(np.uint8))
        done += len(names_left)
        for name in wanted:
            try:
                # With all of it to be measured anew, what was there goes with the first that is new.
                fresh = again and test == tests[0]
                records[name] = _keep(records[name], test, np.stack(found[name]), data, fresh=fresh)
            except MnistCoreError as error:
                errors[name] = str(error)
    progress("Robustness stored", 1.0)
    return [Outcome(name, None if name in errors else records[name], errors.get(name, "")) for name in names]


def all_labels(dataset: str) -> np.ndarray:
    """The labels of a whole dataset, those of the training split first: uint8 of shape (n,)."""
    data = load_dataset(dataset)
    return np.concatenate([data.train.labels, data.test.labels])


def _images(test: str, data: Dataset) -> Iterator[tuple[str, np.ndarray]]:
    """What a test shows, row by row: its name, and images uint8 (n, 28, 28)."""
    if test not in TRANSFORMS:
        other = load_dataset(test)
        yield other.spec.label, np.concatenate([other.train.images, other.test.images])
        return
    transform, indices = TRANSFORMS[test], np.arange(len(data.test))
    for amount in transform.severities:
        what = f"{transform.label} {amount:g} {transform.unit}"
        yield what, distort(data.test.images, test, amount, indices)


def _keep(record: Record, test: str, labels: np.ndarray, data: Dataset, *, fresh: bool) -> Record:
    """Add one test to those that the run has by now."""
    stored = load_record(record.dataset, record.classifier)
    names = [] if fresh else [name for name in stored.robustness if name != test]
    every = {name: load_robustness(stored, name) for name in names} | {test: labels}
    y_true = data.test.labels if test in TRANSFORMS else all_labels(test)
    shares = (labels == y_true).mean(axis=1).tolist()
    return save_robustness(record, {name: stored.robustness[name] for name in names} | {test: shares}, every)
