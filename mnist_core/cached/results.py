"""Every usable run of a dataset, and what follows from one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from mnist_core import store
from mnist_core.cached.head_to_head import ranks
from mnist_core.classifiers.registry import get_classifier_spec
from mnist_core.datasets import SplitName
from mnist_core.errors import ArtifactError, NotCrossValidatedError, VoteNotCrossValidatedError
from mnist_core.evaluation import confusion, mistakes
from mnist_core.evaluation.metrics import accuracy_interval, softmax
from mnist_core.evaluation.selection import choose_final_model
from mnist_core.naming import LOCAL, plain


@dataclass(frozen=True)
class Results:
    """What every usable run of a dataset says of one split, and what is wrong with the others. Arrays are read-only.

    Of the training split, each digit's answer is that of a model that was not trained on it (out-of-fold).

    Attributes
    ----------
    names : tuple of str
        All classifiers, usable or not, in the order of `store.list_runs`.
    records, scores, y_pred, proba, confidence, margin : mappings by classifier name, in the same order
        Scores and probabilities are float32 of shape (n, 10), predictions uint8 of shape (n,); the confidence of a
        prediction and its margin before the second likeliest class float32 of shape (n,). Of the training split there
        are no scores, and the probabilities are float16.
    y_true : uint8 ndarray of shape (n,)
        Empty if no run is usable.
    problems : mapping by classifier name
    """

    dataset: str
    split: SplitName
    names: tuple[str, ...]
    records: Mapping[str, store.Record]
    problems: Mapping[str, ArtifactError]
    y_true: np.ndarray
    scores: Mapping[str, np.ndarray]
    y_pred: Mapping[str, np.ndarray]
    proba: Mapping[str, np.ndarray]
    confidence: Mapping[str, np.ndarray]
    margin: Mapping[str, np.ndarray]

    @property
    def voters(self) -> list[str]:
        """The usable classifiers with a judgement of their own: those that vote over others would count these twice."""
        return [name for name in self.records if not get_classifier_spec(name).members]

    @property
    def labels(self) -> dict[str, str]:
        """What to call each usable classifier on screen."""
        return {name: self.label(name) for name in self.records}

    def label(self, name: str) -> str:
        """What to call a classifier on screen, usable or not; a label of one's own never looks like another's."""
        record = self.records.get(name)
        if record is None or not record.label:
            return get_classifier_spec(name).label
        return f"{plain(record.label)} ({name.partition(LOCAL)[2]})"


def load_results(dataset: str, split: SplitName = "test") -> Results:
    """The results of a dataset, read again only when a file of theirs has changed."""
    return _load_results(dataset, split, store.signature(dataset))


@st.cache_resource(max_entries=6, show_spinner=False)
def _load_results(dataset: str, split: SplitName, signature: str) -> Results:
    records: dict[str, store.Record] = {}
    problems, all_scores, y_pred, proba, confidence, margin = {}, {}, {}, {}, {}, {}
    y_true = np.empty(0, dtype=np.uint8)
    names = tuple(store.list_runs(dataset))
    for name in names:
        try:
            record = store.load_record(dataset, name, verified=records)
            y_true, scores = store.load_labels(record, split), _load_scores(record, split)
        except ArtifactError as error:
            problems[name] = error
            continue
        records[name] = record
        y_pred[name] = scores.argmax(axis=1).astype(np.uint8)
        proba[name] = softmax(scores, record.temperature)
        confidence[name], margin[name] = mistakes.confidence_and_margin(proba[name])
        if split == "test":
            all_scores[name] = scores
        else:  # six times as many digits, of which a page shows a few
            proba[name] = proba[name].astype(np.float16)
    for arrays in (y_pred, proba, confidence, margin):
        for array in arrays.values():
            array.flags.writeable = False
    return Results(dataset, split, names, records, problems, y_true, all_scores, y_pred, proba, confidence, margin)


def _load_scores(record: store.Record, split: SplitName) -> np.ndarray:
    if split == "test":
        return store.load_scores(record)
    if record.cross_validation is None:
        raise not_cross_validated(record)
    return store.load_out_of_fold(record)


def not_cross_validated(record: store.Record) -> NotCrossValidatedError:
    """What is wrong with a run without out-of-fold scores, and what mends it: of a vote its training."""
    kind = VoteNotCrossValidatedError if get_classifier_spec(record.classifier).members else NotCrossValidatedError
    return kind(record.dataset, record.classifier, "it has not been cross-validated yet.")


def leaderboard(results: Results) -> pd.DataFrame:
    """One row a classifier, of which there must be one, most accurate first: ranks, shares in 0..1, seconds, bytes."""
    return _leaderboard(results.dataset, tuple(record.key for record in results.records.values()), results)


@st.cache_resource(max_entries=4, show_spinner=False)
def _leaderboard(dataset: str, keys: tuple[str, ...], _results: Results) -> pd.DataFrame:
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
    return _matrix(results.records[classifier].key, results.y_true, results.y_pred[classifier])


def votes_csv(results: Results, indices: Sequence[int] | np.ndarray) -> bytes:
    """What every classifier said of these test digits, as a CSV file."""
    return mistakes.votes_table(indices, results.y_true, results.y_pred, results.proba).to_csv(index=False).encode()
