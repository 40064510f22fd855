"""`show`: the leaderboard from the records, as a text table or as Markdown."""

import argparse
import sys
from collections.abc import Mapping

import numpy as np

from mnist_core.base.errors import ArtifactError, ArtifactMissingError
from mnist_core.classifiers.hyperparameters import changes_of, describe_changes
from mnist_core.classifiers.registry import get_classifier_spec, is_custom
from mnist_core.evaluation.metrics import accuracy_interval
from mnist_core.evaluation.significance import pairwise, rank_ranges
from mnist_core.store import Record, load_labels, load_records, load_scores

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
RANK = "Ranks that the test split cannot separate share a range: exact McNemar tests at 5 %, Holm's correction."


def show(options: argparse.Namespace) -> bool:
    """Print the table, best first, and what is wrong with runs that are not in it."""
    found, problems = load_records(options.dataset)
    if options.markdown:  # for those who have not the runs of one's own
        found = [record for record in found if not is_custom(record.classifier)]
    y_preds = {}
    for record in found:
        try:
            y_true, y_preds[record.classifier] = load_labels(record, "test"), load_scores(record).argmax(axis=1)
        except ArtifactError as error:
            problems.append(error)
    records = [record for record in found if record.classifier in y_preds]
    records.sort(key=lambda record: record.test_accuracy, reverse=True)
    if records:
        ranks = _ranks(y_true, y_preds)
        table = _without_empty_columns([COLUMNS, *(_cells(record, ranks[record.classifier]) for record in records)])
        print(_markdown(table) if options.markdown else _text(table, records))
    for problem in problems:
        if not (options.markdown and (is_custom(problem.classifier) or isinstance(problem, ArtifactMissingError))):
            print(problem, file=sys.stderr)
    return bool(records)


def _ranks(y_true: np.ndarray, y_preds: Mapping[str, np.ndarray]) -> dict[str, str]:
    """The ranks that each classifier may have: 1, 2-3"""
    pairs = pairwise(y_true, y_preds)
    ranges = zip(pairs.names, *rank_ranges(pairs.accuracies, pairs.adjusted), strict=True)
    return {name: f"{best}" if best == worst else f"{best}-{worst}" for name, best, worst in ranges}


def _cells(record: Record, rank: str) -> tuple[str, ...]:
    low, high = accuracy_interval(record.test_accuracy, record.n_test)
    folds, (mean, deviation, seeds) = record.cross_validation, record.seeds_accuracy
    return (
        record.label or get_classifier_spec(record.classifier).label,
        rank,
        f"{record.test_accuracy:.2%}",
        f"{100 * low:.2f}-{high:.2%}",
        f"{100 * folds.accuracy:.2f} ± {folds.spread:.2%}" if folds else "",
        f"{100 * mean:.2f} ± {deviation:.2%} of {seeds}" if seeds > 1 else "",
        f"{record.train_accuracy:.2%}",
        f"{record.fit_seconds:.1f} s",
        f"{record.predict_10_000_seconds:.2f} s",
        f"{1000 * record.predict_one_seconds:.2f} ms",
        f"{record.model_bytes / 1e6:.2f} MB",
    )


def _without_empty_columns(table: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """A table whose first row names its columns, but for those that hold nothing else."""
    filled = [any(cells) for cells in zip(*table[1:], strict=True)]
    return [tuple(cell for cell, kept in zip(row, filled, strict=True) if kept) for row in table]


def _text(table: list[tuple[str, ...]], records: list[Record]) -> str:
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines = []
    for cells in table:
        first, *others = (f"{cell:<{width}}" if i == 0 else f"{cell:>{width}}" for i, (cell, width) in
                          enumerate(zip(cells, widths, strict=True)))  # fmt: skip
        lines.append("  ".join([first, *others]))
    lines.insert(1, "-" * len(lines[0]))
    notes = [f"{record.classifier}: {_remark(record)}" for record in records]
    return "\n".join([*lines, "", RANK, "", *notes])


def _remark(record: Record) -> str:
    """What the registry says of a classifier; of a run of one's own what is different about it."""
    if not is_custom(record.classifier):
        return get_classifier_spec(record.classifier).remark
    changes = describe_changes(changes_of(record.classifier, record.dataset, record.hyperparameters))
    return f"{changes or 'the same hyperparameters'}; seed {record.seed}, {record.n_train:,} training digits."


def _markdown(table: list[tuple[str, ...]]) -> str:
    header, *rows = table
    ruler = ("---", *["---:"] * (len(header) - 1))
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (header, ruler, *rows))
