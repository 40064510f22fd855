"""`cv`: cross-validate stored runs."""

import argparse
import os

from mnist_core.base.errors import ArtifactError
from mnist_core.classifiers.registry import is_ensemble
from mnist_core.cli.arguments import Subparsers, add_scheduler, add_stored_runs, positive, selected_runs
from mnist_core.cli.ensembles import report_stale_ensembles
from mnist_core.cli.reporting import interrupt_on_sigterm, percent, print_error, progress_printer
from mnist_core.store import load_record


def add_parser(subparsers: Subparsers) -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser(
        "cv", help="cross-validate stored runs: temperature, final model, suspected label errors"
    )
    parser.add_argument(
        "--jobs",
        type=positive,
        default=os.cpu_count() or 1,
        metavar="N",
        help="folds at a time (default: one per core)",
    )
    add_scheduler(parser)
    add_stored_runs(parser, force="repeat finished cross-validations")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> bool:
    """Cross-validate the selected runs, several folds at a time. Return whether all succeeded."""
    from mnist_core.training.cross_validation import cross_validate

    names, succeeded = selected_runs(options), True
    for name in [name for name in names if is_ensemble(name)]:
        names.remove(name)
        succeeded &= _is_validated_ensemble(name, options.dataset) or options.all
    if not options.force:
        validated = [name for name in names if load_record(options.dataset, name).cross_validation]
        for name in validated:
            print(f"{name:<14} is cross-validated; --force repeats it.")
        names = [name for name in names if name not in validated]
    with interrupt_on_sigterm():
        progress = progress_printer("cv")
        outcomes = cross_validate(
            names, options.dataset, jobs=options.jobs, scheduler=options.scheduler, progress=progress
        )
        for outcome in outcomes:
            folds = outcome.record.cross_validation if outcome.record else None
            if folds is None:
                print_error(f"{outcome.classifier}: {outcome.error}")
                succeeded = False
            else:
                print(
                    f"{outcome.classifier:<14} {percent(folds.accuracy)} of {sum(folds.sizes):,} digits out of fold,"
                    f" folds {percent(min(folds.accuracies))} to {percent(max(folds.accuracies))}",
                    flush=True,
                )
    report_stale_ensembles(names, options.dataset)
    return succeeded


def _is_validated_ensemble(name: str, dataset: str) -> bool:
    """Return whether an ensemble is cross-validated. Print the command that trains and cross-validates it."""
    command = f"python -m mnist_core train {name} --dataset {dataset}"
    try:
        if load_record(dataset, name).cross_validation:
            print(f"{name:<14} is an ensemble, cross-validated by its training. To repeat it: {command} --force")
            return True
        print_error(f"{name}: an ensemble is cross-validated by its training: {command}")
    except ArtifactError as error:
        print_error(error)
    return False
