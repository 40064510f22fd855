"""`delete`: delete a custom run."""

import argparse

from mnist_core.base.errors import ArtifactMissingError
from mnist_core.classifiers.registry import is_custom
from mnist_core.cli.arguments import Subparsers, add_custom_run, add_dataset
from mnist_core.store import delete_run, run_dir


def add_parser(subparsers: Subparsers) -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser("delete", help="delete a custom run")
    add_custom_run(parser)
    add_dataset(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> bool:
    """Delete all files of a run, usable or not. Return True; errors are raised."""
    name, dataset = options.classifier, options.dataset
    if is_custom(name) and not run_dir(dataset, name).exists():
        raise ArtifactMissingError(dataset, name, "there is no such run.")
    delete_run(dataset, name)
    print(f"{name} on {dataset} is deleted.")
    return True
