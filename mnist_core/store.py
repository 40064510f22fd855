"""What is kept of a run: `record.json`, `model.onnx.gz`, `predictions.npz`, and a dataset's `labels.npz` beside them.

The record is the single source of every figure on screen and names the sha256 of each file; it is written last, so a
run is there as a whole or not at all. Nothing here is a pickle.
"""

import gzip
import hashlib
import io
import json
import os
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile

import numpy as np

from mnist_core.classifiers.registry import get_classifier_spec, hyperparameters_for, list_classifiers
from mnist_core.datasets import get_dataset_spec
from mnist_core.errors import (
    ArtifactCorruptError,
    ArtifactError,
    ArtifactMissingError,
    ArtifactStaleError,
    MnistCoreError,
)
from mnist_core.files import write_atomically, write_together
from mnist_core.record import LABELS, MODEL, PREDICTIONS, RECORD, Record, from_json, to_json

if TYPE_CHECKING:
    from mnist_core.classifiers.served import OnnxClassifier

_UNREADABLE = (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile, zlib.error)
"""What reading a damaged file may raise: NumPy, zipfile and zlib have no error in common."""


def artifacts_dir() -> Path:
    """Where runs are kept: the folder in `MNIST_ARTIFACTS_DIR`, else `artifacts/` in the project."""
    configured = os.environ.get("MNIST_ARTIFACTS_DIR")
    return Path(configured) if configured else Path(__file__).resolve().parents[1] / "artifacts"


def run_dir(dataset: str, classifier: str) -> Path:
    """The folder of one run."""
    return artifacts_dir() / dataset / classifier


def save_run(record: Record, *, model: bytes, scores: np.ndarray, labels: np.ndarray) -> Record:
    """Write a run, the record last, and return the record with the hashes filled in.

    Parameters
    ----------
    record : Record
        Complete but for `files` and `labels_sha256`.
    model : bytes
        The serialised ONNX model.
    scores : float32 ndarray of shape (n_test, 10)
        The served model's scores of the test split.
    labels : uint8 ndarray of shape (n_test,)
        The test split's labels; written once a dataset.
    """
    folder = run_dir(record.dataset, record.classifier)
    contents = {MODEL: gzip.compress(model, 9, mtime=0), PREDICTIONS: _npz(scores=scores.astype(np.float32))}
    record = replace(
        record,
        labels_sha256=_labels_hash(labels),
        files={name: {"sha256": _sha256(data), "bytes": len(data)} for name, data in contents.items()},
    )
    try:
        load_labels(record)
    except ArtifactCorruptError:
        write_atomically(folder.parent / LABELS, _npz(labels=labels.astype(np.uint8)))
    write_together({**{folder / name: data for name, data in contents.items()}, folder / RECORD: to_json(record)})
    return record


def load_record(dataset: str, classifier: str) -> Record:
    """Read and check a run's record: its form, that it is today's, and the hash of every file beside it.

    Raises
    ------
    ArtifactMissingError, ArtifactStaleError, ArtifactCorruptError
        Each says what was expected, what was found and the command that mends it.
    """
    fingerprint = get_dataset_spec(dataset).fingerprint
    get_classifier_spec(classifier)
    try:
        data = (run_dir(dataset, classifier) / RECORD).read_bytes()
    except FileNotFoundError:
        raise ArtifactMissingError(dataset, classifier, "it has not been trained here yet.") from None
    except OSError as error:
        raise ArtifactCorruptError(dataset, classifier, f"{RECORD} cannot be read ({error}).") from error
    record = from_json(data, dataset, classifier)
    if record.fingerprint != fingerprint:
        reason = f"trained on data {record.fingerprint[:12]}…, {dataset} is now {fingerprint[:12]}…."
        raise ArtifactStaleError(dataset, classifier, reason)
    today = json.loads(json.dumps(hyperparameters_for(classifier, dataset)))
    if record.hyperparameters != today:
        names = sorted(today.keys() | record.hyperparameters.keys())
        changed = ", ".join(name for name in names if today.get(name) != record.hyperparameters.get(name))
        reason = f"trained with other hyperparameters than the registry's ({changed})."
        raise ArtifactStaleError(dataset, classifier, reason)
    for name in (MODEL, PREDICTIONS):
        _read_verified(record, name)
    return record


def load_records(dataset: str) -> tuple[list[Record], list[ArtifactError]]:
    """Every usable record of a dataset in the registry's order, and what is wrong with the others."""
    records: list[Record] = []
    problems: list[ArtifactError] = []
    for classifier in list_classifiers(dataset):
        try:
            records.append(load_record(dataset, classifier))
        except ArtifactError as error:
            problems.append(error)
    return records, problems


def load_scores(record: Record) -> np.ndarray:
    """Scores of the test split, float32 of shape (n_test, 10), read-only."""
    scores = _array(record, PREDICTIONS, "scores", lambda: _read_verified(record, PREDICTIONS))
    if scores.shape != (record.n_test, 10) or not np.isfinite(scores).all():
        reason = f"{PREDICTIONS} should hold finite scores of shape ({record.n_test}, 10), found {scores.shape}."
        raise ArtifactCorruptError(record.dataset, record.classifier, reason)
    return scores


def load_labels(record: Record) -> np.ndarray:
    """Labels of the test split that the record was scored on, uint8 of shape (n_test,), read-only."""
    path = run_dir(record.dataset, record.classifier).parent / LABELS
    labels = _array(record, LABELS, "labels", path.read_bytes)
    if _labels_hash(labels) != record.labels_sha256:
        raise ArtifactCorruptError(record.dataset, record.classifier, f"{LABELS} is not what the run was scored on.")
    return labels


def load_model(record: Record) -> "OnnxClassifier":
    """The run's model, ready to predict; ArtifactCorruptError if it cannot be read."""
    from mnist_core.classifiers.served import OnnxClassifier

    try:
        return OnnxClassifier(gzip.decompress(_read_verified(record, MODEL)), record.temperature)
    except (*_UNREADABLE, MnistCoreError) as error:
        if isinstance(error, ArtifactError):
            raise
        raise ArtifactCorruptError(record.dataset, record.classifier, f"{MODEL} cannot be read ({error}).") from error


def load_classifier(name: str, dataset: str = "mnist") -> "OnnxClassifier":
    """A trained classifier with `predict_proba(images)` and `predict(images)`.

    Images are uint8 of shape (n, 28, 28), ink bright on black. Probabilities are float32 of shape (n, 10) with rows
    summing to 1, predictions uint8 of shape (n,).
    """
    return load_model(load_record(dataset, name))


def signature(dataset: str) -> str:
    """Sizes and times of every file kept for a dataset: equal as long as nothing changed."""
    folder = artifacts_dir() / dataset
    paths = [folder / LABELS]
    paths += [folder / name / file for name in list_classifiers(dataset) for file in (RECORD, MODEL, PREDICTIONS)]
    found = []
    for path in paths:
        try:
            status = path.stat()
            found.append((status.st_size, status.st_mtime_ns))
        except OSError:
            found.append((0, 0))
    return f"{folder} {found}"


def _read_verified(record: Record, name: str) -> bytes:
    """A run's file, if its hash is the record's."""
    try:
        data = (run_dir(record.dataset, record.classifier) / name).read_bytes()
    except OSError as error:
        raise ArtifactCorruptError(record.dataset, record.classifier, f"{name} cannot be read ({error}).") from error
    if (found := _sha256(data)) != (expected := record.files[name]["sha256"]):
        reason = f"{name} should have sha256 {str(expected)[:12]}…, found {found[:12]}…."
        raise ArtifactCorruptError(record.dataset, record.classifier, reason)
    return data


def _array(record: Record, name: str, key: str, read: Callable[[], bytes]) -> np.ndarray:
    """One array of an `.npz` file, read-only; never a pickle."""
    try:
        with np.load(io.BytesIO(read()), allow_pickle=False) as archive:
            array = archive[key]
    except _UNREADABLE as error:
        raise ArtifactCorruptError(record.dataset, record.classifier, f"{name} cannot be read ({error!r}).") from error
    array.flags.writeable = False
    return array


def _npz(**arrays: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)  # type: ignore[arg-type]
    return buffer.getvalue()


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _labels_hash(labels: np.ndarray) -> str:
    return _sha256(labels.astype(np.uint8).tobytes())
