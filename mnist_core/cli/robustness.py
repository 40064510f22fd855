"""`robustness`: evaluate stored models on distorted digits. Nothing is trained."""

import argparse
from statistics import fmean

from mnist_core.cli.arguments import Subparsers, add_stored_runs, selected_runs
from mnist_core.cli.reporting import interrupt_on_sigterm, percent, print_error, progress_printer
from mnist_core.images.transforms import TRANSFORMS


def add_parser(subparsers: Subparsers) -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser("robustness", help="evaluate stored models on distorted digits; trains nothing")
    add_stored_runs(parser, force="evaluate all transforms again")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> bool:
    """Evaluate the selected models together, so that each digit is distorted only once.

    Return whether all evaluations succeeded.
    """
    from mnist_core.training.robustness import measure_robustness

    with interrupt_on_sigterm():
        outcomes = measure_robustness(
            selected_runs(options), options.dataset, again=options.force, progress=progress_printer("robustness")
        )
    for outcome in outcomes:
        if outcome.record is None:
            print_error(f"{outcome.classifier}: {outcome.error}")
            continue
        means = {name: fmean(outcome.record.robustness[name]) for name in TRANSFORMS}
        worst = min(means, key=means.__getitem__)
        mean, clean = fmean(means.values()), outcome.record.test_accuracy
        print(
            f"{outcome.classifier:<14} {percent(mean)} of distorted digits, {percent(clean)} of clean digits;"
            f" worst: {worst}, {percent(means[worst])}",
            flush=True,
        )
    return all(outcome.record for outcome in outcomes)
