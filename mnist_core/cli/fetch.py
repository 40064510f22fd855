"""`fetch`: download a dataset and verify its files."""

import argparse

from mnist_core.base.progress import Progress
from mnist_core.cli.arguments import Subparsers, dataset_name, datasets_help
from mnist_core.datasets import fetch_dataset


def add_parser(subparsers: Subparsers) -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser("fetch", help="download a dataset and verify its files")
    parser.add_argument(
        "dataset", nargs="?", type=dataset_name, default="mnist", metavar="DATASET", help=datasets_help()
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> bool:
    """Download the missing files of a dataset, verify all, and print their folder. Return True; errors are raised."""
    folder = fetch_dataset(options.dataset, progress=_progress_in_tens())
    print(f"{options.dataset} is available and verified" + (f": {folder}" if folder else ". It needs no files."))
    return True


def _progress_in_tens() -> Progress:
    """Return a progress function that prints a line for every ten percent.

    Downloads report their progress ten times a second.
    """
    last = ""

    def report(message: str, share: float | None = None, *, entry: object = None) -> None:
        nonlocal last
        tens = int((share or 0.0) * 10) * 10
        line = f"{message}: {tens} %" if tens else message
        if line != last:
            last = line
            print(line, flush=True)

    return report
