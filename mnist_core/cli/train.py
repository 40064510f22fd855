"""`train`: train classifiers and store their runs. If one training fails, the other classifiers are still trained.

With changed hyperparameters, a subset or a label, one classifier is trained as a custom run, such as `mlp@1`.
"""

import argparse
import signal
import traceback
from collections.abc import Callable

from mnist_core.base.errors import MnistCoreError, TrainingError
from mnist_core.classifiers.hyperparameters import check_changes
from mnist_core.classifiers.registry import base_of, is_custom, is_ensemble, list_classifiers
from mnist_core.cli.arguments import (
    Subparsers,
    UsageError,
    add_classifiers,
    add_dataset,
    add_progress,
    hyperparameter,
    positive,
    require_names,
)
from mnist_core.cli.ensembles import can_be_trained, report_stale_ensembles
from mnist_core.cli.reporting import Format, interrupt_on_sigterm, percent, print_error, progress_printer
from mnist_core.store import Record


def add_parser(subparsers: Subparsers) -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser("train", help="train classifiers and store their runs")
    add_classifiers(parser)
    parser.add_argument("--all", action="store_true", help="all classifiers")
    parser.add_argument(
        "--jobs",
        type=positive,
        default=1,
        metavar="N",
        help="trainings at a time (default: 1); measured times are comparable only with 1",
    )
    parser.add_argument(
        "--seed",
        type=int,
        metavar="N",
        help="seed of estimators and validation split (default: 0; a stored run with any seed is up to date)",
    )
    parser.add_argument("--force", action="store_true", help="train even if the stored run is up to date")
    custom = parser.add_argument_group("custom run, stored as NAME@1 beside the classifier's own run (one classifier)")
    custom.add_argument("--custom", action="store_true", help="store a custom run; implied by the options below")
    custom.add_argument(
        "--set",
        type=hyperparameter,
        action="append",
        default=[],
        dest="changes",
        metavar="KEY=VALUE",
        help="change a hyperparameter, such as C=0.1, hidden=[800] or average=false; may be repeated",
    )
    custom.add_argument("--subset", type=positive, metavar="N", help="number of training digits (default: all)")
    custom.add_argument("--label", metavar="TEXT", help="display name")
    add_progress(parser)
    add_dataset(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> bool:
    """Train the selected classifiers. Return whether all trainings succeeded."""
    require_names(options)
    _check_options(options)
    if _is_custom_training(options):
        return _train_custom(options)
    names = list_classifiers(options.dataset) if options.all else list(dict.fromkeys(options.classifiers))
    single = [name for name in names if not is_ensemble(name)]
    ensembles = [name for name in names if is_ensemble(name)]
    outcomes = []
    with interrupt_on_sigterm():
        for batch in (single, ensembles):  # members before the ensembles that need them
            if options.all:
                batch = [name for name in batch if can_be_trained(name, options.dataset)]
            tasks = [(name, options.dataset, options.seed, options.force, options.progress) for name in batch]
            if options.jobs == 1 or len(tasks) <= 1:
                outcomes += [_train_one(*task) for task in tasks]
                continue
            from joblib import Parallel, delayed

            outcomes += Parallel(n_jobs=options.jobs)(delayed(_train_in_worker)(*task) for task in tasks)
    report_stale_ensembles(names, options.dataset)
    return all(outcomes)


def _check_options(options: argparse.Namespace) -> None:
    """Raise UsageError if the options contradict each other."""
    for name in options.classifiers:
        if is_custom(name):
            advice = f"To train another one, train {base_of(name)} with --custom, --set or --subset."
            raise UsageError(f"{name} is a custom run. {advice}")
    if not _is_custom_training(options):
        return
    if options.all or len(options.classifiers) != 1:
        raise UsageError("--custom, --set, --subset and --label need exactly one classifier.")
    try:
        check_changes(options.classifiers[0], options.dataset, dict(options.changes))
    except TrainingError as error:
        raise UsageError(str(error)) from None


def _is_custom_training(options: argparse.Namespace) -> bool:
    """Return whether the options ask for a custom run."""
    return options.custom or bool(options.changes) or (options.subset, options.label) != (None, None)


def _train_in_worker(name: str, dataset: str, seed: int | None, force: bool, style: Format) -> bool:
    """Call `_train_one` in a joblib worker. Ignore Ctrl-C there, which the parent process handles."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return _train_one(name, dataset, seed, force, style)


def _train_one(name: str, dataset: str, seed: int | None, force: bool, style: Format) -> bool:
    """Train a classifier unless its run is up to date. Return whether that succeeded."""
    from mnist_core.training import train, up_to_date

    def work() -> None:
        progress = progress_printer(name, style)
        if not force and (stored := up_to_date(name, dataset, seed=seed)) is not None:
            accuracy = percent(stored.test_accuracy)
            progress(f"Up to date since {stored.created}, {accuracy}; --force trains it again.", 1.0)
        else:
            progress(_describe_result(train(name, dataset, seed=seed or 0, progress=progress)), 1.0)

    return _succeeds(name, work)


def _train_custom(options: argparse.Namespace) -> bool:
    """Train a custom run, and return whether that succeeded. The last line that is printed starts with its name."""
    from mnist_core.training import CustomRun, train

    (name,) = options.classifiers

    def work() -> None:
        record = train(
            name,
            options.dataset,
            seed=options.seed or 0,
            custom=CustomRun(dict(options.changes), options.subset, options.label or ""),
            progress=progress_printer(name, options.progress),
        )
        progress_printer(record.classifier, options.progress)(_describe_result(record), 1.0)

    with interrupt_on_sigterm():
        return _succeeds(name, work)


def _succeeds(name: str, work: Callable[[], None]) -> bool:
    """Call `work` for one classifier. Print an error that it raises. Return whether it succeeded."""
    try:
        work()
    except MnistCoreError as error:
        print_error(f"{name}: {error}")
    except Exception:  # a bug must not stop the training of the other classifiers
        print_error(f"{name} failed:\n{traceback.format_exc()}")
    else:
        return True
    return False


def _describe_result(record: Record) -> str:
    """Return the test accuracy and the training time of a run as text."""
    return f"{percent(record.test_accuracy)} of {record.n_test:,} test digits, fit in {record.fit_seconds:.1f} s"
