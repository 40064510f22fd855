"""The runs of a dataset with their predictions, confusion matrices, and CSV files of predictions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import streamlit as st

from mnist_core import store
from mnist_core.base.errors import ArtifactError, EnsembleNotCrossValidatedError, NotCrossValidatedError
from mnist_core.base.labels import CUSTOM_MARK, plain
from mnist_core.classifiers.registry import get_classifier_spec, is_ensemble
from mnist_core.datasets import SplitName
from mnist_core.evaluation import confusion, mistakes
from mnist_core.evaluation.metrics import softmax


@dataclass(frozen=True, eq=False)
class Run:
    """A usable run and its predictions for one split of n samples. Arrays are read-only.

    Attributes
    ----------
    key : str
        Cache key: the split and the content of the record.
    record : Record
        The stored record.
    y_pred : uint8 ndarray of shape (n,)
    proba : ndarray of shape (n, 10)
        Probabilities: float32 for the test split, float16 for the training split.
    confidence, margin : float32 ndarrays of shape (n,)
        Probability of the predicted class, and its difference from that of the second most probable class.
    scores : float32 ndarray of shape (n, 10), or None
        None for the training split.
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

    Predictions for the training split are out-of-fold: each sample is predicted by a model that was not trained on it.

    Attributes
    ----------
    dataset : str
    split : {"train", "test"}
    names : tuple of str
        All classifiers, usable or not, in the order of `store.list_runs`.
    runs : mapping of classifier name to Run
        The usable runs, in the same order. `results[name]` is `results.runs[name]`.
    problems : mapping of classifier name to ArtifactError
        Why each of the other runs cannot be used.
    y_true : uint8 ndarray of shape (n,)
        The labels. Empty if no run is usable.
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

    @cached_property
    def labels(self) -> dict[str, str]:
        """The display name of each usable run."""
        return {name: self.label(name) for name in self.runs}

    @property
    def single_classifiers(self) -> list[str]:
        """The usable runs without the ensembles, whose predictions repeat those of their members."""
        return [name for name in self.runs if not is_ensemble(name)]

    def label(self, name: str) -> str:
        """Return the display name of a run, usable or not. The label of a custom run is followed by its number."""
        record = self.records.get(name)
        if record is None or not record.label:
            return get_classifier_spec(name).label
        return f"{plain(record.label)} ({name.partition(CUSTOM_MARK)[2]})"


def load_results(dataset: str, split: SplitName = "test") -> Results:
    """Return the results of a dataset. They are loaded again only if one of its files has changed."""
    return _load_results(dataset, split, store.signature(dataset))


@st.cache_resource(max_entries=6, show_spinner=False)
def _load_results(dataset: str, split: SplitName, signature: str) -> Results:
    runs: dict[str, Run] = {}
    verified: dict[str, store.Record] = {}
    problems: dict[str, ArtifactError] = {}
    y_true = np.empty(0, dtype=np.uint8)
    names = tuple(store.list_runs(dataset))
    for name in names:
        try:
            record = store.load_record(dataset, name, verified=verified)
            y_true, scores = store.load_labels(record, split), _load_scores(record, split)
        except ArtifactError as error:
            problems[name] = error
            continue
        verified[name], runs[name] = record, _make_run(record, split, scores)
    return Results(dataset, split, names, runs, problems, y_true)


def _make_run(record: store.Record, split: SplitName, scores: np.ndarray) -> Run:
    """Return a run with the predictions and probabilities that follow from its scores (n, 10)."""
    y_pred, proba = scores.argmax(axis=1).astype(np.uint8), softmax(scores, record.temperature)
    confidence, margin = mistakes.confidence_and_margin(proba)
    if split == "train":  # It has six times as many samples. Half precision saves half of the memory.
        proba = proba.astype(np.float16)
    for array in (y_pred, proba, confidence, margin):
        array.flags.writeable = False
    return Run(f"{split} {record.key}", record, y_pred, proba, confidence, margin, scores if split == "test" else None)


def _load_scores(record: store.Record, split: SplitName) -> np.ndarray:
    """Return the scores of the test split, or the out-of-fold scores of the training split."""
    if split == "test":
        return store.load_scores(record)
    if record.cross_validation is None:
        raise not_cross_validated(record)
    return store.load_out_of_fold(record)


def not_cross_validated(record: store.Record) -> NotCrossValidatedError:
    """Return the error for a run without out-of-fold scores. Its command is `cv`, or `train` for an ensemble."""
    kind = EnsembleNotCrossValidatedError if is_ensemble(record.classifier) else NotCrossValidatedError
    return kind(record.dataset, record.classifier, "it has not been cross-validated yet.")


def confusion_matrix(results: Results, classifier: str) -> np.ndarray:
    """Return the confusion matrix of a run on the split of the results: int64 of shape (10, 10), rows are true."""
    return _confusion_matrix(results[classifier].key, results.y_true, results[classifier].y_pred)


@st.cache_resource(max_entries=64, show_spinner=False)
def _confusion_matrix(key: str, _y_true: np.ndarray, _y_pred: np.ndarray) -> np.ndarray:
    return confusion.confusion_matrix(_y_true, _y_pred)


def predictions_csv(results: Results, indices: Sequence[int] | np.ndarray) -> bytes:
    """Return a CSV file of these samples with the predictions of every run: see `mistakes.predictions_table`."""
    probas = {name: run.proba for name, run in results.runs.items()}
    return mistakes.predictions_table(indices, results.y_true, results.y_pred, probas).to_csv(index=False).encode()
