"""Loading the stored scores, labels and suspected label errors of runs.

All functions raise ArtifactCorruptError if a file is damaged or does not have the expected content.
"""

from collections.abc import Callable

import numpy as np

from mnist_core.base.digits import N_CLASSES
from mnist_core.base.errors import ArtifactCorruptError
from mnist_core.base.quantization import unpack
from mnist_core.datasets import SplitName, get_dataset_spec, list_datasets
from mnist_core.store.arrays import READ_ERRORS, hash_labels, unpack_array
from mnist_core.store.files import read_verified
from mnist_core.store.paths import run_dir
from mnist_core.store.record import LABEL_ISSUES, LABELS, OUT_OF_FOLD, PREDICTIONS, ROBUSTNESS, Record


def load_scores(record: Record) -> np.ndarray:
    """Return the scores of the test split, float32 of shape (n_test, 10), read-only."""
    scores = _read_array(record, PREDICTIONS, "scores")
    not_finite = np.count_nonzero(~np.isfinite(scores))
    if scores.shape != (record.n_test, N_CLASSES) or not_finite:
        reason = (
            f"{PREDICTIONS} should hold finite scores of shape ({record.n_test}, 10), found shape {scores.shape}"
            f" with {not_finite:,} NaN or infinite values."
        )
        raise ArtifactCorruptError(record.dataset, record.classifier, reason)
    return scores


def load_out_of_fold(record: Record) -> np.ndarray:
    """Return the out-of-fold scores of the training split, float32 of shape (n_train, 10), read-only.

    They differ from the original scores by a constant in each row and by rounding to 1/64 of the temperature. The run
    must be cross-validated: `record.cross_validation` is not None.
    """
    steps = _read_array(record, OUT_OF_FOLD, "steps")
    if steps.shape != (record.n_train, N_CLASSES):
        reason = f"{OUT_OF_FOLD} should have shape ({record.n_train}, 10), found {steps.shape}."
        raise ArtifactCorruptError(record.dataset, record.classifier, reason)
    scores = unpack(steps) * np.float32(record.temperature)
    scores.flags.writeable = False
    return scores


def load_label_issues(record: Record, split: SplitName) -> np.ndarray:
    """Return the indices of a split's suspected label errors, least likely label first: int32, read-only.

    The run must be cross-validated.
    """
    return _read_array(record, LABEL_ISSUES, split)


def load_robustness(record: Record, name: str) -> np.ndarray:
    """Return the predicted labels of distorted samples, or of the samples of another dataset.

    Parameters
    ----------
    name : str
        A key of `record.robustness`: a transform or a dataset.

    Returns
    -------
    uint8 ndarray of shape (k, n), read-only
        One row for each of the k accuracies. For a transform, the n samples are the test split. For a dataset, they are
        all of its samples, the training split first.
    """
    labels = _read_array(record, ROBUSTNESS, name)
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
    """Return the labels of a split that the run was trained or scored on: uint8 of shape (n,), read-only."""
    path = run_dir(record.dataset, record.classifier).parent / LABELS
    splits: tuple[SplitName, ...] = ("train", "test")
    labels = {name: _read_array(record, LABELS, name, path.read_bytes) for name in splits}
    if hash_labels(labels) != record.labels_sha256:
        reason = f"{LABELS} does not hold the labels that the run was scored on."
        raise ArtifactCorruptError(record.dataset, record.classifier, reason)
    return labels[split]


def _read_array(record: Record, name: str, key: str, read: Callable[[], bytes] | None = None) -> np.ndarray:
    """Return one array of a run's `.npz` file. The content is verified, unless `read` supplies it."""
    try:
        return unpack_array(read() if read else read_verified(record, name), key)
    except READ_ERRORS as error:
        raise ArtifactCorruptError(record.dataset, record.classifier, f"{name} cannot be read ({error!r}).") from error
