"""The digits whose labels the cross-validated runs doubt."""

import numpy as np
import pandas as pd
import streamlit as st

from mnist_core import store
from mnist_core.cached.results import Results
from mnist_core.classifiers.registry import get_classifier_spec
from mnist_core.evaluation import suspects as numbers


def judges(results: Results) -> list[str]:
    """The classifiers that were cross-validated."""
    return [name for name, record in results.records.items() if record.cross_validation]


def suspects(results: Results, judge: str) -> np.ndarray:
    """Indices of the digits whose labels a cross-validated classifier doubts, most doubtful first: int32, read-only."""
    record = results.records[judge]
    return _suspects(record.key, results.split, record)


@st.cache_resource(max_entries=64, show_spinner=False)
def _suspects(key: str, split: str, _record: store.Record) -> np.ndarray:
    return store.load_suspects(_record, "train" if split == "train" else "test")


def disputed(results: Results, judge: str) -> np.ndarray:
    """Indices of all digits that a classifier takes for another class, the least likely label first: read-only."""
    return _disputed(results.records[judge].key, results.split, judge, results)


@st.cache_resource(max_entries=32, show_spinner=False)
def _disputed(key: str, split: str, judge: str, _results: Results) -> np.ndarray:
    found = np.flatnonzero(_results.y_pred[judge] != _results.y_true)
    indices = found[np.argsort(_results.proba[judge][found, _results.y_true[found]], kind="stable")]
    indices.flags.writeable = False
    return indices


def votes_against(results: Results) -> np.ndarray:
    """How many of `results.voters` say something else than each digit's label: int64 of shape (n,), read-only."""
    return _votes_against(_keys(results), results.split, results)


@st.cache_resource(max_entries=6, show_spinner=False)
def _votes_against(keys: tuple[str, ...], split: str, _results: Results) -> np.ndarray:
    votes = numbers.votes_against(_results.y_true, [_results.y_pred[name] for name in _results.voters])
    votes.flags.writeable = False
    return votes


def accuracy_without(results: Results, judge: str) -> pd.DataFrame:
    """The accuracy of every classifier with and without suspects, as `evaluation.suspects` has it."""
    return _accuracy_without(_keys(results), results.split, judge, results)


@st.cache_resource(max_entries=32, show_spinner=False)
def _accuracy_without(keys: tuple[str, ...], split: str, judge: str, _results: Results) -> pd.DataFrame:
    listed = {name: suspects(_results, name) for name in judges(_results)}
    members = {name: get_classifier_spec(name).members for name in _results.records if name not in _results.voters}
    return numbers.accuracy_without(_results.y_true, _results.y_pred, listed, judge, members=members)


def suspects_csv(results: Results, judge: str, indices: np.ndarray) -> bytes:
    """What the judge and every other classifier say of these digits, as a CSV file."""
    proba = results.proba[judge]
    table = numbers.suspects_table(
        indices,
        results.y_true,
        results.y_pred,
        judge=judge,
        proba=proba,
        split=results.split,
        voters=results.voters,
    )
    return table.to_csv(index=False).encode()


def _keys(results: Results) -> tuple[str, ...]:
    return tuple(record.key for record in results.records.values())
