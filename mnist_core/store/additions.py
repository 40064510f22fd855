"""Adding results to a stored run: cross-validation, learning curve, other seeds, robustness."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from mnist_core.base.errors import ArtifactMissingError, ArtifactStaleError
from mnist_core.base.quantization import pack
from mnist_core.store.arrays import Indices, pack_arrays
from mnist_core.store.files import describe_files, write_run
from mnist_core.store.paths import run_dir
from mnist_core.store.predictions import load_labels
from mnist_core.store.record import LABEL_ISSUES, OUT_OF_FOLD, RECORD, ROBUSTNESS, CrossValidation, Record
from mnist_core.store.runs import load_record


def save_cross_validation(
    record: Record,
    result: CrossValidation,
    *,
    temperature: float,
    scores: np.ndarray,
    label_issues: Indices,
) -> Record:
    """Add a cross-validation to a stored run, and return the new record.

    Parameters
    ----------
    record : Record
        The record of the stored run.
    result : CrossValidation
    temperature : float
        Temperature fitted on `scores`. It replaces that of the record.
    scores : float32 ndarray of shape (n_train, 10)
        Out-of-fold scores. They are stored in steps of 1/64 of the temperature.
    label_issues : mapping of split to integer ndarray
        Indices of suspected label errors, least likely label first.

    Raises
    ------
    ArtifactMissingError, ArtifactStaleError
        See `current_record`.
    """
    record = current_record(record)
    contents = cross_validation_files(scores, temperature, load_labels(record, "train"), label_issues)
    files = {**record.files, **describe_files(contents)}
    record = replace(record, cross_validation=result, temperature=temperature, files=files)
    write_run(record, contents)
    return record


def cross_validation_files(
    scores: np.ndarray, temperature: float, labels: np.ndarray, label_issues: Indices
) -> dict[str, bytes]:
    """Return the contents of the files that a cross-validation adds to a run, by file name.

    `labels` are the labels of the training split. The other parameters are those of `save_cross_validation`.
    """
    indices = {split: array.astype(np.int32) for split, array in label_issues.items()}
    steps = pack(scores / temperature, labels)
    return {OUT_OF_FOLD: pack_arrays(steps=steps), LABEL_ISSUES: pack_arrays(**indices)}


def save_learning_curve(record: Record, curve: Sequence[Mapping[str, float]]) -> Record:
    """Add a learning curve to a stored run, and return the new record. For errors, see `current_record`."""
    record = replace(current_record(record), learning_curve=tuple(curve))
    write_run(record, {})
    return record


def save_replicates(record: Record, replicates: Sequence[Mapping[str, float]]) -> Record:
    """Add trainings with other seeds to a stored run, and return the new record. For errors, see `current_record`."""
    record = replace(current_record(record), replicates=tuple(replicates))
    write_run(record, {})
    return record


def save_robustness(
    record: Record, accuracies: Mapping[str, Sequence[float]], labels: Mapping[str, np.ndarray]
) -> Record:
    """Add the results on distorted test samples to a stored run, and return the new record.

    Parameters
    ----------
    record : Record
        The record of the stored run.
    accuracies : mapping of name to k shares in 0..1
        Accuracies at the severities of a transform, mildest first, or one accuracy on another dataset.
    labels : mapping of name to uint8 ndarray of shape (k, n)
        The predicted labels that the accuracies were computed from.

    Raises
    ------
    ArtifactMissingError, ArtifactStaleError
        See `current_record`.
    """
    record = current_record(record)
    contents = {ROBUSTNESS: pack_arrays(**{name: array.astype(np.uint8) for name, array in labels.items()})}
    record = replace(record, robustness=dict(accuracies), files={**record.files, **describe_files(contents)})
    write_run(record, contents)
    return record


def current_record(record: Record) -> Record:
    """Return the record that is now stored for the run.

    It can differ from `record`: measurements take minutes, and another process can add results to the run meanwhile.

    Raises
    ------
    ArtifactMissingError
        The run was deleted.
    ArtifactStaleError
        The run was trained again and has another model.
    """
    dataset, name = record.dataset, record.classifier
    if not (run_dir(dataset, name) / RECORD).exists():
        raise ArtifactMissingError(dataset, name, "it was deleted.")
    stored = load_record(dataset, name)
    if stored.files[stored.model_file] != record.files[record.model_file]:
        raise ArtifactStaleError(dataset, name, "it was retrained in the meantime.")
    return stored
