"""`tune`: search a classifier's hyperparameters, and say plainly what to make of what was found."""

import argparse

from mnist_core.classifiers.hyperparameters import value_text
from mnist_core.cli.train import report_for, sigterm_interrupts
from mnist_core.evaluation.tuning import trials_table
from mnist_core.store.tuning_advice import describe_edges, verdict
from mnist_core.store.tuning_history import History
from mnist_core.training.tuning import tune

BEST = 5


def tune_one(options: argparse.Namespace) -> bool:
    """Search, and print the best trials, what they say of the registry, and which grids end too early."""
    (name,) = options.classifiers
    with sigterm_interrupts():
        history = tune(
            name,
            options.dataset,
            trials=options.trials,
            jobs=options.jobs,
            seed=options.seed,
            scheduler=options.scheduler,
            again=options.force,
            progress=report_for(name, options.progress),
        )
    if options.progress == "text":
        print(f"\n{_summary(history, options.trials)}\n\n{_table(history)}\n\n{verdict(history)}")
        for advice in describe_edges(history):
            print(f"On the edge of its grid: {advice}")
    return history.best is not None


def _summary(history: History, asked: int) -> str:
    made, failed = len(history.trials), len(history.trials) - history.completed
    said = f"{made} trials{f' ({failed} failed)' if failed else ''} on {history.n_holdout:,} held-out digits."
    if made < asked or made >= history.combinations:
        return f"{said} All {history.combinations:,} combinations have been tried."
    return f"{said} There are {history.combinations:,} combinations: --trials {2 * made} goes on."


def _table(history: History) -> str:
    """The best trials, a column for each parameter."""
    names = list(history.space)
    rows = [("Trial", "Accuracy", "95 % interval", "Fit", *names)]
    for row in trials_table(history.trials, history.space, history.n_holdout).head(BEST).to_dict("records"):
        complete = row["state"] == "complete"
        interval = f"{100 * row['low']:.2f}-{row['high']:.2%}" if complete else ""
        accuracy = f"{row['accuracy']:.2%}" if complete else "failed"
        parameters = [value_text(row[name]) for name in names]
        rows.append((str(row["trial"]), accuracy, interval, f"{row['seconds']:.1f} s", *parameters))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(f"{cell:>{width}}" for cell, width in zip(row, widths, strict=True)) for row in rows)
