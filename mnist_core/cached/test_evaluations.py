"""The log of test-set evaluations, loaded again only when it has grown."""

import pandas as pd
import streamlit as st

from mnist_core.cached.files import FileState, file_state
from mnist_core.classifiers.registry import base_of
from mnist_core.evaluation.test_evaluations import summarise_evaluations
from mnist_core.store import test_evaluations


def log(dataset: str) -> pd.DataFrame:
    """Return all test-set evaluations of a dataset, newest first.

    Returns
    -------
    DataFrame with these columns
        created : str
            Time of the evaluation, ISO 8601 in UTC.
        classifier, purpose : str
        seed, n_train : int
        hyperparameters : str
            Digest of the hyperparameters.
        test_accuracy : float in 0..1
    """
    return _load(dataset, _files(dataset))[0]


def by_classifier(dataset: str) -> pd.DataFrame:
    """Count the evaluations per classifier: see `evaluation.test_evaluations.summarise_evaluations`.

    The evaluations of a custom run count for the classifier that it is based on.
    """
    return _load(dataset, _files(dataset))[1]


def _files(dataset: str) -> tuple[FileState, ...]:
    """Return the states of both logs: of the registry's classifiers, and of custom runs."""
    return tuple(file_state(test_evaluations.evaluations_file(dataset, custom=custom)) for custom in (False, True))


@st.cache_resource(max_entries=6, show_spinner=False)
def _load(dataset: str, files: tuple[FileState, ...]) -> tuple[pd.DataFrame, pd.DataFrame]:
    found = test_evaluations.load_evaluations(dataset).rename(columns={"recipe": "hyperparameters"})
    bases = found["classifier"].astype(str).map(base_of)
    return found.iloc[::-1].reset_index(drop=True), summarise_evaluations(found.assign(classifier=bases))
