"""Streamlit's caches over the core: what all sessions share. The only file here that imports streamlit.

Keys are names and fingerprints, never arrays; what is returned is shared, so nobody may change it.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st

from mnist_core import store
from mnist_core.classifiers.registry import get_classifier_spec, list_classifiers
from mnist_core.datasets import Dataset, Split, load_dataset
from mnist_core.errors import ArtifactError, MnistCoreError
from mnist_core.evaluation import confusion, mistakes
from mnist_core.evaluation.metrics import accuracy_interval, softmax
from mnist_core.figures.sheet import digit_sheet

if TYPE_CHECKING:
    from mnist_core.classifiers.served import OnnxClassifier


@dataclass(frozen=True)
class Results:
    """Every usable run of a dataset, and what is wrong with the others. Arrays are read-only.

    Attributes
    ----------
    records, y_pred, proba, confidence, margin : mappings by classifier name, in the registry's order
        Predictions are uint8 of shape (n_test,), probabilities float32 of shape (n_test, 10); the confidence of a
        prediction and its margin before the second likeliest class float32 of shape (n_test,).
    y_true : uint8 ndarray of shape (n_test,)
        Empty if no run is usable.
    problems : mapping by classifier name
    """

    dataset: str
    records: Mapping[str, store.Record]
    problems: Mapping[str, ArtifactError]
    y_true: np.ndarray
    y_pred: Mapping[str, np.ndarray]
    proba: Mapping[str, np.ndarray]
    confidence: Mapping[str, np.ndarray]
    margin: Mapping[str, np.ndarray]

    @property
    def labels(self) -> dict[str, str]:
        """What to call each usable classifier on screen."""
        return {name: get_classifier_spec(name).label for name in self.records}


def load_results(dataset: str) -> Results:
    """The results of a dataset, read again only when a file of theirs has changed."""
    return _load_results(dataset, store.signature(dataset))


@st.cache_resource(max_entries=4, show_spinner=False)
def _load_results(dataset: str, signature: str) -> Results:
    records, problems, y_pred, proba, confidence, margin = {}, {}, {}, {}, {}, {}
    y_true = np.empty(0, dtype=np.uint8)
    for name in list_classifiers(dataset):
        try:
            record = store.load_record(dataset, name)
            y_true, scores = store.load_labels(record), store.load_scores(record)
        except ArtifactError as error:
            problems[name] = error
            continue
        records[name] = record
        y_pred[name] = scores.argmax(axis=1).astype(np.uint8)
        proba[name] = softmax(scores, record.temperature)
        confidence[name], margin[name] = mistakes.confidence_and_margin(proba[name])
    for arrays in (y_pred, proba, confidence, margin):
        for array in arrays.values():
            array.flags.writeable = False
    return Results(dataset, records, problems, y_true, y_pred, proba, confidence, margin)


def leaderboard(results: Results) -> pd.DataFrame:
    """One row a classifier, of which there must be one, most accurate first: shares in 0..1, seconds, bytes."""
    return _leaderboard(results.dataset, tuple(record.key for record in results.records.values()), results)


@st.cache_resource(max_entries=4, show_spinner=False)
def _leaderboard(dataset: str, keys: tuple[str, ...], _results: Results) -> pd.DataFrame:
    rows = []
    for name, record in _results.records.items():
        low, high = accuracy_interval(record.test_accuracy, record.n_test)
        rows.append(
            {
                "name": name,
                "label": get_classifier_spec(name).label,
                "test_accuracy": record.test_accuracy,
                "low": low,
                "high": high,
                "train_accuracy": record.train_accuracy,
                "fit_seconds": record.fit_seconds,
                "predict_seconds": record.predict_10_000_seconds,
                "predict_one_seconds": record.predict_one_seconds,
                "model_bytes": record.model_bytes,
                "remark": get_classifier_spec(name).remark,
            }
        )
    return pd.DataFrame(rows).sort_values("test_accuracy", ascending=False, ignore_index=True)


@st.cache_resource(max_entries=64, show_spinner=False)
def _matrix(key: str, _y_true: np.ndarray, _y_pred: np.ndarray) -> np.ndarray:
    return confusion.confusion_matrix(_y_true, _y_pred)


def confusion_matrix(results: Results, classifier: str) -> np.ndarray:
    """A classifier's confusion matrix on the test split, int64 of shape (10, 10)."""
    return _matrix(results.records[classifier].key, results.y_true, results.y_pred[classifier])


def load_model(results: Results, classifier: str) -> "OnnxClassifier":
    """A classifier's model, loaded once for all sessions."""
    record = results.records[classifier]
    return _load_model(record.key, record)


@st.cache_resource(max_entries=24, show_spinner=False)
def _load_model(key: str, _record: store.Record) -> "OnnxClassifier":
    return store.load_model(_record)


def load_models(results: Results) -> tuple[dict[str, "OnnxClassifier"], list[ArtifactError]]:
    """Every classifier's model, and what is wrong with those that cannot be loaded."""
    models, problems = {}, []
    for name in results.records:
        try:
            models[name] = load_model(results, name)
        except ArtifactError as error:
            problems.append(error)
    return models, problems


@st.cache_data(max_entries=128, show_spinner=False)
def sheet(dataset: str, fingerprint: str, indices: tuple[int, ...], _images: np.ndarray) -> bytes:
    """The sheet of these test digits, as `figures.sheet` draws it."""
    return digit_sheet(_images[list(indices)])


def votes_csv(results: Results, indices: Sequence[int] | np.ndarray) -> bytes:
    """What every classifier said of these test digits, as a CSV file."""
    return mistakes.votes_table(indices, results.y_true, results.y_pred, results.proba).to_csv(index=False).encode()


_PATIENCE = 0.4
"""Seconds that the first to ask for images waits for them: mostly they lie on the disk and come at once."""


class Pixels:
    """A dataset's test images, read or fetched in a thread of their own: a page asks where they stand and goes on.

    Attributes
    ----------
    split : Split or None
        The test split, once it is there.
    error : MnistCoreError or None
        Why it could not be had.
    message, share : str, float or None
        What is being done, and how much of it is done in 0..1.
    """

    def __init__(self, dataset: str) -> None:
        self.dataset: Dataset = load_dataset(dataset, progress=self._report)
        self.split: Split | None = None
        self.error: MnistCoreError | None = None
        self.message = "Starting"
        self.share: float | None = None
        thread = threading.Thread(target=self._load, name=f"images of {dataset}", daemon=True)
        thread.start()
        thread.join(_PATIENCE)

    @property
    def busy(self) -> bool:
        """Whether the images are still on their way."""
        return self.split is None and self.error is None

    def _report(self, message: str, share: float | None = None) -> None:
        self.message, self.share = message, share

    def _load(self) -> None:
        try:
            self.split = self.dataset.test
        except MnistCoreError as error:
            self.error = error
        except Exception as error:  # A thread has nobody else to tell.
            self.error = MnistCoreError(f"Reading the images of {self.dataset.name} failed: {error!r}")


@st.cache_resource(max_entries=4, show_spinner=False)
def load_pixels(dataset: str) -> Pixels:
    """The test images, on their way or there; `load_pixels.clear(dataset)` makes the next call try again."""
    return Pixels(dataset)
