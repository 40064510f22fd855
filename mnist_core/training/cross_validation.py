"""Cross-validate stored runs on the training split: stratified folds, each scored by a model trained on the others.

What is learnt this way sets a run's temperature, and which classifier is the final model: the test split does neither.
"""

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from mnist_core.base.errors import TrainingError
from mnist_core.base.files import write_atomically
from mnist_core.base.packages import require_packages
from mnist_core.base.progress import Progress, silent
from mnist_core.classifiers.registry import get_classifier_spec
from mnist_core.datasets import Split, SplitName, load_dataset
from mnist_core.evaluation.metrics import softmax
from mnist_core.store import (
    load_array,
    load_labels,
    load_record,
    load_scores,
    pack_arrays,
    run_dir,
    save_cross_validation,
)
from mnist_core.store.record import CrossValidation, Record
from mnist_core.training.cluster import workers
from mnist_core.training.temperature import fit_temperature
from mnist_core.training.train import require_all_digits

FOLDS, FOLD_SEED = 5, 42


@dataclass(frozen=True)
class Outcome:
    """What became of one classifier: its new record, or what went wrong."""

    classifier: str
    record: Record | None
    error: str = ""


@dataclass(frozen=True, eq=False)
class Findings:
    """What out-of-fold scores tell: each fold's accuracy, the temperature at which they fit best, doubtful labels.

    Attributes
    ----------
    suspects : mapping of split to int32 ndarray
        As of `find_label_issues`.
    """

    result: CrossValidation
    temperature: float
    label_issues: Mapping[SplitName, np.ndarray]


def fold_of_each(labels: np.ndarray) -> np.ndarray:
    """The fold, 0..4, in which each digit is held out: scikit-learn's StratifiedKFold, shuffled with a fixed seed.

    Parameters
    ----------
    labels : integer ndarray of shape (n,)

    Returns
    -------
    int8 ndarray of shape (n,)
    """
    from sklearn.model_selection import StratifiedKFold

    folds = np.empty(len(labels), dtype=np.int8)
    splitter = StratifiedKFold(FOLDS, shuffle=True, random_state=FOLD_SEED)
    for fold, (_, held) in enumerate(splitter.split(labels, labels)):
        folds[held] = fold
    return folds


def cross_validate(
    names: Sequence[str],
    dataset: str,
    *,
    jobs: int = 1,
    scheduler: str | None = None,
    progress: Progress = silent,
) -> Iterator[Outcome]:
    """Cross-validate stored runs, several folds at a time, and yield each classifier when its last fold is done.

    Every fold is kept as soon as it is there: what is interrupted goes on with the folds that are missing.

    Parameters
    ----------
    names : sequence of str
        Classifiers with a stored run, whose hyperparameters and seed are used.
    jobs, scheduler
        How many folds at a time in processes of this machine, or on which cluster: as of `cluster.workers`.
    progress : callable
        Told of each fold.

    Raises
    ------
    ArtifactError, DatasetError, TrainingError
        A run is not there or was trained on a subset, the images are not there, or a package is missing.
    """
    records = {name: load_record(dataset, name) for name in names}
    for name in names:
        require_all_digits(records[name])
        require_packages("sklearn", "onnx", "cleanlab", *get_classifier_spec(name).requires, purpose="Cross-validation")
    training = load_dataset(dataset, progress=progress).train
    folds = fold_of_each(training.labels)
    # The slowest first, so that no worker is left alone with one at the end.
    tasks = [
        (name, fold) for name in sorted(names, key=lambda name: -records[name].fit_seconds) for fold in range(FOLDS)
    ]
    missing = [task for task in tasks if _kept_scores(records[task[0]], task[1], folds) is None]
    left = {name: {fold for other, fold in missing if other == name} for name in names}
    done = len(tasks) - len(missing)
    if done:
        progress(f"{done} of {len(tasks)} folds are there already", done / len(tasks))
    for name in names:
        if not left[name]:
            yield _finish(records[name], training, folds)
    if not missing:
        return
    failed: set[str] = set()
    needed = {package for name in names for package in get_classifier_spec(name).requires}
    with workers(scheduler, jobs, ("numpy", "scikit-learn", *sorted(needed))) as pool:
        data = pool.send(training.images, training.labels, folds)
        scored = pool.run(_score_fold, [(_recipe_of(records[name]), fold, *data) for name, fold in missing])
        for name, fold, scores, error in scored:
            done += 1
            if name in failed:
                continue
            if error:
                failed.add(name)
                yield Outcome(name, None, error)
                continue
            path = _fold_file(records[name], fold)
            write_atomically(path, pack_arrays(scores=scores))
            accuracy = float((scores.argmax(axis=1) == training.labels[folds == fold]).mean())
            progress(f"{name}, fold {fold + 1} of {FOLDS}: {accuracy:.2%}", done / len(tasks))
            left[name].remove(fold)
            if not left[name]:
                yield _finish(records[name], training, folds)


def _recipe_of(record: Record) -> dict[str, Any]:
    """All that a fold's scores depend on, beside the data."""
    return {"classifier": record.classifier, "hyperparameters": dict(record.hyperparameters), "seed": record.seed}


def _score_fold(
    recipe: dict[str, Any], fold: int, images: np.ndarray, labels: np.ndarray, folds: np.ndarray
) -> tuple[str, int, np.ndarray, str]:
    """In a worker: train on all other folds and score this one; an error is told, not raised, for the others' sake."""
    name = recipe["classifier"]
    try:
        estimator = get_classifier_spec(name).build(recipe["hyperparameters"], recipe["seed"])
        estimator.fit(images[folds != fold], labels[folds != fold])
        return name, fold, estimator.scores(images[folds == fold]), ""
    except Exception as error:
        return name, fold, np.empty(0), f"fold {fold + 1} failed: {error!r}"


def _finish(record: Record, training: Split, folds: np.ndarray) -> Outcome:
    """Put a classifier's folds together and add them to its run."""
    scores = np.empty((len(folds), 10), dtype=np.float32)
    for fold in range(FOLDS):
        kept = _kept_scores(record, fold, folds)
        assert kept is not None
        scores[folds == fold] = kept
    findings = assess(
        scores, training.labels, folds, test_scores=load_scores(record), test_labels=load_labels(record, "test")
    )
    try:
        saved = save_cross_validation(
            record, findings.result, temperature=findings.temperature, scores=scores, label_issues=findings.label_issues
        )
    except OSError as error:
        reason = f"The cross-validation of {record.classifier} could not be stored: {error.strerror or error}."
        raise TrainingError(f"{reason} Make room, or allow writing, and run it again: what is done is kept.") from error
    shutil.rmtree(_fold_file(record, 0).parent, ignore_errors=True)
    return Outcome(record.classifier, saved)


def assess(
    scores: np.ndarray, labels: np.ndarray, folds: np.ndarray, *, test_scores: np.ndarray, test_labels: np.ndarray
) -> Findings:
    """All that follows from a classifier's out-of-fold scores.

    Parameters
    ----------
    scores : float32 ndarray of shape (n_train, 10)
        Each digit's by what was not trained on its fold.
    labels : uint8 ndarray of shape (n_train,)
    folds : int8 ndarray of shape (n_train,)
        As of `fold_of_each`.
    test_scores : float32 ndarray of shape (n_test, 10)
        By the model that is stored.
    test_labels : uint8 ndarray of shape (n_test,)
        They choose nothing: they are what the classifier may doubt.
    """
    from mnist_core.training.label_issues import find_label_issues

    right = scores.argmax(axis=1) == labels
    result = CrossValidation(
        seed=FOLD_SEED,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        accuracies=tuple(float(right[folds == fold].mean()) for fold in range(FOLDS)),
        sizes=tuple(int((folds == fold).sum()) for fold in range(FOLDS)),
    )
    temperature = fit_temperature(scores, labels)
    label_issues: dict[SplitName, np.ndarray] = {
        "train": find_label_issues(labels, softmax(scores, temperature)),
        "test": find_label_issues(test_labels, softmax(test_scores, temperature)),
    }
    return Findings(result, temperature, label_issues)


def _fold_file(record: Record, fold: int) -> Path:
    """Where a fold waits for the others; another recipe, or other data, has another name."""
    recipe = json.dumps([record.fingerprint, FOLDS, FOLD_SEED, _recipe_of(record)], sort_keys=True)
    digest = hashlib.sha256(recipe.encode()).hexdigest()[:12]
    return run_dir(record.dataset, record.classifier) / "folds" / f"{digest}-{fold}.npz"


def _kept_scores(record: Record, fold: int, folds: np.ndarray) -> np.ndarray | None:
    """A fold's scores from an earlier attempt, if they are there and whole."""
    scores = load_array(_fold_file(record, fold), "scores")
    if scores is None or scores.shape != ((folds == fold).sum(), 10) or not np.isfinite(scores).all():
        return None
    return scores
