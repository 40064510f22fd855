"""`tune`: search a classifier's hyperparameters."""

import argparse

from mnist_core.classifiers.hyperparameters import value_text
from mnist_core.classifiers.registry import list_classifiers
from mnist_core.cli.arguments import (
    Subparsers,
    add_dataset,
    add_progress,
    add_scheduler,
    classifier_name,
    natural,
    positive,
)
from mnist_core.cli.reporting import interrupt_on_sigterm, percent, progress_printer
from mnist_core.evaluation.tuning import trials_table
from mnist_core.store.tuning_advice import describe_edges, verdict
from mnist_core.store.tuning_history import History

SHOWN_TRIALS = 5
"""Number of trials in the printed table."""


def add_parser(subparsers: Subparsers) -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser(
        "tune", help="search a classifier's hyperparameters on a validation split; resumes an earlier search"
    )
    parser.add_argument("classifier", type=classifier_name, metavar="NAME", help=", ".join(list_classifiers()))
    parser.add_argument(
        "--trials", type=positive, default=24, metavar="N", help="trials in all, earlier ones included (default: 24)"
    )
    parser.add_argument(
        "--jobs",
        type=positive,
        default=1,
        metavar="N",
        help="trials at a time (default: 1); measured times are comparable only with 1",
    )
    parser.add_argument(
        "--seed", type=natural, default=0, metavar="N", help="seed of validation split and search (default: 0)"
    )
    parser.add_argument("--force", action="store_true", help="start over; earlier trials are kept in another file")
    add_progress(parser)
    add_scheduler(parser)
    add_dataset(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> bool:
    """Search, then print the best trials, the suggested change of hyperparameters, and the grids to extend.

    Return whether at least one trial is complete.
    """
    from mnist_core.training.tuning import tune

    with interrupt_on_sigterm():
        history = tune(
            options.classifier,
            options.dataset,
            trials=options.trials,
            jobs=options.jobs,
            seed=options.seed,
            scheduler=options.scheduler,
            again=options.force,
            progress=progress_printer(options.classifier, options.progress),
        )
    if options.progress == "text":
        print(f"\n{_summary(history, options.trials)}\n\n{_table(history)}\n\n{verdict(history)}")
        for advice in describe_edges(history):
            print(f"On the edge of its grid: {advice}")
    return history.best is not None


def _summary(history: History, requested: int) -> str:
    """Return the number of trials and how to continue the search, as text."""
    made, failed = len(history.trials), len(history.trials) - history.completed
    failures = f" ({failed} failed)" if failed else ""
    summary = f"{made} trials{failures} on a validation split of {history.n_holdout:,} digits."
    if made < requested or made >= history.combinations:
        return f"{summary} All {history.combinations:,} combinations have been tried."
    return f"{summary} There are {history.combinations:,} combinations: --trials {2 * made} continues the search."


def _table(history: History) -> str:
    """Return the best trials as a text table, with one column for each tuned hyperparameter."""
    names = list(history.space)
    rows = [("Trial", "Accuracy", "95 % interval", "Fit", *names)]
    for row in trials_table(history.trials, history.space, history.n_holdout).head(SHOWN_TRIALS).to_dict("records"):
        complete = row["state"] == "complete"
        interval = f"{100 * row['low']:.2f}-{percent(row['high'])}" if complete else ""
        accuracy = percent(row["accuracy"]) if complete else "failed"
        parameters = [value_text(row[name]) for name in names]
        rows.append((str(row["trial"]), accuracy, interval, f"{row['seconds']:.1f} s", *parameters))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(f"{cell:>{width}}" for cell, width in zip(row, widths, strict=True)) for row in rows)
