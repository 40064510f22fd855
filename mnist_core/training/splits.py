"""Splits of the training data: validation split, stratified subsets and cross-validation folds."""

import numpy as np

from mnist_core.base.digits import HOLDOUT_SHARE
from mnist_core.base.errors import TrainingError
from mnist_core.datasets import Split, get_dataset_spec
from mnist_core.store import Record

FOLDS, FOLD_SEED = 5, 42
SMALLEST_SUBSET = 100


def hold_out(labels: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Divide a training split into samples to train on and a stratified validation split of one sixth.

    Parameters
    ----------
    labels : integer ndarray of shape (n,)

    Returns
    -------
    kept, held : integer ndarrays of shapes (n - m,) and (m,)
        Indices of the samples to train on, and of the validation split.
    """
    from sklearn.model_selection import train_test_split

    kept, held = train_test_split(np.arange(len(labels)), test_size=HOLDOUT_SHARE, stratify=labels, random_state=seed)
    return kept, held


def stratified_subset(split: Split, size: int, *, seed: int) -> Split:
    """Return `size` samples of a split, with the class proportions of the split.

    Raises
    ------
    TrainingError
        The size is smaller than 100, or larger than the split.
    """
    if size == len(split):
        return split
    if not SMALLEST_SUBSET <= size < len(split):
        raise TrainingError(f"Expected a subset of {SMALLEST_SUBSET} to {len(split):,} digits, found {size:,}.")
    from sklearn.model_selection import train_test_split

    rows, _ = train_test_split(np.arange(len(split)), train_size=size, stratify=split.labels, random_state=seed)
    return Split(split.images[rows], split.labels[rows])


def fold_of_each(labels: np.ndarray) -> np.ndarray:
    """Return the fold of each sample, from scikit-learn's StratifiedKFold with a fixed seed.

    Parameters
    ----------
    labels : integer ndarray of shape (n,)

    Returns
    -------
    int8 ndarray of shape (n,)
        The fold, 0..4, in which the sample is held out.
    """
    from sklearn.model_selection import StratifiedKFold

    folds = np.empty(len(labels), dtype=np.int8)
    splitter = StratifiedKFold(FOLDS, shuffle=True, random_state=FOLD_SEED)
    for fold, (_, held) in enumerate(splitter.split(labels, labels)):
        folds[held] = fold
    return folds


def require_full_training_split(record: Record) -> None:
    """Raise TrainingError if a run was trained on a subset of the training split."""
    n_train = get_dataset_spec(record.dataset).n_train
    if record.n_train != n_train:
        raise TrainingError(
            f"Expected a run that was trained on all {n_train:,} digits. "
            f"{record.classifier} was trained on {record.n_train:,} of {n_train:,} digits. Train without --subset."
        )
