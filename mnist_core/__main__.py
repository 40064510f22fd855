"""The command line: python -m mnist_core fetch | train | cv | curve | seeds | claims | show | verify."""

import argparse
import os
import signal
import sys
from collections.abc import Sequence

from mnist_core import commands
from mnist_core.classifiers.registry import get_classifier_spec, list_classifiers
from mnist_core.datasets import get_dataset_spec, list_datasets
from mnist_core.errors import MnistCoreError, UnknownNameError

DONE, FAILED = 0, 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status: 0, or 1 (failed or interrupted); wrong calls exit with 2."""
    parser = _parser()
    options = parser.parse_args(arguments)
    # Threads of torch and scikit-learn wait without burning a core: nobody else is slowed down, pages least of all.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    try:
        for name in options.classifiers:
            get_classifier_spec(name)
        get_dataset_spec(options.dataset)
    except UnknownNameError as error:
        parser.error(str(error))
    if "all" in options and not (options.classifiers or options.all):
        parser.error(f"Say which classifiers: --all, or any of {', '.join(list_classifiers())}.")
    try:
        return DONE if options.run(options) else FAILED
    except MnistCoreError as error:
        print(error, file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("\nInterrupted. Runs stored before stay; nothing is stored by halves.", file=sys.stderr)
        return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m mnist_core", description="Classifiers of handwritten digits: data, training, results."
    )
    parser.set_defaults(classifiers=[], dataset="mnist")
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    datasets, classifiers = ", ".join(list_datasets()), ", ".join(list_classifiers())

    fetch = subparsers.add_parser("fetch", help="make sure a dataset is here and verified")
    fetch.add_argument("dataset", nargs="?", default="mnist", metavar="DATASET", help=f"{datasets} (default: mnist)")
    fetch.set_defaults(run=commands.fetch)

    train = subparsers.add_parser("train", help="train classifiers and store their runs")
    train.add_argument("classifiers", nargs="*", metavar="NAME", help=classifiers)
    train.add_argument("--all", action="store_true", help="every classifier")
    train.add_argument(
        "--jobs", type=_positive, default=1, metavar="N", help="how many at a time; times are fair with 1"
    )
    train.add_argument(
        "--seed", type=int, metavar="N", help="of estimators and hold-out (default: 0, and of a stored run any)"
    )
    train.add_argument("--force", action="store_true", help="also where the stored run is up to date")
    train.add_argument("--progress", choices=("text", "json"), default="text", help="how to report (default: text)")
    train.set_defaults(run=commands.train_all)

    cv = subparsers.add_parser("cv", help="cross-validate stored runs: temperature, final model, suspected labels")
    cv.add_argument(
        "--jobs", type=_positive, default=os.cpu_count() or 1, metavar="N", help="folds at a time (default: one a core)"
    )
    cv.set_defaults(run=commands.cross_validate_all)

    curve = subparsers.add_parser("curve", help="learning curves: train stored runs' recipes on less data")
    curve.set_defaults(run=commands.measure_curves)

    seeds = subparsers.add_parser("seeds", help="train stored runs' recipes with other seeds: how much is luck")
    seeds.add_argument("--count", type=_positive, default=3, metavar="N", help="seeds in all (default: 3)")
    seeds.set_defaults(run=commands.train_seeds_of)

    claims = subparsers.add_parser("claims", help="measure the recipes behind published figures, on mnist")
    claims.add_argument("--force", action="store_true", help="all recipes, also those that were measured")
    claims.set_defaults(run=commands.measure_claims)
    for command, again in (
        (cv, "also where it has been done"),
        (curve, "all points, also those that are there"),
        (seeds, "all other seeds, also those that are there"),
    ):
        command.add_argument("classifiers", nargs="*", metavar="NAME", help=classifiers)
        command.add_argument("--all", action="store_true", help="every classifier that is stored")
        command.add_argument("--force", action="store_true", help=again)

    show = subparsers.add_parser("show", help="the leaderboard as a table")
    show.add_argument("--markdown", action="store_true", help="as the README has it")
    show.set_defaults(run=commands.show)

    verify = subparsers.add_parser("verify", help="check stored runs against their files, metrics and models")
    verify.add_argument("classifiers", nargs="*", metavar="NAME", help=f"{classifiers} (default: all that are stored)")
    verify.set_defaults(run=commands.verify)
    for command in (train, cv, curve, seeds, show, verify):
        command.add_argument("--dataset", default="mnist", metavar="DATASET", help=f"{datasets} (default: mnist)")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"expected 1 or more, found {number}")
    return number


if __name__ == "__main__":
    status = main()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # what is done is done: a late cancel does not change the status
    sys.exit(status)
