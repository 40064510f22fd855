"""A log of every time a training scored the test split: who looked, when, and what was seen.

A split that is read often and tuned against is no longer a test. Nothing here can prevent that, but it can be seen.
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
from mnist_core.store import artifacts_dir

TEST_EVALUATIONS, CUSTOM_TEST_EVALUATIONS = "test-readings.jsonl", "own-test-readings.jsonl"
"""What runs of one's own read is kept apart, because they are not in git either."""
COLUMNS = ("created", "classifier", "purpose", "seed", "n_train", "recipe", "test_accuracy")


def recipe_digest(hyperparameters: Mapping[str, Any]) -> str:
    """Eight letters that change with the hyperparameters."""
    return hashlib.sha256(json.dumps(hyperparameters, sort_keys=True).encode()).hexdigest()[:8]


def evaluations_file(dataset: str, *, custom: bool = False) -> Path:
    """Where a dataset's log is kept, or that of runs of one's own."""
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
    """Append one line to the log, in one write, which several processes may do at a time; OSError if it cannot be.

    Parameters
    ----------
    purpose : str
        "run", "seed", "learning curve", "benchmark" or "claim".
    n_train : int
        Digits it was trained on.
    test_accuracy : float
        Share in 0..1.
    """
    entry = {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "classifier": classifier,
        "purpose": purpose,
        "seed": seed,
        "n_train": n_train,
        "recipe": recipe_digest(hyperparameters),
        "test_accuracy": test_accuracy,
    }
    path = evaluations_file(dataset, custom=is_custom(classifier))
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b", buffering=0) as log:
        log.write(b"\n" * _is_torn(log) + (json.dumps(entry) + "\n").encode())


def _is_torn(log: FileIO) -> bool:
    """Whether the last line was not written to its end: the next one is not to be lost with it."""
    if log.seek(0, os.SEEK_END) == 0:
        return False
    log.seek(-1, os.SEEK_END)
    return log.read(1) != b"\n"


def load_evaluations(dataset: str) -> pd.DataFrame:
    """Both logs, oldest first, one column for each of `COLUMNS`; a line that is damaged is left out."""
    entries = [*_entries(evaluations_file(dataset)), *_entries(evaluations_file(dataset, custom=True))]
    log = pd.DataFrame(entries, columns=list(COLUMNS))
    return log.sort_values("created", key=lambda times: times.astype(str), kind="stable", ignore_index=True)


def _entries(path: Path) -> Iterator[dict[str, Any]]:
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
