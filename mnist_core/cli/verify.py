"""`verify`: check stored runs against their files, and their metrics against recomputed ones."""

import argparse

import numpy as np

from mnist_core.base.errors import ArtifactError, ArtifactMissingError, DatasetUnavailableError
from mnist_core.classifiers.spec import Served
from mnist_core.cli.arguments import Subparsers, add_classifiers, add_dataset
from mnist_core.cli.reporting import percent, print_error
from mnist_core.datasets import Split, list_datasets, load_dataset
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

ACCURACY_TOLERANCE = 1e-9
SCORE_TOLERANCE = 1e-3
"""Largest difference of a score as a share of the range of all scores. Processors round differently."""
FIT_TOLERANCE = 0.02
"""Largest relative difference of a temperature, and largest absolute difference of a weight.

Fits on the stored out-of-fold scores differ slightly from the original ones, because stored scores are rounded.
"""
DISTORTED, LABEL_TOLERANCE = 100, 0.05
"""Number of test digits to distort again, and the share of them that may get another label."""


def add_parser(subparsers: Subparsers) -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser("verify", help="check stored runs: hashes, metrics, folds and predictions")
    add_classifiers(parser, default="all that have a stored run")
    add_dataset(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> bool:
    """Verify the selected runs, or all stored ones. Return whether they have no problems."""
    test = _test_split(options.dataset)
    outcomes = [_verify_one(name, options.dataset, test) for name in options.classifiers]
    if not options.classifiers:
        names = list_runs(options.dataset)
        outcomes = [_verify_one(name, options.dataset, test, skip_missing=True) for name in names]
        if all(outcome is None for outcome in outcomes):
            print_error(f"No classifier has been trained on {options.dataset} yet.")
            return False
    return all(outcome is not False for outcome in outcomes)


def _verify_one(name: str, dataset: str, test: Split | None, *, skip_missing: bool = False) -> bool | None:
    """Print the problems of a run, and return whether it has none.

    Return None for a missing run if `skip_missing` is true.
    """
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
        print_error(problem)
    if not problems:
        print(f"{name}: files and metrics{' and model' if test else ''} verified")
    return not problems


def _problems(record: Record, test: Split | None) -> list[str]:
    """Recompute the figures of a run from its files, and return descriptions of all differences."""
    problems, scores, labels = [], load_scores(record), load_labels(record, "test")
    accuracy = float((scores.argmax(axis=1) == labels).mean())
    if abs(accuracy - record.test_accuracy) > ACCURACY_TOLERANCE:
        figures = f"expected {percent(record.test_accuracy, 4)} (record), found {percent(accuracy, 4)} (stored scores)"
        problems.append(f"test accuracy: {figures}.")
    problems += _cross_validation_problems(record)
    problems += _ensemble_problems(record)
    problems += _robustness_problems(record, labels)
    if test is None:
        return problems
    if not np.array_equal(test.labels, labels):
        problems.append("the stored labels differ from those of the test split.")
    model = load_model(record)
    problems += _distortion_problems(record, test, model)
    found_scores = model.scores(test.images)
    difference = float(np.abs(found_scores - scores).max() / np.ptp(scores))
    changed = int((found_scores.argmax(axis=1) != scores.argmax(axis=1)).sum())
    if difference > SCORE_TOLERANCE or changed > len(labels) // 1000:
        problems.append(
            f"the model's scores differ from the stored ones by {difference:.1e} of their range,"
            f" and {changed} predictions differ."
        )
    return problems


def _cross_validation_problems(record: Record) -> list[str]:
    """Return differences of the fold accuracies and the temperature from the stored out-of-fold scores."""
    if (result := record.cross_validation) is None:
        return []
    from mnist_core.training.splits import fold_of_each
    from mnist_core.training.temperature import fit_temperature

    scores, labels = load_out_of_fold(record), load_labels(record, "train")
    correct, folds = scores.argmax(axis=1) == labels, fold_of_each(labels)
    problems = []
    for fold, accuracy in enumerate(result.accuracies):
        found = float(correct[folds == fold].mean())
        if abs(found - accuracy) > ACCURACY_TOLERANCE:
            expected = percent(accuracy, 4)
            problems.append(
                f"fold {fold + 1}: expected {expected} (record), found {percent(found, 4)} (stored scores)."
            )
    temperature = fit_temperature(scores, labels)
    if abs(temperature / record.temperature - 1) > FIT_TOLERANCE:
        figures = f"expected {record.temperature:.4g} (record), found {temperature:.4g} (out-of-fold scores)"
        problems.append(f"temperature: {figures}.")
    return problems


def _ensemble_problems(record: Record) -> list[str]:
    """Return differences of an ensemble's weights from those fitted to its members' out-of-fold scores."""
    if record.model_file != ENSEMBLE:
        return []
    from mnist_core.training.ensemble import OUTDATED_WEIGHTS, has_current_weights
    from mnist_core.training.ensemble_weights import fit_weights

    members = load_members(record)
    if not has_current_weights(record):
        return [f"{OUTDATED_WEIGHTS} Train it again."]
    logits = [load_out_of_fold(run) / run.temperature for run in members.values()]
    weights = fit_weights(logits, load_labels(record, "train"))
    if np.abs(weights - [member.weight for member in members]).max() > FIT_TOLERANCE:
        return ["the stored weights differ from those fitted to the members' out-of-fold scores."]
    return []


def _robustness_problems(record: Record, y_true: np.ndarray) -> list[str]:
    """Return differences of the accuracies on distorted digits and on another dataset from the stored predictions."""
    from mnist_core.training.robustness import all_labels

    problems = []
    for name, accuracies in record.robustness.items():
        correct = load_robustness(record, name) == (all_labels(name) if name in list_datasets() else y_true)
        if np.abs(correct.mean(axis=1) - accuracies).max() > ACCURACY_TOLERANCE:
            problems.append(f"{name}: the record's accuracies differ from those of the stored predictions.")
    return problems


def _distortion_problems(record: Record, test: Split, model: Served) -> list[str]:
    """Distort the first test digits again at the highest severity, and predict them.

    Return the transforms for which too many predictions differ from the stored ones.
    """
    problems, first = [], test.images[:DISTORTED]
    for name in [name for name in TRANSFORMS if name in record.robustness]:
        predicted = model.predict(distort(first, name, TRANSFORMS[name].severities[-1], np.arange(len(first))))
        changed = float((predicted != load_robustness(record, name)[-1, : len(first)]).mean())
        if changed > LABEL_TOLERANCE:
            problems.append(f"{name}: {percent(changed, 0)} of the predictions for distorted digits have changed.")
    return problems


def _test_split(dataset: str) -> Split | None:
    """Return the test split. If its images are unavailable, print why models are not checked and return None."""
    try:
        return load_dataset(dataset).test
    except DatasetUnavailableError as error:
        print(f"Images unavailable: only files and metrics are checked, not models.\n{error}\n")
        return None
