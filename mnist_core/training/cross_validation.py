"""Cross-validation of stored runs on the training split, in stratified folds.

The out-of-fold scores give a run's temperature, and the selected classifier is chosen by its out-of-fold accuracy. The
test set is used for neither.
"""

import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mnist_core.base.digits import N_CLASSES
from mnist_core.base.errors import TrainingError
from mnist_core.base.files import write_atomically
from mnist_core.base.packages import require_packages
from mnist_core.base.progress import Progress, silent
from mnist_core.classifiers.registry import get_trainable_spec
from mnist_core.datasets import Split, load_dataset
from mnist_core.store import (
    Record,
    load_array,
    load_labels,
    load_record,
    load_scores,
    pack_arrays,
    run_dir,
    save_cross_validation,
)
from mnist_core.training.cluster import Workers, workers
from mnist_core.training.measure import Outcome, accuracy_of
from mnist_core.training.out_of_fold import evaluate_out_of_fold
from mnist_core.training.splits import FOLD_SEED, FOLDS, fold_of_each, require_full_training_split

Fold = tuple[str, int]
"""Classifier and number of a fold."""


@dataclass(frozen=True, eq=False)
class _FoldedData:
    """The training split and the fold of each sample."""

    training: Split
    folds: np.ndarray


def cross_validate(
    names: Sequence[str],
    dataset: str,
    *,
    jobs: int = 1,
    scheduler: str | None = None,
    progress: Progress = silent,
) -> Iterator[Outcome]:
    """Cross-validate stored runs, several folds at a time, and yield each classifier's result after its last fold.

    Each finished fold is stored at once. An interrupted cross-validation continues with the missing folds.

    Parameters
    ----------
    names : sequence of str
        Classifiers with a stored run. The hyperparameters and the seed of the run are used.
    jobs, scheduler
        Number of folds at a time on this machine, or the cluster to use. See `cluster.workers`.
    progress : callable
        Called after each fold.

    Raises
    ------
    ArtifactError, DatasetError, TrainingError
        A run is missing, was trained on a subset or belongs to an ensemble, the images are unavailable, or a package is
        missing.
    """
    records = _load_records(names, dataset)
    training = load_dataset(dataset, progress=progress).train
    data = _FoldedData(training, fold_of_each(training.labels))
    all_folds = _slowest_first(records)
    missing = [(name, fold) for name, fold in all_folds if _stored_scores(records[name], fold, data) is None]
    n_missing, failed = Counter(name for name, _ in missing), set()
    finished = len(all_folds) - len(missing)
    if finished:
        progress(f"{finished} of {len(all_folds)} folds are finished", finished / len(all_folds))
    for name in names:
        if not n_missing[name]:
            yield _finish(records[name], data)
    if not missing:
        return
    packages = {package for name in names for package in get_trainable_spec(name).requires}
    with workers(scheduler, jobs, ["numpy", "scikit-learn", *sorted(packages)]) as pool:
        for number, (name, fold, scores, error) in enumerate(_score(pool, missing, records, data), finished + 1):
            if name in failed:
                continue
            if error:
                failed.add(name)
                yield Outcome(name, None, error)
                continue
            write_atomically(_fold_file(records[name], fold), pack_arrays(scores=scores))
            accuracy = accuracy_of(scores, training.labels[data.folds == fold])
            progress(f"{name}, fold {fold + 1} of {FOLDS}: {100 * accuracy:.2f} %", number / len(all_folds))
            n_missing[name] -= 1
            if not n_missing[name]:
                yield _finish(records[name], data)


def _load_records(names: Sequence[str], dataset: str) -> dict[str, Record]:
    """Return the records of the runs. Raise an error if a run cannot be cross-validated."""
    records = {name: load_record(dataset, name) for name in names}
    for name, record in records.items():
        require_full_training_split(record)
        spec = get_trainable_spec(name, purpose="Cross-validation")
        require_packages("sklearn", "onnx", "cleanlab", *spec.requires, purpose="Cross-validation")
    return records


def _slowest_first(records: Mapping[str, Record]) -> list[Fold]:
    """Return all folds. The slowest classifier comes first, so that all workers end at about the same time."""
    names = sorted(records, key=lambda name: -records[name].fit_seconds)
    return [(name, fold) for name in names for fold in range(FOLDS)]


def _score(
    pool: Workers, missing: Sequence[Fold], records: Mapping[str, Record], data: _FoldedData
) -> Iterator[tuple[str, int, np.ndarray, str]]:
    """Score the missing folds on the workers, and yield the results of `_score_fold` as they are finished."""
    arrays = pool.send(data.training.images, data.training.labels, data.folds)
    return pool.run(_score_fold, [(_model_of(records[name]), fold, *arrays) for name, fold in missing])


def _model_of(record: Record) -> dict[str, Any]:
    """Return the parts of a record that determine the scores of a fold, apart from the data."""
    return {"classifier": record.classifier, "hyperparameters": dict(record.hyperparameters), "seed": record.seed}


def _score_fold(
    model: dict[str, Any], fold: int, images: np.ndarray, labels: np.ndarray, folds: np.ndarray
) -> tuple[str, int, np.ndarray, str]:
    """Train on all other folds and score this one, in a worker.

    An error is returned as text, so that the other folds continue.
    """
    name = model["classifier"]
    try:
        estimator = get_trainable_spec(name).build(model["hyperparameters"], model["seed"])
        estimator.fit(images[folds != fold], labels[folds != fold])
        return name, fold, estimator.scores(images[folds == fold]), ""
    except Exception as error:
        return name, fold, np.empty(0), f"fold {fold + 1} failed: {error!r}"


def _finish(record: Record, data: _FoldedData) -> Outcome:
    """Combine the folds of a classifier, add the results to its run, and delete the stored folds."""
    scores = np.empty((len(data.folds), N_CLASSES), dtype=np.float32)
    for fold in range(FOLDS):
        stored = _stored_scores(record, fold, data)
        assert stored is not None
        scores[data.folds == fold] = stored
    found = evaluate_out_of_fold(
        scores,
        data.training.labels,
        data.folds,
        test_scores=load_scores(record),
        test_labels=load_labels(record, "test"),
    )
    try:
        saved = save_cross_validation(
            record, found.result, temperature=found.temperature, scores=scores, label_issues=found.label_issues
        )
    except OSError as error:
        raise TrainingError(
            f"The cross-validation of {record.classifier} could not be stored: {error.strerror or error}. "
            "Free space or allow writing, then run it again. Finished folds are kept."
        ) from error
    shutil.rmtree(_fold_file(record, 0).parent, ignore_errors=True)
    return Outcome(record.classifier, saved)


def _fold_file(record: Record, fold: int) -> Path:
    """Return the path of a finished fold. The name depends on the hyperparameters, the seed and the data."""
    key = json.dumps([record.fingerprint, FOLDS, FOLD_SEED, _model_of(record)], sort_keys=True)
    digest = hashlib.sha256(key.encode()).hexdigest()[:12]
    return run_dir(record.dataset, record.classifier) / "folds" / f"{digest}-{fold}.npz"


def _stored_scores(record: Record, fold: int, data: _FoldedData) -> np.ndarray | None:
    """Return the scores of a fold from an interrupted cross-validation; None if they are missing or damaged."""
    scores = load_array(_fold_file(record, fold), "scores")
    if scores is None or scores.shape != ((data.folds == fold).sum(), N_CLASSES) or not np.isfinite(scores).all():
        return None
    return scores
