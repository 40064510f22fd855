"""What is kept of a run: `record.json`, `model.onnx.gz`, `predictions.npz`, and a dataset's `labels.npz` beside them.

A classifier that votes over others has no model but `vote.json`: its weights, and the hashes of the models it asks.

Cross-validation adds `out-of-fold.npz`, and `suspects.npz`: the suspected label errors. `robustness.npz` holds the
labels of distorted test digits. A run of one's own, such as `mlp@1`, is kept in the same way, but not in git.

The record is the single source of every figure on screen and names the sha256 of each file; it is written last, so a
run is there as a whole or not at all. Nothing here is a pickle.
"""

import contextlib
import gzip
import hashlib
import io
import json
import os
import shutil
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from mnist_core.base.errors import (
    ArtifactCorruptError,
    ArtifactError,
    ArtifactMissingError,
    ArtifactStaleError,
    MnistCoreError,
)
from mnist_core.base.files import write_atomically, write_together
from mnist_core.base.labels import CUSTOM_MARK, clean_label
from mnist_core.base.quantization import pack, unpack
from mnist_core.classifiers.ensemble import EnsembleClassifier, Member
from mnist_core.classifiers.ensemble import from_json as members_from_json
from mnist_core.classifiers.registry import (
    base_of,
    get_classifier_spec,
    hyperparameters_for,
    is_custom,
    list_classifiers,
    members_of,
)
from mnist_core.classifiers.spec import Served
from mnist_core.datasets import SplitName, get_dataset_spec, list_datasets
from mnist_core.store.record import (
    ENSEMBLE,
    LABEL_ISSUES,
    LABELS,
    MODEL,
    OUT_OF_FOLD,
    PREDICTIONS,
    RECORD,
    ROBUSTNESS,
    CrossValidation,
    Record,
    from_json,
    to_json,
)

GZIP = 16 + zlib.MAX_WBITS
"""What zlib calls gzip: unlike the header that Python's gzip writes, its header is that of every version of Python."""
_UNREADABLE = (OSError, ValueError, KeyError, TypeError, EOFError, RuntimeError, BadZipFile, zlib.error)
"""What reading a damaged file may raise: NumPy, zipfile and zlib have no error in common."""

_FILES = (RECORD, MODEL, ENSEMBLE, PREDICTIONS, OUT_OF_FOLD, LABEL_ISSUES, ROBUSTNESS)
Labels = Mapping[SplitName, np.ndarray]
"""The labels of both splits, each uint8 of shape (n,)."""


def artifacts_dir() -> Path:
    """Where runs are kept: the folder in `MNIST_ARTIFACTS_DIR`, else `artifacts/` in the project."""
    configured = os.environ.get("MNIST_ARTIFACTS_DIR")
    return Path(configured) if configured else Path(__file__).resolve().parents[2] / "artifacts"


def run_dir(dataset: str, classifier: str) -> Path:
    """The folder of one run."""
    return artifacts_dir() / dataset / classifier


def list_runs(dataset: str) -> list[str]:
    """The names of all classifiers of the registry, trained or not, then of the runs of one's own, oldest first."""
    custom = [path.parent.name for path in (artifacts_dir() / dataset).glob(f"*{CUSTOM_MARK}*/{RECORD}")]
    known = [name for name in custom if is_custom(name) and base_of(name) in list_classifiers(dataset)]
    return [*list_classifiers(dataset), *sorted(known, key=lambda name: (_number(name), name))]


def next_name(dataset: str, classifier: str, *, gone: Iterable[object] = ()) -> str:
    """A name for one more run of one's own of a classifier: numbers go up over all of a dataset.

    `gone` may hold names of runs that are no more: links to them are not to show another one.
    """
    folders = [path.name for path in (artifacts_dir() / dataset).glob(f"*{CUSTOM_MARK}*")]
    numbers = [_number(name) for name in [*folders, *map(str, gone)] if is_custom(name)]
    return f"{classifier}{CUSTOM_MARK}{max(numbers, default=0) + 1}"


@contextlib.contextmanager
def reserved_name(dataset: str, classifier: str, *, gone: Iterable[object] = ()) -> Iterator[str]:
    """The next name of one's own, which nobody else gets meanwhile; where what is done with it fails, nothing is left.

    Raises
    ------
    OSError
        Its folder cannot be made.
    """
    gone = list(gone)
    while True:
        name = next_name(dataset, classifier, gone=gone)
        try:
            run_dir(dataset, name).mkdir(parents=True)
            break
        except FileExistsError:  # another training was faster
            gone.append(name)
    try:
        yield name
    except BaseException:  # an interrupt too
        delete_run(dataset, name)
        raise


def rename_run(record: Record, label: str) -> Record:
    """Call a run of one's own something else on screen, and return the new record; empty, its classifier and number.

    Raises
    ------
    MnistCoreError
        It is not one's own, or the system refuses.
    """
    _require_custom(record.classifier)
    record = replace(_as_it_is_now(record), label=clean_label(label))
    try:
        _write(record, {})
    except OSError as error:
        raise MnistCoreError(f"{record.classifier} could not be renamed: {error.strerror or error}.") from error
    return record


def delete_run(dataset: str, name: str) -> None:
    """Delete a run of one's own with all its files; one that is not there, or no more, is no error.

    Raises
    ------
    MnistCoreError
        It is not one's own, or the system refuses.
    """
    _require_custom(name)
    folder = run_dir(dataset, name)
    try:
        (folder / RECORD).unlink(missing_ok=True)  # first: from here on the run is not there
    except OSError as error:
        raise MnistCoreError(f"{name} could not be deleted: {error.strerror or error}.") from error
    shutil.rmtree(folder, ignore_errors=True)


def save_run(
    record: Record,
    *,
    model: bytes,
    scores: np.ndarray,
    labels: Labels,
    out_of_fold: np.ndarray | None = None,
    label_issues: Labels | None = None,
) -> Record:
    """Write a run, the record last, and return the record with the hashes filled in.

    What was added to a run that was stored before (cross-validation, learning curve, other seeds, robustness) stays if
    this run repeats that one: the same data, hyperparameters and seed, and the same scores. Otherwise it goes.

    Parameters
    ----------
    record : Record
        Complete but for `files` and `labels_sha256`.
    model : bytes
        The serialised ONNX model, or the members of a vote.
    scores : float32 ndarray of shape (n_test, 10)
        The served model's scores of the test split.
    labels : mapping of split to uint8 ndarray
        Written once a dataset.
    out_of_fold, suspects : optional
        Of a run that comes with its `cross_validation`, as of `save_cross_validation`: both are written, or neither is.
    """
    votes = members_of(record.classifier)
    contents = {
        **({ENSEMBLE: model} if votes else {MODEL: zlib.compress(model, 9, GZIP)}),
        PREDICTIONS: pack_arrays(scores=scores.astype(np.float32)),
    }
    if out_of_fold is not None and label_issues is not None:
        contents |= _cross_validation_files(out_of_fold, record.temperature, labels["train"], label_issues)
    record = replace(
        record,
        labels_sha256=_labels_hash(labels),
        files=_described(contents),
    )
    record = _with_what_stays_true(record)
    try:
        load_labels(record, "test")
    except ArtifactCorruptError:
        arrays = {split: array.astype(np.uint8) for split, array in labels.items()}
        write_atomically(run_dir(record.dataset, record.classifier).parent / LABELS, pack_arrays(**arrays))
    _write(record, contents)
    for name in {OUT_OF_FOLD, LABEL_ISSUES, ROBUSTNESS} - record.files.keys():
        (run_dir(record.dataset, record.classifier) / name).unlink(missing_ok=True)
    return record


def save_cross_validation(
    record: Record,
    result: CrossValidation,
    *,
    temperature: float,
    scores: np.ndarray,
    label_issues: Labels,
) -> Record:
    """Add a cross-validation to a stored run, and return the new record.

    Parameters
    ----------
    temperature : float
        Fitted on these scores.
    scores : float32 ndarray of shape (n_train, 10)
        Each digit's by a model that was not trained on it; kept in steps of 1/64 of the temperature.
    suspects : mapping of split to integer ndarray
        Indices of digits with doubtful labels, most doubtful first.
    """
    record = _as_it_is_now(record)
    contents = _cross_validation_files(scores, temperature, load_labels(record, "train"), label_issues)
    files = {**record.files, **_described(contents)}
    record = replace(record, cross_validation=result, temperature=temperature, files=files)
    _write(record, contents)
    return record


def _cross_validation_files(
    scores: np.ndarray, temperature: float, labels: np.ndarray, label_issues: Labels
) -> dict[str, bytes]:
    """What a cross-validation leaves beside the record."""
    indices = {split: array.astype(np.int32) for split, array in label_issues.items()}
    steps = pack(scores / temperature, labels)
    return {OUT_OF_FOLD: pack_arrays(steps=steps), LABEL_ISSUES: pack_arrays(**indices)}


def save_learning_curve(record: Record, curve: Sequence[Mapping[str, float]]) -> Record:
    """Add a learning curve to a stored run, and return the new record."""
    record = replace(_as_it_is_now(record), learning_curve=tuple(curve))
    _write(record, {})
    return record


def save_replicates(record: Record, replicates: Sequence[Mapping[str, float]]) -> Record:
    """Add trainings with other seeds to a stored run, and return the new record."""
    record = replace(_as_it_is_now(record), replicates=tuple(replicates))
    _write(record, {})
    return record


def save_robustness(record: Record, accuracies: Mapping[str, Any], labels: Mapping[str, np.ndarray]) -> Record:
    """Add what distortions of the test digits do to a stored run, and return the new record.

    Parameters
    ----------
    accuracies : mapping of name to list of k shares in 0..1
    labels : mapping of name to uint8 ndarray of shape (k, n)
        The predicted labels behind them.
    """
    record = _as_it_is_now(record)
    contents = {ROBUSTNESS: pack_arrays(**{name: array.astype(np.uint8) for name, array in labels.items()})}
    record = replace(record, robustness=dict(accuracies), files={**record.files, **_described(contents)})
    _write(record, contents)
    return record


def load_record(dataset: str, classifier: str, *, verified: Mapping[str, Record] | None = None) -> Record:
    """Read and check a run's record: its form, that it is today's, and the hash of every file beside it.

    Of a vote also that its members are there, and have the models that they had.

    Parameters
    ----------
    verified : mapping by classifier name
        Records that this function has just given: where members are among them, their models are not hashed again.

    Raises
    ------
    ArtifactMissingError, ArtifactStaleError, ArtifactCorruptError
        Each says what was expected, what was found and the command that mends it.
    """
    record = _read_record(dataset, classifier)
    for name in record.files:
        _read_verified(record, name)
    if record.model_file == ENSEMBLE:
        verified = verified or {}
        for run in load_members(record, verified=verified).values():
            if run.classifier not in verified:
                with _of_a_member(record):
                    _read_verified(run, run.model_file)
    return record


def _read_record(dataset: str, classifier: str) -> Record:
    """A run's record, if it is today's; nothing is known of the files beside it."""
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
    if CUSTOM_MARK not in classifier and record.hyperparameters != today:
        names = sorted(today.keys() | record.hyperparameters.keys())
        changed = ", ".join(name for name in names if today.get(name) != record.hyperparameters.get(name))
        reason = f"trained with other hyperparameters than the registry's ({changed})."
        raise ArtifactStaleError(dataset, classifier, reason)
    return record


def load_records(dataset: str) -> tuple[list[Record], list[ArtifactError]]:
    """Every usable record of a dataset in the order of `list_runs`, and what is wrong with the others."""
    records: dict[str, Record] = {}
    problems: list[ArtifactError] = []
    for classifier in list_runs(dataset):
        try:
            records[classifier] = load_record(dataset, classifier, verified=records)
        except ArtifactError as error:
            problems.append(error)
    return list(records.values()), problems


def load_scores(record: Record) -> np.ndarray:
    """Scores of the test split, float32 of shape (n_test, 10), read-only."""
    scores = _array(record, PREDICTIONS, "scores", lambda: _read_verified(record, PREDICTIONS))
    if scores.shape != (record.n_test, 10) or not np.isfinite(scores).all():
        reason = f"{PREDICTIONS} should hold finite scores of shape ({record.n_test}, 10), found {scores.shape}."
        raise ArtifactCorruptError(record.dataset, record.classifier, reason)
    return scores


def load_out_of_fold(record: Record) -> np.ndarray:
    """Scores of the training split by models that had not seen the digit, float32 (n_train, 10), read-only.

    A constant is missing in each row, and they are rounded to 1/64 of the temperature. The run must have been
    cross-validated: `record.cross_validation` is not None.
    """
    steps = _array(record, OUT_OF_FOLD, "steps", lambda: _read_verified(record, OUT_OF_FOLD))
    if steps.shape != (record.n_train, 10):
        reason = f"{OUT_OF_FOLD} should have shape ({record.n_train}, 10), found {steps.shape}."
        raise ArtifactCorruptError(record.dataset, record.classifier, reason)
    scores = unpack(steps) * np.float32(record.temperature)
    scores.flags.writeable = False
    return scores


def load_label_issues(record: Record, split: SplitName) -> np.ndarray:
    """Indices of a split's digits whose labels a cross-validated run doubts, most doubtful first: int32, read-only."""
    return _array(record, LABEL_ISSUES, split, lambda: _read_verified(record, LABEL_ISSUES))


def load_robustness(record: Record, name: str) -> np.ndarray:
    """What a run says of distorted test digits: one of the names in `record.robustness`.

    Returns
    -------
    uint8 ndarray of shape (k, n), read-only
        A row for each of the k accuracies; the n digits are the test split's or, under the name of another dataset, all
        of its digits, those of the training split first.
    """
    labels = _array(record, ROBUSTNESS, name, lambda: _read_verified(record, ROBUSTNESS))
    if name in list_datasets():
        spec = get_dataset_spec(name)
        n = spec.n_train + spec.n_test
    else:
        n = record.n_test
    if labels.shape != (expected := (len(record.robustness[name]), n)):
        reason = f"{ROBUSTNESS} should hold {name} in shape {expected}, found {labels.shape}."
        raise ArtifactCorruptError(record.dataset, record.classifier, reason)
    return labels


def load_labels(record: Record, split: SplitName) -> np.ndarray:
    """A split's labels, those that the record was trained or scored on: uint8 of shape (n,), read-only."""
    path = run_dir(record.dataset, record.classifier).parent / LABELS
    labels: dict[SplitName, np.ndarray] = {
        name: _array(record, LABELS, name, path.read_bytes) for name in ("train", "test")
    }
    if _labels_hash(labels) != record.labels_sha256:
        raise ArtifactCorruptError(record.dataset, record.classifier, f"{LABELS} is not what the run was scored on.")
    return labels[split]


def load_model(record: Record, load_member: Callable[[Record], Served] | None = None) -> Served:
    """The run's model, ready to predict; ArtifactCorruptError if it cannot be read.

    Parameters
    ----------
    load_member : callable, optional
        What loads the models that a vote asks; without it they are loaded anew.
    """
    if record.model_file == ENSEMBLE:
        found = load_members(record)
        with _of_a_member(record):
            models = {member.name: (load_member or load_model)(run) for member, run in found.items()}
        return EnsembleClassifier(tuple(found), models, record.temperature)
    from mnist_core.classifiers.onnx.served import OnnxClassifier

    try:
        return OnnxClassifier(gzip.decompress(_read_verified(record, MODEL)), record.temperature)
    except (*_UNREADABLE, MnistCoreError) as error:
        if isinstance(error, ArtifactError):
            raise
        raise ArtifactCorruptError(record.dataset, record.classifier, f"{MODEL} cannot be read ({error}).") from error


def load_classifier(name: str, dataset: str = "mnist") -> Served:
    """A trained classifier with `predict_proba(images)` and `predict(images)`.

    Images are uint8 of shape (n, 28, 28), ink bright on black. Probabilities are float32 of shape (n, 10) with rows
    summing to 1, predictions uint8 of shape (n,).
    """
    return load_model(load_record(dataset, name))


def model_loader() -> Callable[[Record], Served]:
    """A `load_model` that loads each model once: a vote asks those that are loaded."""
    loaded: dict[str, Served] = {}

    def load(record: Record) -> Served:
        if record.key not in loaded:
            loaded[record.key] = load_model(record, load)
        return loaded[record.key]

    return load


def load_members(record: Record, *, verified: Mapping[str, Record] | None = None) -> dict[Member, Record]:
    """Whom a run votes over, with their runs, of whose files nothing is read here.

    Parameters
    ----------
    verified : mapping by classifier name
        As of `load_record`.

    Raises
    ------
    ArtifactStaleError
        A member's run is not there, not today's, or has another model than the vote was made for.
    ArtifactCorruptError
        The members cannot be read, or are not the classifier's.
    """
    dataset, name = record.dataset, record.classifier
    try:
        members = members_from_json(_read_verified(record, ENSEMBLE))
    except (KeyError, TypeError, ValueError) as error:
        raise ArtifactCorruptError(dataset, name, f"{ENSEMBLE} cannot be read ({error!r}).") from error
    if tuple(member.name for member in members) != members_of(name):
        raise ArtifactCorruptError(dataset, name, f"{ENSEMBLE} names other members than the registry.")
    found = {}
    for member in members:
        with _of_a_member(record):
            run = (verified or {}).get(member.name) or _read_record(dataset, member.name)
        if run.files[run.model_file]["sha256"] != member.model_sha256:
            raise ArtifactStaleError(dataset, name, f"its member {member.name} has been trained anew since.")
        found[member] = run
    return found


@contextlib.contextmanager
def _of_a_member(record: Record) -> Iterator[None]:
    """Say that a vote is stale where it is a member that cannot be used."""
    try:
        yield
    except ArtifactError as error:
        reason = f"its member {error.classifier} cannot be used ({error.reason.rstrip('.')})."
        raise ArtifactStaleError(record.dataset, record.classifier, reason) from error


def signature(dataset: str) -> str:
    """Sizes and times of every file kept for a dataset: equal as long as nothing changed."""
    folder = artifacts_dir() / dataset
    paths = [folder / LABELS]
    paths += [folder / name / file for name in list_runs(dataset) for file in _FILES]
    found = []
    for path in paths:
        try:
            status = path.stat()
            found.append((status.st_size, status.st_mtime_ns))
        except OSError:
            found.append((0, 0))
    return f"{folder} {found}"


def _number(name: str) -> int:
    return int(name.partition(CUSTOM_MARK)[2])


def _require_custom(name: str) -> None:
    get_classifier_spec(name)
    if not is_custom(name):
        raise MnistCoreError(
            f"{name} is a run of the registry: only those of your own, such as mlp{CUSTOM_MARK}1, change."
        )


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


def load_array(path: Path, key: str) -> np.ndarray | None:
    """One array of an `.npz` file; None if it is not there or damaged."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            array: np.ndarray = archive[key]
            return array
    except _UNREADABLE:
        return None


def pack_arrays(**arrays: np.ndarray) -> bytes:
    """Arrays as an `.npz` file."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)  # type: ignore[arg-type]
    return buffer.getvalue()


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _labels_hash(labels: Labels) -> str:
    return _sha256(b"".join(labels[split].astype(np.uint8).tobytes() for split in ("train", "test")))


def _described(contents: Mapping[str, bytes]) -> dict[str, dict[str, Any]]:
    """What a record says of its files."""
    return {name: {"sha256": _sha256(data), "bytes": len(data)} for name, data in contents.items()}


def _with_what_stays_true(record: Record) -> Record:
    """The record with what was added to the run that it repeats, if it repeats one."""
    try:
        before = load_record(record.dataset, record.classifier)
    except ArtifactError:
        return record
    same_scores = record.files[PREDICTIONS]["sha256"] == before.files[PREDICTIONS]["sha256"]
    if not same_scores or (before.seed, before.labels_sha256) != (record.seed, record.labels_sha256):
        return record
    record = replace(record, learning_curve=before.learning_curve, replicates=before.replicates)
    if ROBUSTNESS in before.files and record.files[record.model_file] == before.files.get(record.model_file):
        files = {**record.files, ROBUSTNESS: before.files[ROBUSTNESS]}
        record = replace(record, robustness=before.robustness, files=files)
    if before.cross_validation is None or record.cross_validation is not None:
        return record
    added = {name: before.files[name] for name in (OUT_OF_FOLD, LABEL_ISSUES)}
    return replace(
        record,
        cross_validation=before.cross_validation,
        temperature=before.temperature,
        files={**record.files, **added},
    )


def _as_it_is_now(record: Record) -> Record:
    """The record as it is stored by now: others add to a run, too, while something long is measured for it.

    ArtifactMissingError if it was deleted meanwhile, ArtifactStaleError if it has another model now.
    """
    dataset, name = record.dataset, record.classifier
    if not (run_dir(dataset, name) / RECORD).exists():
        raise ArtifactMissingError(dataset, name, "it has been deleted.")
    stored = load_record(dataset, name)
    if stored.files[stored.model_file] != record.files[record.model_file]:
        raise ArtifactStaleError(dataset, name, "it was trained anew meanwhile.")
    return stored


def _write(record: Record, contents: Mapping[str, bytes]) -> None:
    """Write files of a run, the record last."""
    folder = run_dir(record.dataset, record.classifier)
    write_together({**{folder / name: data for name, data in contents.items()}, folder / RECORD: to_json(record)})
