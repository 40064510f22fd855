"""`rename`: change the label of a custom run."""

import argparse

from mnist_core.cli.arguments import Subparsers, add_custom_run, add_dataset
from mnist_core.store import load_record, rename_run


def add_parser(subparsers: Subparsers) -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser("rename", help="change the label of a custom run")
    add_custom_run(parser)
    parser.add_argument("label", metavar="LABEL", help="display name; empty for the classifier and the run's number")
    add_dataset(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> bool:
    """Store the new label. Return True; errors are raised."""
    record = rename_run(load_record(options.dataset, options.classifier), options.label)
    print(f"{options.classifier} has " + (f"the label {record.label!r}." if record.label else "no label."))
    return True
