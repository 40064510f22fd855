"""`fetch` and `verify`: is the data here, and are the stored runs what they say?"""

import argparse
import sys

import numpy as np

from mnist_core.base.errors import ArtifactError, ArtifactMissingError, DatasetUnavailableError
from mnist_core.classifiers.spec import Served
from mnist_core.datasets import Split, fetch_dataset, list_datasets, load_dataset
from mnist_core.images.transforms import TRANSFORMS, distort
from mnist_core.store import (
    Record,
    list_runs,
    load_labels,
    load_members,
    load_model,
    load_out_of_fold,
    load_record,
    load_robustness,
    load_scores,
)
from mnist_core.store.record import ENSEMBLE
from mnist_core.training.ensemble import OLD_WEIGHTS, fit_weights, has_todays_weights
from mnist_core.training.robustness import all_labels

SMALLEST_DIFFERENCE = 1e-3
"""Of the scores' spread: processors round differently, models do not."""
LARGEST_DRIFT = 0.02
"""Of a temperature, for out-of-fold scores are kept in steps, and of a weight."""
DISTORTED, LARGEST_CHANGE = 100, 0.05
"""Test digits that are distorted anew, and the share of them that may get another label: nearly all stay the same."""


def fetch(options: argparse.Namespace) -> bool:
    """Make sure a dataset's files are local and verified."""
    said = ""

    def say(message: str, share: float | None = None, *, entry: object = None) -> None:
        nonlocal said
        tens = int((share or 0.0) * 10) * 10
        line = f"{message}: {tens}%" if tens else message
        if line != said:  # downloads report ten times a second
            print(said := line, flush=True)

    folder = fetch_dataset(options.dataset, progress=say)
    print(f"{options.dataset} is here and verified" + (f": {folder}" if folder else "; it needs no files."))
    return True


def verify(options: argparse.Namespace) -> bool:
    """Check hashes, metrics and temperature against stored scores, and scores against models run anew."""
    test = _test_split(options.dataset)
    outcomes = [_verify_one(name, options.dataset, test) for name in options.classifiers]
    if not options.classifiers:
        names = list_runs(options.dataset)
        outcomes = [_verify_one(name, options.dataset, test, skip_missing=True) for name in names]
        if all(outcome is None for outcome in outcomes):
            print(f"No classifier has been trained on {options.dataset} yet.", file=sys.stderr)
            return False
    return all(outcome is not False for outcome in outcomes)


def _verify_one(name: str, dataset: str, test: Split | None, *, skip_missing: bool = False) -> bool | None:
    """Whether a run is in order; None where there is none and none is needed."""
    try:
        record = load_record(dataset, name)
        problems = [f"{name}: {problem}" for problem in _problems(record, test)]
    except ArtifactMissingError as error:
        if skip_missing:
            print(f"{name}: not trained")
            return None
        problems = [str(error)]
    except ArtifactError as error:
        problems = [str(error)]
    for problem in problems:
        print(problem, file=sys.stderr)
    if not problems:
        print(f"{name}: files and metrics{' and model' if test else ''} in order")
    return not problems


def _problems(record: Record, test: Split | None) -> list[str]:
    """What does not agree, once the files have the hashes of the record."""
    problems, scores, labels = [], load_scores(record), load_labels(record, "test")
    accuracy = float((scores.argmax(axis=1) == labels).mean())
    if abs(accuracy - record.test_accuracy) > 1e-9:
        problems.append(f"the record says {record.test_accuracy:.4%} right, the predictions say {accuracy:.4%}.")
    problems += _cross_validation_problems(record)
    problems += _ensemble_problems(record)
    problems += _robustness_problems(record, labels)
    if test is None:
        return problems
    if not np.array_equal(test.labels, labels):
        problems.append("the stored labels are not the test split's.")
    model = load_model(record)
    problems += _distortion_problems(record, test, model)
    found = model.scores(test.images)
    difference = float(np.abs(found - scores).max() / np.ptp(scores))
    changed = int((found.argmax(axis=1) != scores.argmax(axis=1)).sum())
    if difference > SMALLEST_DIFFERENCE or changed > len(labels) // 1000:
        problems.append(f"the model's scores differ by {difference:.1e} of their spread, {changed} labels differ.")
    return problems


def _cross_validation_problems(record: Record) -> list[str]:
    """What the stored out-of-fold scores say against the record."""
    if (result := record.cross_validation) is None:
        return []
    from mnist_core.training.cross_validation import fold_of_each
    from mnist_core.training.temperature import fit_temperature

    scores, labels = load_out_of_fold(record), load_labels(record, "train")
    right, folds = scores.argmax(axis=1) == labels, fold_of_each(labels)
    problems = []
    for fold, accuracy in enumerate(result.accuracies):
        if abs(float(right[folds == fold].mean()) - accuracy) > 1e-9:
            problems.append(f"fold {fold + 1}: the record says {accuracy:.4%} right, the scores say otherwise.")
    if abs(fit_temperature(scores, labels) / record.temperature - 1) > LARGEST_DRIFT:
        problems.append("the temperature is not the one that the out-of-fold scores ask for.")
    return problems


def _ensemble_problems(record: Record) -> list[str]:
    """What the members' out-of-fold scores say against the weights of a vote."""
    if record.model_file != ENSEMBLE:
        return []
    found = load_members(record)
    if not has_todays_weights(record):
        return [f"{OLD_WEIGHTS} Train it again."]
    logits = [load_out_of_fold(run) / run.temperature for run in found.values()]
    weights = fit_weights(logits, load_labels(record, "train"))
    if np.abs(weights - [member.weight for member in found]).max() > LARGEST_DRIFT:
        return ["the weights are not those that the members' out-of-fold scores ask for."]
    return []


def _robustness_problems(record: Record, y_true: np.ndarray) -> list[str]:
    """What the labels of distorted digits, and of another dataset's, say against the record."""
    problems = []
    for name, accuracies in record.robustness.items():
        labels = load_robustness(record, name)
        right = labels == (all_labels(name) if name in list_datasets() else y_true)
        if np.abs(right.mean(axis=1) - accuracies).max() > 1e-9:
            problems.append(f"{name}: the record's accuracies are not those of the stored labels.")
    return problems


def _distortion_problems(record: Record, test: Split, model: Served) -> list[str]:
    """Whether the first digits, distorted anew as much as it goes, still get the labels that are stored."""
    problems, first = [], test.images[:DISTORTED]
    for name in [name for name in TRANSFORMS if name in record.robustness]:
        again = model.predict(distort(first, name, TRANSFORMS[name].severities[-1], np.arange(len(first))))
        changed = float((again != load_robustness(record, name)[-1, : len(first)]).mean())
        if changed > LARGEST_CHANGE:
            problems.append(f"{name}: {changed:.0%} of digits that are distorted anew get another label.")
    return problems


def _test_split(dataset: str) -> Split | None:
    try:
        return load_dataset(dataset).test
    except DatasetUnavailableError as error:
        print(f"The images are not at hand, so no model is run anew: only files and metrics are checked.\n{error}\n")
        return None
