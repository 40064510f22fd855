"""Learning curves and training histories of all runs."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from mnist_core.cached.results import Results
from mnist_core.evaluation.learning import summarise_curve, summarise_history

_WHOLE = ("n_train", "test_accuracy", "fit_seconds")


def learning_curves(results: Results) -> pd.DataFrame:
    """The learning curves that were measured: `name`, `label`, then as `evaluation.learning.summarise_curve` has it.

    The largest size of each is the stored run itself.
    """
    return _learning_curves(results.key, results)


@st.cache_resource(max_entries=6, show_spinner=False)
def _learning_curves(key: tuple[str, ...], _results: Results) -> pd.DataFrame:
    curves = {}
    for name, record in _results.records.items():
        if record.learning_curve:
            whole = {field: getattr(record, field) for field in _WHOLE}
            curves[name] = summarise_curve([*record.learning_curve, whole], record.n_test)
    return _joined(curves, _results, empty=summarise_curve([], 1))


def histories(results: Results) -> pd.DataFrame:
    """The histories of classifiers that are trained in epochs: `name`, `label`, then as `summarise_history` has it."""
    return _histories(results.key, results)


@st.cache_resource(max_entries=6, show_spinner=False)
def _histories(key: tuple[str, ...], _results: Results) -> pd.DataFrame:
    told = {
        name: summarise_history(record.history, record.n_holdout)
        for name, record in _results.records.items()
        if record.history
    }
    return _joined(told, _results, empty=summarise_history([], 1))


def _joined(frames: Mapping[str, pd.DataFrame], results: Results, *, empty: pd.DataFrame) -> pd.DataFrame:
    """One frame of them all, each row with its classifier."""
    labelled = [frame.assign(name=name, label=results.labels[name]) for name, frame in frames.items()]
    return pd.concat(labelled, ignore_index=True) if labelled else empty.assign(name="", label="")
