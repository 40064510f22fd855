"""The command line: python -m mnist_core COMMAND; --help lists them all."""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from typing import Any

from mnist_core import cli
from mnist_core.base.errors import MnistCoreError, UnknownNameError
from mnist_core.classifiers.hyperparameters import parse_change
from mnist_core.classifiers.registry import get_classifier_spec, list_classifiers
from mnist_core.datasets import get_dataset_spec, list_datasets

DONE, FAILED = 0, 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status: 0, or 1 (failed or interrupted); wrong calls exit with 2."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        for name in options.classifiers:
            get_classifier_spec(name)
        get_dataset_spec(options.dataset)
    except UnknownNameError as error:
        parser.error(str(error))
    if "all" in options and not (options.classifiers or options.all):
        parser.error(f"Say which classifiers: --all, or any of {', '.join(list_classifiers())}.")
    if options.run is cli.train_all and (problem := cli.misuse_of_train(options)):
        parser.error(problem)
    try:
        return DONE if options.run(options) else FAILED
    except MnistCoreError as error:
        print(error, file=sys.stderr)
        return FAILED
    except OSError as error:
        print(
            f"A file cannot be read or written: {error}. Make room there, or allow it, and run this again.",
            file=sys.stderr,
        )
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
    fetch.set_defaults(run=cli.fetch)

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
    custom = train.add_argument_group("a run of your own, kept beside the classifier's as NAME@1 (one classifier)")
    custom.add_argument("--custom", action="store_true", help="keep it so; each of the following does too")
    custom.add_argument(
        "--set",
        type=_change,
        action="append",
        default=[],
        dest="changes",
        metavar="KEY=VALUE",
        help="change a hyperparameter: C=0.1, hidden=[800], average=false; may be repeated",
    )
    custom.add_argument("--subset", type=_positive, metavar="N", help="train on so many digits only")
    custom.add_argument("--label", metavar="TEXT", help="what to call it on screen")
    train.add_argument("--progress", choices=("text", "json"), default="text", help="how to report (default: text)")
    train.set_defaults(run=cli.train_all)

    cv = subparsers.add_parser("cv", help="cross-validate stored runs: temperature, final model, suspected labels")
    cv.add_argument(
        "--jobs", type=_positive, default=os.cpu_count() or 1, metavar="N", help="folds at a time (default: one a core)"
    )
    cv.set_defaults(run=cli.cross_validate_all)

    tune = subparsers.add_parser("tune", help="search a classifier's hyperparameters on held-out digits; resumes")
    tune.add_argument("classifiers", nargs=1, metavar="NAME", help=classifiers)
    tune.add_argument("--trials", type=_positive, default=24, metavar="N", help="how many in all (default: 24)")
    tune.add_argument(
        "--jobs", type=_positive, default=1, metavar="N", help="trials at a time; times are fair with 1 (default)"
    )
    tune.add_argument("--seed", type=_natural, default=0, metavar="N", help="of hold-out and search (default: 0)")
    tune.add_argument("--force", action="store_true", help="begin anew; the trials so far are set aside")
    tune.add_argument("--progress", choices=("text", "json"), default="text", help="how to report (default: text)")
    tune.set_defaults(run=cli.tune_one)
    for command in (cv, tune):
        command.add_argument(
            "--scheduler",
            metavar="ADDRESS",
            help="of a Dask cluster, such as tcp://192.0.2.1:8786, that is to do it: one at a time on each of its"
            " workers, whatever --jobs says",
        )

    curve = subparsers.add_parser("curve", help="learning curves: train stored runs' recipes on less data")
    curve.set_defaults(run=cli.measure_curves)

    seeds = subparsers.add_parser("seeds", help="train stored runs' recipes with other seeds: how much is luck")
    seeds.add_argument("--count", type=_positive, default=3, metavar="N", help="seeds in all (default: 3)")
    seeds.set_defaults(run=cli.train_seeds_of)

    robustness = subparsers.add_parser("robustness", help="run stored models on distorted digits: what breaks them")
    robustness.set_defaults(run=cli.measure_robustness_of)

    claims = subparsers.add_parser("claims", help="measure the recipes behind published figures, on mnist")
    claims.add_argument("--force", action="store_true", help="all recipes, also those that were measured")
    claims.set_defaults(run=cli.measure_claims)
    for command, again in (
        (cv, "also where it has been done"),
        (curve, "all points, also those that are there"),
        (seeds, "all other seeds, also those that are there"),
        (robustness, "all transforms, also those that are there"),
    ):
        command.add_argument("classifiers", nargs="*", metavar="NAME", help=classifiers)
        command.add_argument("--all", action="store_true", help="every classifier that is stored")
        command.add_argument("--force", action="store_true", help=again)

    show = subparsers.add_parser("show", help="the leaderboard as a table")
    show.add_argument("--markdown", action="store_true", help="as the README has it")
    show.set_defaults(run=cli.show)

    verify = subparsers.add_parser("verify", help="check stored runs against their files, metrics and models")
    verify.add_argument("classifiers", nargs="*", metavar="NAME", help=f"{classifiers} (default: all that are stored)")
    verify.set_defaults(run=cli.verify)

    rename = subparsers.add_parser("rename", help="call a run of your own something else on screen")
    delete = subparsers.add_parser("delete", help="delete a run of your own")
    for command in (rename, delete):
        command.add_argument("classifiers", nargs=1, metavar="NAME", help="such as mlp@1")
    rename.add_argument("label", metavar="LABEL", help="empty: its classifier and number")
    rename.set_defaults(run=cli.rename)
    delete.set_defaults(run=cli.delete)
    for command in (train, cv, tune, curve, seeds, robustness, show, verify, rename, delete):
        command.add_argument("--dataset", default="mnist", metavar="DATASET", help=f"{datasets} (default: mnist)")
    return parser


def _change(text: str) -> tuple[str, Any]:
    try:
        return parse_change(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _natural(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"expected 0 or more, found {number}")
    return number


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"expected 1 or more, found {number}")
    return number


if __name__ == "__main__":
    status = main()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # what is done is done: a late cancel does not change the status
    sys.exit(status)
