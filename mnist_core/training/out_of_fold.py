"""Evaluation of out-of-fold scores: accuracy of each fold, temperature and suspected label errors."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from mnist_core.datasets import SplitName
from mnist_core.evaluation.metrics import softmax
from mnist_core.store import CrossValidation
from mnist_core.training.label_issues import find_label_issues
from mnist_core.training.splits import FOLD_SEED, FOLDS
from mnist_core.training.temperature import fit_temperature


@dataclass(frozen=True, eq=False)
class OutOfFoldEvaluation:
    """Results of a cross-validation.

    Attributes
    ----------
    scores : float32 ndarray of shape (n_train, 10)
    temperature : float
        Fitted on the scores.
    label_issues : mapping of split to int32 ndarray
        Suspected label errors, as returned by `find_label_issues`.
    """

    scores: np.ndarray
    result: CrossValidation
    temperature: float
    label_issues: Mapping[SplitName, np.ndarray]


def evaluate_out_of_fold(
    scores: np.ndarray, labels: np.ndarray, folds: np.ndarray, *, test_scores: np.ndarray, test_labels: np.ndarray
) -> OutOfFoldEvaluation:
    """Evaluate a classifier's out-of-fold scores.

    Parameters
    ----------
    scores : float32 ndarray of shape (n_train, 10)
        Scores of each sample by a model that was not trained on its fold.
    labels : uint8 ndarray of shape (n_train,)
    folds : int8 ndarray of shape (n_train,)
        As returned by `fold_of_each`.
    test_scores : float32 ndarray of shape (n_test, 10)
        Scores of the stored model.
    test_labels : uint8 ndarray of shape (n_test,)
        Only searched for label errors. They influence neither the accuracies nor the temperature.
    """
    correct = scores.argmax(axis=1) == labels
    result = CrossValidation(
        seed=FOLD_SEED,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        accuracies=tuple(float(correct[folds == fold].mean()) for fold in range(FOLDS)),
        sizes=tuple(int((folds == fold).sum()) for fold in range(FOLDS)),
    )
    temperature = fit_temperature(scores, labels)
    label_issues: dict[SplitName, np.ndarray] = {
        "train": find_label_issues(labels, softmax(scores, temperature)),
        "test": find_label_issues(test_labels, softmax(test_scores, temperature)),
    }
    return OutOfFoldEvaluation(scores, result, temperature, label_issues)
