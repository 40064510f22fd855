"""Arguments that several commands share."""

import argparse
import sys
from typing import Any, TypeAlias

from mnist_core.base.errors import ArtifactMissingError, ArtifactStaleError, UnknownNameError
from mnist_core.classifiers.hyperparameters import parse_change
from mnist_core.classifiers.registry import get_classifier_spec, is_ensemble, list_classifiers
from mnist_core.datasets import get_dataset_spec, list_datasets
from mnist_core.store import load_record

Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


class UsageError(Exception):
    """The arguments contradict each other. The process exits with status 2."""


def add_dataset(parser: argparse.ArgumentParser) -> None:
    """Add `--dataset`."""
    parser.add_argument("--dataset", type=dataset_name, default="mnist", metavar="DATASET", help=datasets_help())


def add_classifiers(parser: argparse.ArgumentParser, *, default: str = "") -> None:
    """Add an argument for any number of classifier names. `default` describes the selection without a name."""
    help_ = ", ".join(list_classifiers()) + (f" (default: {default})" if default else "")
    parser.add_argument("classifiers", nargs="*", type=classifier_name, metavar="NAME", help=help_)


def add_stored_runs(parser: argparse.ArgumentParser, *, force: str) -> None:
    """Add the arguments of commands that add results to stored runs: names, `--all`, `--force` and `--dataset`.

    `force` is the help text of `--force`.
    """
    add_classifiers(parser)
    parser.add_argument("--all", action="store_true", help="all classifiers that have a stored run")
    parser.add_argument("--force", action="store_true", help=force)
    add_dataset(parser)


def add_custom_run(parser: argparse.ArgumentParser) -> None:
    """Add an argument for the name of one custom run."""
    parser.add_argument("classifier", type=classifier_name, metavar="NAME", help="a custom run, such as mlp@1")


def add_progress(parser: argparse.ArgumentParser) -> None:
    """Add `--progress`."""
    parser.add_argument(
        "--progress", choices=("text", "json"), default="text", help="format of progress reports (default: text)"
    )


def add_scheduler(parser: argparse.ArgumentParser) -> None:
    """Add `--scheduler`."""
    parser.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="Dask scheduler of a cluster that does the work, such as tcp://192.0.2.1:8786; each worker runs one fit at"
        " a time, and --jobs is ignored",
    )


def selected_runs(options: argparse.Namespace, *, include_ensembles: bool = True) -> list[str]:
    """Return the selected classifiers: the named ones, or with `--all` all classifiers that have a stored run.

    Parameters
    ----------
    include_ensembles : bool
        Whether `--all` includes ensembles.

    Raises
    ------
    UsageError
        There is neither a name nor `--all`.
    ArtifactStaleError
        With `--all`, the run of a single classifier is stale.
    """
    require_names(options)
    if not options.all:
        return list(dict.fromkeys(options.classifiers))
    names = []
    for name in list_classifiers(options.dataset):
        if is_ensemble(name) and not include_ensembles:
            continue
        try:
            load_record(options.dataset, name)
            names.append(name)
        except (ArtifactMissingError, ArtifactStaleError) as error:
            # An ensemble is stale after any training of a member, so it is skipped. A single classifier is stale only
            # after a change of the registry or of the data, which is an error.
            if isinstance(error, ArtifactStaleError) and not is_ensemble(name):
                raise
            print(f"Left out: {error}", file=sys.stderr)
    return names


def require_names(options: argparse.Namespace) -> None:
    """Raise UsageError unless there are names or `--all`."""
    if not (options.classifiers or options.all):
        raise UsageError(f"Expected classifier names or --all. Choose among: {', '.join(list_classifiers())}.")


def datasets_help() -> str:
    """Return the help text of an argument that names a dataset."""
    return f"{', '.join(list_datasets())} (default: mnist)"


def dataset_name(text: str) -> str:
    """Return the name of a dataset. Raise ArgumentTypeError if it is unknown."""
    try:
        return get_dataset_spec(text).name
    except UnknownNameError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def classifier_name(text: str) -> str:
    """Return the name of a classifier or custom run. Raise ArgumentTypeError if it is unknown."""
    try:
        return get_classifier_spec(text).name
    except UnknownNameError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def hyperparameter(text: str) -> tuple[str, Any]:
    """Return the name and the value of a hyperparameter, parsed from KEY=VALUE."""
    try:
        return parse_change(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def natural(text: str) -> int:
    """Return an integer of 0 or more, parsed from text."""
    return _integer(text, at_least=0)


def positive(text: str) -> int:
    """Return an integer of 1 or more, parsed from text."""
    return _integer(text, at_least=1)


def _integer(text: str, *, at_least: int) -> int:
    number = int(text)
    if number < at_least:
        raise argparse.ArgumentTypeError(f"expected {at_least} or more, found {number}")
    return number
