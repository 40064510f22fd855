"""What is kept of a run: `record.json`, `model.onnx.gz`, `predictions.npz`, and a dataset's `labels.npz` beside them.

The record is the single source of every figure on screen and names the sha256 of each file; it is written last, so a
run is there as a whole or not at all. Nothing here is a pickle.
"""

import gzip
import hashlib
import io
import json
import os
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mnist_core.classifiers.registry import get_classifier_spec, hyperparameters_for, list_classifiers
from mnist_core.datasets import get_dataset_spec
from mnist_core.errors import ArtifactCorruptError, ArtifactError, ArtifactMissingError, ArtifactStaleError
from mnist_core.files import write_atomically, write_together

if TYPE_CHECKING:
    from mnist_core.classifiers.served import OnnxClassifier

SCHEMA = 1
RECORD, MODEL, PREDICTIONS, LABELS = "record.json", "model.onnx.gz", "predictions.npz", "labels.npz"


@dataclass(frozen=True)
class Record:
    """One classifier trained on one dataset: what went in, what came out, and the hashes of the files beside it.

    Times are wall-clock seconds on a machine of `cores` cores; predictions are timed through the served model on one of
    them. Accuracies are shares in 0..1.
    """

    classifier: str
    dataset: str
    fingerprint: str
    hyperparameters: Mapping[str, Any]
    seed: int
    n_train: int
    n_holdout: int
    n_test: int
    created: str
    fit_seconds: float
    predict_seconds: float
    predict_one_seconds: float
    cores: int
    versions: Mapping[str, str]
    train_accuracy: float
    holdout_accuracy: float
    test_accuracy: float
    temperature: float
    history: tuple[Mapping[str, float], ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)
    labels_sha256: str = ""
    files: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    schema: int = SCHEMA

    @property
    def key(self) -> str:
        """Changes whenever the run's content does: what caches are keyed on."""
        return hashlib.sha256(_to_json(self)).hexdigest()[:16]

    @property
    def model_bytes(self) -> int:
        """Size of the stored model in bytes, compressed."""
        return int(self.files[MODEL]["bytes"])


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
    labels_file = folder.parent / LABELS
    if not _holds_labels(labels_file, record.labels_sha256):
        write_atomically(labels_file, _npz(labels=labels.astype(np.uint8)))
    write_together({**{folder / name: data for name, data in contents.items()}, folder / RECORD: _to_json(record)})
    return record


def load_record(dataset: str, classifier: str) -> Record:
    """Read and check a run's record: its form, that it is today's, and the hash of every file beside it.

    Raises
    ------
    ArtifactMissingError, ArtifactStaleError, ArtifactCorruptError
        Each says what was expected, what was found and the command that mends it.
    """
    get_dataset_spec(dataset), get_classifier_spec(classifier)
    path = run_dir(dataset, classifier) / RECORD
    try:
        fields_found = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise ArtifactMissingError(dataset, classifier, "it has not been trained here yet.") from None
    except (OSError, ValueError) as error:
        raise ArtifactCorruptError(dataset, classifier, f"{RECORD} cannot be read ({error}).") from error
    if not isinstance(fields_found, dict):
        raise ArtifactCorruptError(dataset, classifier, f"{RECORD} should hold an object, it holds something else.")
    if (found := fields_found.get("schema")) != SCHEMA:
        raise ArtifactStaleError(dataset, classifier, f"{RECORD} has schema {found}, this version reads {SCHEMA}.")
    expected = {item.name for item in fields(Record)}
    if fields_found.keys() != expected:
        odd = ", ".join(sorted(expected ^ fields_found.keys()))
        raise ArtifactCorruptError(dataset, classifier, f"{RECORD} has missing or unknown fields: {odd}.")
    record = Record(**{**fields_found, "history": tuple(fields_found["history"])})
    _check(record, dataset, classifier)
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
    scores = _read_verified_npz(record, PREDICTIONS)["scores"]
    if scores.shape != (record.n_test, 10) or not np.isfinite(scores).all():
        reason = f"{PREDICTIONS} should hold finite scores of shape ({record.n_test}, 10), found {scores.shape}."
        raise ArtifactCorruptError(record.dataset, record.classifier, reason)
    scores.flags.writeable = False
    return scores


def load_labels(record: Record) -> np.ndarray:
    """Labels of the test split that the record was scored on, uint8 of shape (n_test,), read-only."""
    path = run_dir(record.dataset, record.classifier).parent / LABELS
    try:
        labels = _read_npz(path)["labels"]
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise ArtifactCorruptError(record.dataset, record.classifier, f"{LABELS} cannot be read ({error}).") from error
    if _labels_hash(labels) != record.labels_sha256:
        raise ArtifactCorruptError(record.dataset, record.classifier, f"{LABELS} is not what the run was scored on.")
    labels.flags.writeable = False
    return labels


def load_model(record: Record) -> "OnnxClassifier":
    """The run's model, ready to predict."""
    from mnist_core.classifiers.served import OnnxClassifier

    return OnnxClassifier(gzip.decompress(_read_verified(record, MODEL)), record.temperature)


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


def _check(record: Record, dataset: str, classifier: str) -> None:
    """Raise unless the record is of this run, today's, and its files are the ones it names."""
    if (record.dataset, record.classifier) != (dataset, classifier):
        found = f"{record.classifier} on {record.dataset}"
        raise ArtifactCorruptError(dataset, classifier, f"{RECORD} belongs to {found}.")
    if record.fingerprint != (now := get_dataset_spec(dataset).fingerprint):
        raise ArtifactStaleError(dataset, classifier, f"trained on data {record.fingerprint}, {dataset} is now {now}.")
    today = json.loads(json.dumps(hyperparameters_for(classifier, dataset)))
    if record.hyperparameters != today:
        names = sorted(today.keys() | record.hyperparameters.keys())
        changed = ", ".join(name for name in names if today.get(name) != record.hyperparameters.get(name))
        reason = f"trained with other hyperparameters than the registry's ({changed})."
        raise ArtifactStaleError(dataset, classifier, reason)
    for name in (MODEL, PREDICTIONS):
        _read_verified(record, name)


def _holds_labels(path: Path, sha256: str) -> bool:
    try:
        return _labels_hash(_read_npz(path)["labels"]) == sha256
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return False


def _read_verified(record: Record, name: str) -> bytes:
    try:
        data = (run_dir(record.dataset, record.classifier) / name).read_bytes()
        expected = record.files[name]["sha256"]
    except (OSError, KeyError, TypeError) as error:
        raise ArtifactCorruptError(record.dataset, record.classifier, f"{name} cannot be read ({error}).") from error
    if (found := _sha256(data)) != expected:
        reason = f"{name} should have sha256 {str(expected)[:12]}…, found {found[:12]}…."
        raise ArtifactCorruptError(record.dataset, record.classifier, reason)
    return data


def _read_verified_npz(record: Record, name: str) -> dict[str, np.ndarray]:
    return _npz_arrays(_read_verified(record, name))


def _read_npz(path: Path) -> dict[str, np.ndarray]:
    return _npz_arrays(path.read_bytes())


def _npz_arrays(data: bytes) -> dict[str, np.ndarray]:
    with np.load(io.BytesIO(data), allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


def _npz(**arrays: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)  # type: ignore[arg-type]
    return buffer.getvalue()


def _to_json(record: Record) -> bytes:
    return (json.dumps(asdict(record), indent=1, sort_keys=True) + "\n").encode()


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _labels_hash(labels: np.ndarray) -> str:
    return _sha256(labels.astype(np.uint8).tobytes())
