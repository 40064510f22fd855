"""The leaderboard of a dataset and the final model, computed once for all sessions."""

import pandas as pd
import streamlit as st

from mnist_core.cached.head_to_head import pairwise
from mnist_core.cached.results import Results
from mnist_core.evaluation.selection import choose_final_model
from mnist_core.store.leaderboard import leaderboard as build_leaderboard


def leaderboard(results: Results) -> pd.DataFrame:
    """Return one row per usable run, most accurate first: see `store.leaderboard.leaderboard`.

    `results` must be of the test split and have at least one usable run.
    """
    return _leaderboard(results.key, results)


@st.cache_resource(max_entries=4, show_spinner=False)
def _leaderboard(key: tuple[str, ...], _results: Results) -> pd.DataFrame:
    return build_leaderboard(_results.records.values(), pairwise(_results), _results.labels)


def final_model(results: Results) -> str | None:
    """Return the name of the classifier that cross-validation selects, or None if no run is cross-validated."""
    validated = {name: record.cross_validation for name, record in results.records.items()}
    return choose_final_model(
        {name: folds.accuracy for name, folds in validated.items() if folds},
        {name: record.predict_one_seconds for name, record in results.records.items()},
    )
