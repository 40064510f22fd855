"""The hyperparameter search of a classifier, loaded again only when its file has changed."""

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from mnist_core.cached.files import FileState, file_state
from mnist_core.evaluation import tuning
from mnist_core.store.tuning_advice import describe_edges, verdict
from mnist_core.store.tuning_history import History, load_history, tuning_file


@dataclass(frozen=True)
class Tuning:
    """The trials of a hyperparameter search and what is computed from them.

    Attributes
    ----------
    history : History
    table, slices, progress : DataFrames
        As returned by `evaluation.tuning.trials_table`, `slices` and `best_so_far`.
    verdict : str
        Text that says whether to change the hyperparameters in use.
    edges : tuple of str
        Advice for each hyperparameter whose best value is the smallest or largest of its grid.
    """

    history: History
    table: pd.DataFrame
    slices: pd.DataFrame
    progress: pd.DataFrame
    verdict: str
    edges: tuple[str, ...]


def load_tuning(dataset: str, classifier: str) -> Tuning | None:
    """Return the search of a classifier, or None if it was never tuned.

    A custom run has the search of the classifier that it is based on.

    Raises
    ------
    TuningHistoryError
        The stored history cannot be used.
    """
    return _load_tuning(dataset, classifier, file_state(tuning_file(dataset, classifier)))


@st.cache_resource(max_entries=32, show_spinner=False)
def _load_tuning(dataset: str, classifier: str, file: FileState) -> Tuning | None:
    if (history := load_history(dataset, classifier)) is None:
        return None
    trials, space = history.trials, history.space
    return Tuning(
        history,
        tuning.trials_table(trials, space, history.n_holdout),
        tuning.slices(trials, space),
        tuning.best_so_far(trials),
        verdict(history),
        tuple(describe_edges(history)),
    )
