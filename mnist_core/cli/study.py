"""`cv`, `curve`, `seeds`, `claims`: train recipes again, on parts of the data, and other people's.

`robustness` trains nothing: it runs what is stored on distorted digits.
"""

import argparse
import sys
from statistics import fmean

from mnist_core.base.errors import ArtifactError, ArtifactMissingError, ArtifactStaleError, MnistCoreError
from mnist_core.classifiers.registry import is_ensemble, list_classifiers
from mnist_core.cli.train import report_for, report_stale_ensembles, sigterm_interrupts
from mnist_core.images.transforms import TRANSFORMS
from mnist_core.store import load_record
from mnist_core.training.cross_validation import cross_validate
from mnist_core.training.learning_curve import measure_learning_curve
from mnist_core.training.published_recipes import measure_recipes
from mnist_core.training.robustness import measure_robustness
from mnist_core.training.seeds import train_seeds


def cross_validate_all(options: argparse.Namespace) -> bool:
    """Cross-validate what was asked for, several folds at a time."""
    names, good = _stored(options), True
    for name in [name for name in names if is_ensemble(name)]:
        names.remove(name)
        good &= _says_who_validates(name, options.dataset) or options.all
    if not options.force:
        validated = [name for name in names if load_record(options.dataset, name).cross_validation]
        for name in validated:
            print(f"{name:<14} has been cross-validated; --force does it again.")
        names = [name for name in names if name not in validated]
    with sigterm_interrupts():
        progress = report_for("cv", "text")
        where = {"jobs": options.jobs, "scheduler": options.scheduler}
        for outcome in cross_validate(names, options.dataset, **where, progress=progress):
            folds = outcome.record.cross_validation if outcome.record else None
            if folds is None:
                print(f"{outcome.classifier}: {outcome.error}", file=sys.stderr, flush=True)
                good = False
            else:
                print(
                    f"{outcome.classifier:<14} {folds.accuracy:.2%} of {sum(folds.sizes):,} digits out of fold,"
                    f" folds {min(folds.accuracies):.2%} to {max(folds.accuracies):.2%}",
                    flush=True,
                )
    report_stale_ensembles(names, options.dataset)
    return good


def _says_who_validates(vote: str, dataset: str) -> bool:
    """Say that its training cross-validates a vote; whether it has."""
    again = f"python -m mnist_core train {vote} --dataset {dataset}"
    try:
        if load_record(dataset, vote).cross_validation:
            print(f"{vote:<14} votes over others: its training cross-validates it. To do it again: {again} --force")
            return True
        print(f"{vote}: it votes over others, and its training would cross-validate it: {again}", file=sys.stderr)
    except ArtifactError as error:
        print(error, file=sys.stderr)
    return False


def measure_curves(options: argparse.Namespace) -> bool:
    """Measure the learning curves that were asked for, one after the other: their times are to be fair."""
    good = True
    with sigterm_interrupts():
        for name in _stored(options, votes=False):
            try:
                measure_learning_curve(name, options.dataset, again=options.force, progress=report_for(name, "text"))
            except MnistCoreError as error:
                print(f"{name}: {error}", file=sys.stderr, flush=True)
                good = False
    return good


def train_seeds_of(options: argparse.Namespace) -> bool:
    """Train the recipes that were asked for with other seeds, one after the other."""
    good = True
    with sigterm_interrupts():
        for name in _stored(options):
            try:
                record = train_seeds(
                    name,
                    options.dataset,
                    count=options.count,
                    again=options.force,
                    progress=report_for(name, "text"),
                )
                mean, spread, n = record.seeds_accuracy
                print(f"{name:<14} {mean:.3%} ± {spread:.3%} over {n} seeds", flush=True)
            except MnistCoreError as error:
                print(f"{name}: {error}", file=sys.stderr, flush=True)
                good = False
    return good


def measure_robustness_of(options: argparse.Namespace) -> bool:
    """Run the models that were asked for on distorted digits, all of them together: digits are distorted once."""
    with sigterm_interrupts():
        outcomes = measure_robustness(
            _stored(options), options.dataset, again=options.force, progress=report_for("robustness", "text")
        )
    for outcome in outcomes:
        if outcome.record is None:
            print(f"{outcome.classifier}: {outcome.error}", file=sys.stderr, flush=True)
            continue
        means = {name: fmean(outcome.record.robustness[name]) for name in TRANSFORMS}
        worst = min(means, key=means.__getitem__)
        mean, clean = fmean(means.values()), outcome.record.test_accuracy
        print(
            f"{outcome.classifier:<14} {mean:.2%} of distorted digits, {clean:.2%} of clean ones;"
            f" worst: {worst}, {means[worst]:.2%}",
            flush=True,
        )
    return all(outcome.record for outcome in outcomes)


def measure_claims(options: argparse.Namespace) -> bool:
    """Measure the recipes behind published figures."""
    with sigterm_interrupts():
        measure_recipes(again=options.force, progress=report_for("claims", "text"))
    return True


def _stored(options: argparse.Namespace, *, votes: bool = True) -> list[str]:
    """The classifiers asked for; of all, those that have a run, and `votes` over others only if they are wanted."""
    if not options.all:
        return list(dict.fromkeys(options.classifiers))
    names = []
    for name in list_classifiers(options.dataset):
        if is_ensemble(name) and not votes:
            continue
        try:
            load_record(options.dataset, name)
            names.append(name)
        except (ArtifactMissingError, ArtifactStaleError) as error:
            if isinstance(error, ArtifactStaleError) and not is_ensemble(name):
                raise  # a vote gets stale whenever a member is trained anew, anything else by a change of the registry
            print(f"Left out: {error}", file=sys.stderr)
    return names
