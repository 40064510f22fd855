"""Every usable run of a dataset, and what follows from one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import streamlit as st

from mnist_core import store
from mnist_core.base.errors import ArtifactError, EnsembleNotCrossValidatedError, NotCrossValidatedError
from mnist_core.base.labels import CUSTOM_MARK, plain
from mnist_core.cached.head_to_head import ranks
from mnist_core.classifiers.registry import get_classifier_spec, is_ensemble
from mnist_core.datasets import SplitName
from mnist_core.evaluation import confusion, mistakes
from mnist_core.evaluation.metrics import accuracy_interval, softmax
from mnist_core.evaluation.selection import choose_final_model


@dataclass(frozen=True, eq=False)
class Run:
    """A usable run and its predictions for one split of n samples. Arrays are read-only.

    Attributes
    ----------
    key : str
        Cache key: the split and the record's content.
    y_pred : uint8 ndarray of shape (n,)
    proba : ndarray of shape (n, 10)
        Float32 for the test split, float16 for the training split.
    confidence, margin : float32 ndarrays of shape (n,)
        Probability of the predicted class, and its difference to the second most probable class.
    scores : float32 ndarray of shape (n, 10), or None
        Only kept for the test split.
    """

    key: str
    record: store.Record
    y_pred: np.ndarray
    proba: np.ndarray
    confidence: np.ndarray
    margin: np.ndarray
    scores: np.ndarray | None


@dataclass(frozen=True, eq=False)
class Results:
    """All runs of a dataset with their predictions for one split.

    Predictions for the training split are out-of-fold: each digit is predicted by a model that was not trained on it.

    Attributes
    ----------
    names : tuple of str
        All classifiers, usable or not, in the order of `store.list_runs`.
    runs : mapping of classifier name to Run
        The usable runs, in the same order.
    problems : mapping of classifier name to ArtifactError
        Why each of the other runs cannot be used.
    y_true : uint8 ndarray of shape (n,)
        Empty if no run is usable.
    """

    dataset: str
    split: SplitName
    names: tuple[str, ...]
    runs: Mapping[str, Run]
    problems: Mapping[str, ArtifactError]
    y_true: np.ndarray

    def __getitem__(self, name: str) -> Run:
        """Return a usable run."""
        return self.runs[name]

    @cached_property
    def key(self) -> tuple[str, ...]:
        """Cache key: the dataset, the split and the content of every record."""
        return self.dataset, self.split, *(run.key for run in self.runs.values())

    @cached_property
    def records(self) -> dict[str, store.Record]:
        """The record of each usable run."""
        return {name: run.record for name, run in self.runs.items()}

    @cached_property
    def y_pred(self) -> dict[str, np.ndarray]:
        """The predictions of each usable run."""
        return {name: run.y_pred for name, run in self.runs.items()}

    @property
    def single_classifiers(self) -> list[str]:
        """The usable classifiers with a judgement of their own: those that vote over others would count these twice."""
        return [name for name in self.runs if not is_ensemble(name)]

    @property
    def labels(self) -> dict[str, str]:
        """What to call each usable classifier on screen."""
        return {name: self.label(name) for name in self.runs}

    def label(self, name: str) -> str:
        """What to call a classifier on screen, usable or not; a label of one's own never looks like another's."""
        record = self.records.get(name)
        if record is None or not record.label:
            return get_classifier_spec(name).label
        return f"{plain(record.label)} ({name.partition(CUSTOM_MARK)[2]})"


def load_results(dataset: str, split: SplitName = "test") -> Results:
    """The results of a dataset, read again only when a file of theirs has changed."""
    return _load_results(dataset, split, store.signature(dataset))


@st.cache_resource(max_entries=6, show_spinner=False)
def _load_results(dataset: str, split: SplitName, signature: str) -> Results:
    records: dict[str, store.Record] = {}
    runs: dict[str, Run] = {}
    problems: dict[str, ArtifactError] = {}
    y_true = np.empty(0, dtype=np.uint8)
    names = tuple(store.list_runs(dataset))
    for name in names:
        try:
            record = store.load_record(dataset, name, verified=records)
            y_true, scores = store.load_labels(record, split), _load_scores(record, split)
        except ArtifactError as error:
            problems[name] = error
            continue
        records[name], runs[name] = record, _predictions(record, split, scores)
    return Results(dataset, split, names, runs, problems, y_true)


def _predictions(record: store.Record, split: SplitName, scores: np.ndarray) -> Run:
    y_pred, proba = scores.argmax(axis=1).astype(np.uint8), softmax(scores, record.temperature)
    confidence, margin = mistakes.confidence_and_margin(proba)
    if split == "train":  # Six times as many digits, of which a page shows a few.
        proba = proba.astype(np.float16)
    for array in (y_pred, proba, confidence, margin):
        array.flags.writeable = False
    return Run(f"{split} {record.key}", record, y_pred, proba, confidence, margin, scores if split == "test" else None)


def _load_scores(record: store.Record, split: SplitName) -> np.ndarray:
    if split == "test":
        return store.load_scores(record)
    if record.cross_validation is None:
        raise not_cross_validated(record)
    return store.load_out_of_fold(record)


def not_cross_validated(record: store.Record) -> NotCrossValidatedError:
    """What is wrong with a run without out-of-fold scores, and what mends it: of a vote its training."""
    kind = EnsembleNotCrossValidatedError if is_ensemble(record.classifier) else NotCrossValidatedError
    return kind(record.dataset, record.classifier, "it has not been cross-validated yet.")


def leaderboard(results: Results) -> pd.DataFrame:
    """One row a classifier, of which there must be one, most accurate first: ranks, shares in 0..1, seconds, bytes."""
    return _leaderboard(results.key, results)


@st.cache_resource(max_entries=4, show_spinner=False)
def _leaderboard(key: tuple[str, ...], _results: Results) -> pd.DataFrame:
    rows, possible = [], ranks(_results)
    for name, record in _results.records.items():
        low, high = accuracy_interval(record.test_accuracy, record.n_test)
        folds = record.cross_validation
        rows.append(
            {
                "name": name,
                "label": _results.labels[name],
                "best_rank": possible[name][0],
                "worst_rank": possible[name][1],
                "test_accuracy": record.test_accuracy,
                "low": low,
                "high": high,
                "cv_accuracy": folds.accuracy if folds else float("nan"),
                "cv_spread": folds.spread if folds else float("nan"),
                "cv_folds": [f"{100 * share:.2f}" for share in folds.accuracies] if folds else [],
                "seeds_accuracy": record.seeds_accuracy,
                "train_accuracy": record.train_accuracy,
                "fit_seconds": record.fit_seconds,
                "predict_seconds": record.predict_10_000_seconds,
                "predict_one_seconds": record.predict_one_seconds,
                "model_bytes": record.model_bytes,
                "remark": get_classifier_spec(name).remark,
            }
        )
    return pd.DataFrame(rows).sort_values("test_accuracy", ascending=False, ignore_index=True)


def final_model(results: Results) -> str | None:
    """The classifier that cross-validation chooses; None if nothing was cross-validated."""
    validated = {name: record.cross_validation for name, record in results.records.items()}
    return choose_final_model(
        {name: folds.accuracy for name, folds in validated.items() if folds},
        {name: record.predict_one_seconds for name, record in results.records.items()},
    )


@st.cache_resource(max_entries=64, show_spinner=False)
def _matrix(key: str, _y_true: np.ndarray, _y_pred: np.ndarray) -> np.ndarray:
    return confusion.confusion_matrix(_y_true, _y_pred)


def confusion_matrix(results: Results, classifier: str) -> np.ndarray:
    """A classifier's confusion matrix on the test split, int64 of shape (10, 10)."""
    return _matrix(results[classifier].key, results.y_true, results[classifier].y_pred)


def predictions_csv(results: Results, indices: Sequence[int] | np.ndarray) -> bytes:
    """What every classifier said of these test digits, as a CSV file."""
    return (
        mistakes.predictions_table(
            indices, results.y_true, results.y_pred, {name: run.proba for name, run in results.runs.items()}
        )
        .to_csv(index=False)
        .encode()
    )
