"""`seeds`: train the classifiers of stored runs with other seeds."""

import argparse

from mnist_core.base.errors import MnistCoreError
from mnist_core.cli.arguments import Subparsers, add_stored_runs, positive, selected_runs
from mnist_core.cli.reporting import interrupt_on_sigterm, percent, print_error, progress_printer


def add_parser(subparsers: Subparsers) -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser(
        "seeds", help="train the classifiers of stored runs with other seeds: how far the accuracy depends on the seed"
    )
    parser.add_argument("--count", type=positive, default=3, metavar="N", help="number of seeds in all (default: 3)")
    add_stored_runs(parser, force="train with all other seeds again")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> bool:
    """Train with other seeds, one classifier after the other, and print mean and standard deviation.

    Return whether all trainings succeeded.
    """
    from mnist_core.training.seeds import train_seeds

    succeeded = True
    with interrupt_on_sigterm():
        for name in selected_runs(options):
            try:
                record = train_seeds(
                    name,
                    options.dataset,
                    count=options.count,
                    again=options.force,
                    progress=progress_printer(name),
                )
                mean, deviation, n = record.seeds_accuracy
                print(f"{name:<14} {100 * mean:.3f} ± {percent(deviation, 3)} over {n} seeds", flush=True)
            except MnistCoreError as error:
                print_error(f"{name}: {error}")
                succeeded = False
    return succeeded
