"""Learning curves and training histories of all runs, computed once for all sessions."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from mnist_core.cached.results import Results
from mnist_core.evaluation.learning import summarise_curve, summarise_history

_RUN_FIELDS = ("n_train", "test_accuracy", "fit_seconds")


def learning_curves(results: Results) -> pd.DataFrame:
    """Return the measured learning curves of all runs, one row per run and training size.

    The last point of each curve is the stored run.

    Returns
    -------
    DataFrame
        The columns of `evaluation.learning.summarise_curve`, then `name` and `label`.
    """
    return _learning_curves(results.key, results)


@st.cache_resource(max_entries=6, show_spinner=False)
def _learning_curves(key: tuple[str, ...], _results: Results) -> pd.DataFrame:
    curves = {}
    for name, record in _results.records.items():
        if record.learning_curve:
            run = {field: getattr(record, field) for field in _RUN_FIELDS}
            curves[name] = summarise_curve([*record.learning_curve, run], record.n_test)
    return _concatenate(curves, _results.labels, empty=summarise_curve([], 1))


def histories(results: Results) -> pd.DataFrame:
    """Return the training histories of all runs that are trained in epochs, one row per run and epoch.

    Returns
    -------
    DataFrame
        The columns of `evaluation.learning.summarise_history`, then `name` and `label`.
    """
    return _histories(results.key, results)


@st.cache_resource(max_entries=6, show_spinner=False)
def _histories(key: tuple[str, ...], _results: Results) -> pd.DataFrame:
    frames = {
        name: summarise_history(record.history, record.n_holdout)
        for name, record in _results.records.items()
        if record.history
    }
    return _concatenate(frames, _results.labels, empty=summarise_history([], 1))


def _concatenate(frames: Mapping[str, pd.DataFrame], labels: Mapping[str, str], *, empty: pd.DataFrame) -> pd.DataFrame:
    """Return all frames as one, with the name and label of the run in each row. Return `empty` if there are none."""
    labeled = [frame.assign(name=name, label=labels[name]) for name, frame in frames.items()]
    return pd.concat(labeled, ignore_index=True) if labeled else empty.assign(name="", label="")
