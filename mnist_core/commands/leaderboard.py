"""`show`: the leaderboard from the records, as a text table or as Markdown."""

import argparse
import sys

from mnist_core.classifiers.registry import get_classifier_spec
from mnist_core.errors import ArtifactMissingError
from mnist_core.evaluation.metrics import accuracy_interval
from mnist_core.store import Record, load_records

COLUMNS = ("Classifier", "Test accuracy", "95 % interval", "Train", "Fit", "10,000 digits", "One digit", "Model")


def show(options: argparse.Namespace) -> bool:
    """Print the table, best first, and what is wrong with runs that are not in it."""
    records, problems = load_records(options.dataset)
    records.sort(key=lambda record: record.test_accuracy, reverse=True)
    if records:
        rows = [_cells(record) for record in records]
        print(_markdown(rows) if options.markdown else _text(rows, records))
    for problem in problems:
        if not (options.markdown and isinstance(problem, ArtifactMissingError)):
            print(problem, file=sys.stderr)
    return bool(records)


def _cells(record: Record) -> tuple[str, ...]:
    low, high = accuracy_interval(record.test_accuracy, record.n_test)
    return (
        get_classifier_spec(record.classifier).label,
        f"{record.test_accuracy:.2%}",
        f"{100 * low:.2f}-{high:.2%}",
        f"{record.train_accuracy:.2%}",
        f"{record.fit_seconds:.1f} s",
        f"{record.predict_10_000_seconds:.2f} s",
        f"{1000 * record.predict_one_seconds:.2f} ms",
        f"{record.model_bytes / 1e6:.2f} MB",
    )


def _text(rows: list[tuple[str, ...]], records: list[Record]) -> str:
    widths = [max(map(len, column)) for column in zip(COLUMNS, *rows, strict=True)]
    lines = []
    for cells in (COLUMNS, *rows):
        first, *others = (f"{cell:<{width}}" if i == 0 else f"{cell:>{width}}" for i, (cell, width) in
                          enumerate(zip(cells, widths, strict=True)))  # fmt: skip
        lines.append("  ".join([first, *others]))
    lines.insert(1, "-" * len(lines[0]))
    notes = [f"{record.classifier}: {get_classifier_spec(record.classifier).remark}" for record in records]
    return "\n".join([*lines, "", *notes])


def _markdown(rows: list[tuple[str, ...]]) -> str:
    ruler = ("---", *["---:"] * (len(COLUMNS) - 1))
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (COLUMNS, ruler, *rows))
