"""`show`: print the leaderboard, as text or as a Markdown table."""

import argparse
import math
from typing import Any

from mnist_core.base.errors import ArtifactError, ArtifactMissingError
from mnist_core.classifiers.hyperparameters import changes_of, describe_changes
from mnist_core.classifiers.registry import get_classifier_spec, is_custom
from mnist_core.cli.arguments import Subparsers, add_dataset
from mnist_core.cli.reporting import percent, print_error
from mnist_core.evaluation.comparison import pairwise
from mnist_core.store import Record, load_labels, load_records, load_scores
from mnist_core.store.leaderboard import leaderboard

COLUMNS = (
    "Classifier",
    "Rank",
    "Test accuracy",
    "95 % interval",
    "Cross-validated",
    "Seeds",
    "Train",
    "Fit",
    "10,000 digits",
    "One digit",
    "Model",
)
"""Headers of the table."""
RANK_NOTE = (
    "Classifiers share a range of ranks if their difference is not significant: exact McNemar tests at 5 %, Holm"
    " correction."
)


def add_parser(subparsers: Subparsers) -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser("show", help="print the leaderboard")
    parser.add_argument("--markdown", action="store_true", help="as a Markdown table, without custom runs")
    add_dataset(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> bool:
    """Print the leaderboard, most accurate run first, and why runs are missing from it.

    Return whether there is at least one usable run.
    """
    found, problems = load_records(options.dataset)
    if options.markdown:  # the table is for documents, whose readers do not have the custom runs
        found = [record for record in found if not is_custom(record.classifier)]
    y_preds = {}
    for record in found:
        try:
            y_true, y_preds[record.classifier] = load_labels(record, "test"), load_scores(record).argmax(axis=1)
        except ArtifactError as error:
            problems.append(error)
    records = {record.classifier: record for record in found if record.classifier in y_preds}
    if records:
        labels = {name: record.label or get_classifier_spec(name).label for name, record in records.items()}
        rows = leaderboard(records.values(), pairwise(y_true, y_preds), labels).to_dict("records")
        table = _without_empty_columns([COLUMNS, *map(_cells, rows)])
        print(_markdown(table) if options.markdown else _text(table, [records[row["name"]] for row in rows]))
    for problem in problems:
        if not (options.markdown and (is_custom(problem.classifier) or isinstance(problem, ArtifactMissingError))):
            print_error(problem)
    return bool(records)


def _cells(row: dict[Any, Any]) -> tuple[str, ...]:
    """Return the cells of a row of the leaderboard, one text for each of `COLUMNS`."""
    best, worst, n_seeds = row["best_rank"], row["worst_rank"], row["n_seeds"]
    validated = not math.isnan(row["cv_accuracy"])
    return (
        row["label"],
        f"{best}" if best == worst else f"{best}-{worst}",
        percent(row["test_accuracy"]),
        f"{100 * row['low']:.2f}-{percent(row['high'])}",
        f"{100 * row['cv_accuracy']:.2f} ± {percent(row['cv_spread'])}" if validated else "",
        f"{100 * row['seeds_accuracy']:.2f} ± {percent(row['seeds_spread'])} of {n_seeds}" if n_seeds > 1 else "",
        percent(row["train_accuracy"]),
        f"{row['fit_seconds']:.1f} s",
        f"{row['predict_seconds']:.2f} s",
        f"{1000 * row['predict_one_seconds']:.2f} ms",
        f"{row['model_bytes'] / 1e6:.2f} MB",
    )


def _without_empty_columns(table: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return the table without the columns whose cells are all empty below the header."""
    filled = [any(cells) for cells in zip(*table[1:], strict=True)]
    return [tuple(cell for cell, kept in zip(row, filled, strict=True) if kept) for row in table]


def _text(table: list[tuple[str, ...]], records: list[Record]) -> str:
    """Return the table with aligned columns, followed by a remark on each run."""
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines = []
    for first, *others in table:
        cells = [f"{cell:>{width}}" for cell, width in zip(others, widths[1:], strict=True)]
        lines.append("  ".join([f"{first:<{widths[0]}}", *cells]))
    lines.insert(1, "-" * len(lines[0]))
    notes = [f"{record.classifier}: {_remark(record)}" for record in records]
    return "\n".join([*lines, "", RANK_NOTE, "", *notes])


def _remark(record: Record) -> str:
    """Return the registry's remark on a classifier, or how a custom run differs from its classifier."""
    if not is_custom(record.classifier):
        return get_classifier_spec(record.classifier).remark
    changes = describe_changes(changes_of(record.classifier, record.dataset, record.hyperparameters))
    return f"{changes or 'the same hyperparameters'}; seed {record.seed}, {record.n_train:,} training digits."


def _markdown(table: list[tuple[str, ...]]) -> str:
    """Return the table in Markdown, its first column aligned left and the others right."""
    header, *rows = table
    ruler = ("---", *["---:"] * (len(header) - 1))
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (header, ruler, *rows))
