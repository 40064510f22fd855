"""The digits whose labels the cross-validated runs doubt."""

import numpy as np
import pandas as pd
import streamlit as st

from mnist_core import store
from mnist_core.cached.results import Results
from mnist_core.classifiers.registry import members_of
from mnist_core.evaluation import label_issues as numbers


def judges(results: Results) -> list[str]:
    """The classifiers that were cross-validated."""
    return [name for name, record in results.records.items() if record.cross_validation]


def suspects(results: Results, judge: str) -> np.ndarray:
    """Indices of the digits whose labels a cross-validated classifier doubts, most doubtful first: int32, read-only."""
    record = results[judge].record
    return _label_issues(record.key, results.split, record)


@st.cache_resource(max_entries=64, show_spinner=False)
def _label_issues(key: str, split: str, _record: store.Record) -> np.ndarray:
    return store.load_label_issues(_record, "train" if split == "train" else "test")


def disputed(results: Results, judge: str) -> np.ndarray:
    """Indices of all digits that a classifier takes for another class, the least likely label first: read-only."""
    return _disputed(results[judge].key, judge, results)


@st.cache_resource(max_entries=32, show_spinner=False)
def _disputed(key: str, judge: str, _results: Results) -> np.ndarray:
    found = np.flatnonzero(_results[judge].y_pred != _results.y_true)
    indices = found[np.argsort(_results[judge].proba[found, _results.y_true[found]], kind="stable")]
    indices.flags.writeable = False
    return indices


def count_disagreements(results: Results) -> np.ndarray:
    """Number of single classifiers that disagree with each label: int64 of shape (n,), read-only."""
    return _count_disagreements(results.key, results)


@st.cache_resource(max_entries=6, show_spinner=False)
def _count_disagreements(key: tuple[str, ...], _results: Results) -> np.ndarray:
    votes = numbers.count_disagreements(
        _results.y_true, [_results[name].y_pred for name in _results.single_classifiers]
    )
    votes.flags.writeable = False
    return votes


def accuracy_without(results: Results, judge: str) -> pd.DataFrame:
    """The accuracy of every classifier with and without suspects, as `evaluation.suspects` has it."""
    return _accuracy_without(results.key, judge, results)


@st.cache_resource(max_entries=32, show_spinner=False)
def _accuracy_without(key: tuple[str, ...], judge: str, _results: Results) -> pd.DataFrame:
    listed = {name: suspects(_results, name) for name in judges(_results)}
    members = {name: members_of(name) for name in _results.records if name not in _results.single_classifiers}
    return numbers.accuracy_without(_results.y_true, _results.y_pred, listed, judge, members=members)


def label_issues_csv(results: Results, judge: str, indices: np.ndarray) -> bytes:
    """What the judge and every other classifier say of these digits, as a CSV file."""
    proba = results[judge].proba
    table = numbers.label_issues_table(
        indices,
        results.y_true,
        results.y_pred,
        judge=judge,
        proba=proba,
        split=results.split,
        single_classifiers=results.single_classifiers,
    )
    return table.to_csv(index=False).encode()
