"""`claims`: measure the training procedures behind published figures."""

import argparse

from mnist_core.cli.arguments import Subparsers
from mnist_core.cli.reporting import interrupt_on_sigterm, progress_printer


def add_parser(subparsers: Subparsers) -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser("claims", help="measure the training procedures behind published figures, on mnist")
    parser.add_argument("--force", action="store_true", help="measure all procedures again")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> bool:
    """Measure the training procedures. Return True; errors are raised."""
    from mnist_core.training.published_procedures import measure_procedures

    with interrupt_on_sigterm():
        measure_procedures(again=options.force, progress=progress_printer("claims"))
    return True
