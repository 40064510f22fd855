"""A log of every time a training scored the test split: who looked, when, and what was seen.

A split that is read often and tuned against is no longer a test. Nothing here can prevent that, but it can be seen.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from mnist_core.store import artifacts_dir

READINGS = "test-readings.jsonl"
COLUMNS = ("created", "classifier", "purpose", "seed", "n_train", "recipe", "test_accuracy")


def recipe_digest(hyperparameters: Mapping[str, Any]) -> str:
    """Eight letters that change with the hyperparameters."""
    return hashlib.sha256(json.dumps(hyperparameters, sort_keys=True).encode()).hexdigest()[:8]


def readings_file(dataset: str) -> Path:
    """Where a dataset's log is kept."""
    return artifacts_dir() / dataset / READINGS


def note_reading(
    dataset: str,
    classifier: str,
    *,
    purpose: str,
    seed: int,
    n_train: int,
    hyperparameters: Mapping[str, Any],
    test_accuracy: float,
) -> None:
    """Append one line to the log, in one write, which several processes may do at a time.

    Parameters
    ----------
    purpose : str
        "run", "seed", "learning curve" or "benchmark".
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
    path = readings_file(dataset)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab", buffering=0) as log:
        log.write((json.dumps(entry) + "\n").encode())


def load_readings(dataset: str) -> pd.DataFrame:
    """The log, oldest first, one column for each of `COLUMNS`; a line that is damaged is left out."""
    entries = []
    try:
        lines = readings_file(dataset).read_text(errors="replace").splitlines()
    except OSError:
        lines = []
    for line in lines:
        try:
            entry = json.loads(line)
            entries.append({name: entry[name] for name in COLUMNS})
        except (ValueError, KeyError, TypeError):
            continue
    return pd.DataFrame(entries, columns=list(COLUMNS))
