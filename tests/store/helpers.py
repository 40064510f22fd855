"""A run and trials for the tests of the store."""

import gzip
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from mnist_core import store
from mnist_core.classifiers.registry import hyperparameters_for
from mnist_core.evaluation.tuning import Trial
from mnist_core.store import Record

DATASET, NAME = "digits", "logistic"
CURRENT = hyperparameters_for(NAME, DATASET)
"""The hyperparameters in use."""


def edit_record(run: Path, **changes: Any) -> None:
    """Change fields of a stored record without validation."""
    path = run / store.RECORD
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def both_labels(record: Record) -> dict[str, np.ndarray]:
    """Return the labels of both splits."""
    return {split: store.load_labels(record, split) for split in ("train", "test")}


def model_of(name: str) -> bytes:
    """Return the model of a run in the form in which `save_run` accepts it."""
    return gzip.decompress((store.run_dir(DATASET, name) / store.MODEL).read_bytes())


def save_custom_run(number: int, **changes: Any) -> Record:
    """Store a copy of the run as a custom run."""
    record = store.load_record(DATASET, NAME)
    bare = replace(record, files={}, cross_validation=None, learning_curve=(), replicates=(), robustness={})
    custom = replace(bare, classifier=f"{NAME}@{number}", hyperparameters={"C": 7.0}, **changes)
    return store.save_run(custom, model=model_of(NAME), scores=store.load_scores(record), labels=both_labels(record))


def trial(number: int, accuracy: float | None, c: float) -> Trial:
    """Return a trial of the hyperparameter C. Without an accuracy, it is a failed trial."""
    state = "failed" if accuracy is None else "complete"
    return Trial(number, {"C": c}, accuracy, 1.5, 2, state, "", 0, "2026-01-01T00:00:00+00:00")
