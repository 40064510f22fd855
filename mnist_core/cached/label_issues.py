"""Suspected label errors of the cross-validated runs, computed once for all sessions."""

import numpy as np
import pandas as pd
import streamlit as st

from mnist_core import store
from mnist_core.cached.results import Results
from mnist_core.classifiers.registry import members_of
from mnist_core.datasets import SplitName
from mnist_core.evaluation import label_issues as evaluation


def list_label_issues(results: Results, classifier: str) -> np.ndarray:
    """Return the indices of the suspected label errors of a cross-validated classifier, least likely label first.

    Returns
    -------
    int32 ndarray of shape (m,), read-only
    """
    return _list_label_issues(results[classifier].key, results.split, results[classifier].record)


@st.cache_resource(max_entries=64, show_spinner=False)
def _list_label_issues(key: str, split: SplitName, _record: store.Record) -> np.ndarray:
    return store.load_label_issues(_record, split)


def list_disagreements(results: Results, classifier: str) -> np.ndarray:
    """Return the indices of all samples where a classifier disagrees with the label, least likely label first.

    Returns
    -------
    int64 ndarray of shape (m,), read-only
    """
    return _list_disagreements(results[classifier].key, results, classifier)


@st.cache_resource(max_entries=32, show_spinner=False)
def _list_disagreements(key: str, _results: Results, _classifier: str) -> np.ndarray:
    run, y_true = _results[_classifier], _results.y_true
    found = np.flatnonzero(run.y_pred != y_true)
    indices = found[np.argsort(run.proba[found, y_true[found]], kind="stable")]
    indices.flags.writeable = False
    return indices


def count_disagreements(results: Results) -> np.ndarray:
    """Return the number of single classifiers that disagree with each label: int64 of shape (n,), read-only."""
    return _count_disagreements(results.key, results)


@st.cache_resource(max_entries=6, show_spinner=False)
def _count_disagreements(key: tuple[str, ...], _results: Results) -> np.ndarray:
    counts = evaluation.count_disagreements(
        _results.y_true, [_results[name].y_pred for name in _results.single_classifiers]
    )
    counts.flags.writeable = False
    return counts


def accuracy_without(results: Results, classifier: str) -> pd.DataFrame:
    """Return the accuracy of every classifier with and without label issues: see `evaluation.label_issues`."""
    return _accuracy_without(results.key, classifier, results)


@st.cache_resource(max_entries=32, show_spinner=False)
def _accuracy_without(key: tuple[str, ...], classifier: str, _results: Results) -> pd.DataFrame:
    validated = [name for name, record in _results.records.items() if record.cross_validation]
    label_issues = {name: list_label_issues(_results, name) for name in validated}
    members = {name: members_of(name) for name in _results.runs if name not in _results.single_classifiers}
    return evaluation.accuracy_without(_results.y_true, _results.y_pred, label_issues, classifier, members=members)


def label_issues_csv(results: Results, classifier: str, indices: np.ndarray) -> bytes:
    """Return a CSV file of these samples with the predictions of every classifier."""
    table = evaluation.label_issues_table(
        indices,
        results.y_true,
        results.y_pred,
        classifier=classifier,
        proba=results[classifier].proba,
        split=results.split,
        single_classifiers=results.single_classifiers,
    )
    return table.to_csv(index=False).encode()
