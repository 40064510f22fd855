"""Saving a trained run."""

import zlib
from dataclasses import replace

import numpy as np

from mnist_core.base.errors import ArtifactCorruptError, ArtifactError
from mnist_core.base.files import write_atomically
from mnist_core.classifiers.registry import members_of
from mnist_core.store.additions import cross_validation_files
from mnist_core.store.arrays import Indices, Labels, hash_labels, pack_arrays
from mnist_core.store.files import describe_files, write_run
from mnist_core.store.paths import run_dir
from mnist_core.store.predictions import load_labels
from mnist_core.store.record import (
    ENSEMBLE,
    LABEL_ISSUES,
    LABELS,
    MODEL,
    OUT_OF_FOLD,
    PREDICTIONS,
    ROBUSTNESS,
    Record,
)
from mnist_core.store.runs import load_record

GZIP = 16 + zlib.MAX_WBITS
"""`wbits` for the gzip format. Unlike the module gzip, zlib writes the same header in every version of Python."""


def save_run(
    record: Record,
    *,
    model: bytes,
    scores: np.ndarray,
    labels: Labels,
    out_of_fold: np.ndarray | None = None,
    label_issues: Indices | None = None,
) -> Record:
    """Write a run, the record last, and return the record with the hashes of the files.

    Results that were added to the stored run are kept if the new run has the same data, hyperparameters, seed and
    scores. Otherwise they are deleted. These results are cross-validation, learning curve, other seeds and robustness.

    Parameters
    ----------
    record : Record
        Complete except for `files` and `labels_sha256`.
    model : bytes
        The serialized ONNX model, or the JSON text of the members of an ensemble.
    scores : float32 ndarray of shape (n_test, 10)
        The served model's scores of the test split.
    labels : mapping of split to uint8 ndarray
        Stored once for each dataset, beside the folders of the runs.
    out_of_fold, label_issues : optional
        `scores` and `label_issues` of `save_cross_validation`, for a record with a `cross_validation`. Give both or
        neither.

    Raises
    ------
    OSError
        A file cannot be written. The stored run is unchanged.
    MnistCoreError
        The record holds NaN or an infinity.
    """
    contents = {
        **({ENSEMBLE: model} if members_of(record.classifier) else {MODEL: zlib.compress(model, 9, GZIP)}),
        PREDICTIONS: pack_arrays(scores=scores.astype(np.float32)),
    }
    if out_of_fold is not None and label_issues is not None:
        contents |= cross_validation_files(out_of_fold, record.temperature, labels["train"], label_issues)
    record = replace(record, labels_sha256=hash_labels(labels), files=describe_files(contents))
    record = _keep_additions(record)
    try:
        load_labels(record, "test")
    except ArtifactCorruptError:
        arrays = {split: array.astype(np.uint8) for split, array in labels.items()}
        write_atomically(run_dir(record.dataset, record.classifier).parent / LABELS, pack_arrays(**arrays))
    write_run(record, contents)
    for name in {OUT_OF_FOLD, LABEL_ISSUES, ROBUSTNESS} - record.files.keys():
        (run_dir(record.dataset, record.classifier) / name).unlink(missing_ok=True)
    return record


def _keep_additions(record: Record) -> Record:
    """Return a new run's record with the added results of the stored run, if the new run repeats the stored one."""
    try:
        stored = load_record(record.dataset, record.classifier)
    except ArtifactError:
        return record
    same_scores = record.files[PREDICTIONS]["sha256"] == stored.files[PREDICTIONS]["sha256"]
    if not same_scores or (stored.seed, stored.labels_sha256) != (record.seed, record.labels_sha256):
        return record
    record = replace(record, learning_curve=stored.learning_curve, replicates=stored.replicates)
    if ROBUSTNESS in stored.files and record.files[record.model_file] == stored.files.get(record.model_file):
        files = {**record.files, ROBUSTNESS: stored.files[ROBUSTNESS]}
        record = replace(record, robustness=stored.robustness, files=files)
    if stored.cross_validation is None or record.cross_validation is not None:
        return record
    kept = {name: stored.files[name] for name in (OUT_OF_FOLD, LABEL_ISSUES)}
    return replace(
        record,
        cross_validation=stored.cross_validation,
        temperature=stored.temperature,
        files={**record.files, **kept},
    )
