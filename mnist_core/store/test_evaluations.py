"""Log of all evaluations on the test split, with time, training and accuracy.

A split that hyperparameters are tuned on is no longer a test split. The log makes this visible.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path
from typing import Any

import pandas as pd

from mnist_core.classifiers.registry import is_custom
from mnist_core.store.paths import artifacts_dir

TEST_EVALUATIONS, CUSTOM_TEST_EVALUATIONS = "test-readings.jsonl", "own-test-readings.jsonl"
"""File names. Evaluations of custom runs are logged in the second file, which is not committed, like these runs."""
COLUMNS = ("created", "classifier", "purpose", "seed", "n_train", "recipe", "test_accuracy")
"""Keys of an entry. "recipe" is a digest of the hyperparameters."""


def hyperparameters_digest(hyperparameters: Mapping[str, Any]) -> str:
    """Return the first eight hexadecimal digits of a hash of the hyperparameters."""
    return hashlib.sha256(json.dumps(hyperparameters, sort_keys=True).encode()).hexdigest()[:8]


def evaluations_file(dataset: str, *, custom: bool = False) -> Path:
    """Return the path of a dataset's log, or with `custom` the path of the log of its custom runs."""
    return artifacts_dir() / dataset / (CUSTOM_TEST_EVALUATIONS if custom else TEST_EVALUATIONS)


def log_evaluation(
    dataset: str,
    classifier: str,
    *,
    purpose: str,
    seed: int,
    n_train: int,
    hyperparameters: Mapping[str, Any],
    test_accuracy: float,
) -> None:
    """Append one line to the log.

    The line is written by one system call, so several processes can log at the same time.

    Parameters
    ----------
    purpose : str
        "run", "seed", "learning curve", "benchmark" or "claim".
    n_train : int
        Number of samples that the classifier was trained on.
    test_accuracy : float
        Share in 0..1.

    Raises
    ------
    OSError
        The log cannot be written.
    """
    entry = {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "classifier": classifier,
        "purpose": purpose,
        "seed": seed,
        "n_train": n_train,
        "recipe": hyperparameters_digest(hyperparameters),
        "test_accuracy": test_accuracy,
    }
    path = evaluations_file(dataset, custom=is_custom(classifier))
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b", buffering=0) as log:
        log.write(b"\n" * _is_incomplete(log) + (json.dumps(entry) + "\n").encode())


def _is_incomplete(log: FileIO) -> bool:
    """Return whether the last line has no line break. A line appended to it would be lost."""
    if log.seek(0, os.SEEK_END) == 0:
        return False
    log.seek(-1, os.SEEK_END)
    return log.read(1) != b"\n"


def load_evaluations(dataset: str) -> pd.DataFrame:
    """Return the entries of both logs, oldest first, with the columns `COLUMNS`. Damaged lines are skipped."""
    entries = [*_entries(evaluations_file(dataset)), *_entries(evaluations_file(dataset, custom=True))]
    log = pd.DataFrame(entries, columns=list(COLUMNS))
    return log.sort_values("created", key=lambda times: times.astype(str), kind="stable", ignore_index=True)


def _entries(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the valid entries of a log, or nothing if it cannot be read."""
    try:
        lines = path.read_text(errors="replace").splitlines()
    except OSError:
        return
    for line in lines:
        try:
            entry = json.loads(line)
            yield {name: entry[name] for name in COLUMNS}
        except (ValueError, KeyError, TypeError):
            continue
