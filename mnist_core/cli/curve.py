"""`curve`: measure learning curves of stored runs."""

import argparse

from mnist_core.base.errors import MnistCoreError
from mnist_core.cli.arguments import Subparsers, add_stored_runs, selected_runs
from mnist_core.cli.reporting import interrupt_on_sigterm, print_error, progress_printer


def add_parser(subparsers: Subparsers) -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser("curve", help="learning curves: train the classifiers of stored runs on less data")
    add_stored_runs(parser, force="measure all points again")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> bool:
    """Measure the learning curves one after the other, so that their times are comparable.

    Return whether all measurements succeeded.
    """
    from mnist_core.training.learning_curve import measure_learning_curve

    succeeded = True
    with interrupt_on_sigterm():
        for name in selected_runs(options, include_ensembles=False):
            try:
                measure_learning_curve(name, options.dataset, again=options.force, progress=progress_printer(name))
            except MnistCoreError as error:
                print_error(f"{name}: {error}")
                succeeded = False
    return succeeded
