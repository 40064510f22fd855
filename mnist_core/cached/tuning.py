"""The search for a classifier's hyperparameters, read again only when its file has changed."""

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from mnist_core.evaluation import tuning
from mnist_core.store.tuning_advice import describe_edges, verdict
from mnist_core.store.tuning_history import History, load_history, tuning_file


@dataclass(frozen=True)
class Tuning:
    """A history of trials and what follows from it.

    Attributes
    ----------
    table, slices, progress : DataFrames
        As `evaluation.tuning` gives them.
    verdict : str
        Whether to change the hyperparameters in use.
    edges : tuple of str
        What to do about grids that end too early.
    """

    history: History
    table: pd.DataFrame
    slices: pd.DataFrame
    progress: pd.DataFrame
    verdict: str
    edges: tuple[str, ...]


def load_tuning(dataset: str, classifier: str) -> Tuning | None:
    """What was found for a classifier, or for the one that a run of one's own trains; None if it was never tuned.

    Raises
    ------
    TuningHistoryError
        The history cannot be used.
    """
    path = tuning_file(dataset, classifier)
    try:
        status = path.stat()
    except OSError:
        return None
    return _load_tuning(dataset, classifier, f"{path} {status.st_size} {status.st_mtime_ns}")


@st.cache_resource(max_entries=32, show_spinner=False)
def _load_tuning(dataset: str, classifier: str, signature: str) -> Tuning | None:
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
