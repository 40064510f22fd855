"""The log of every time a test split was scored."""

from pathlib import Path

import pandas as pd
import streamlit as st

from mnist_core.classifiers.registry import base_of
from mnist_core.evaluation.test_evaluations import summarise_evaluations
from mnist_core.store import test_evaluations


def log(dataset: str) -> pd.DataFrame:
    """All test-set evaluations, newest first; read again when the file has grown."""
    return _load(dataset, _signature(dataset))[0]


def by_classifier(dataset: str) -> pd.DataFrame:
    """Evaluations per classifier; custom runs count for the classifier that they are based on."""
    return _load(dataset, _signature(dataset))[1]


def _signature(dataset: str) -> tuple[tuple[str, int, int], ...]:
    """Changes when the log does, or that of runs of one's own."""
    return tuple(_state(test_evaluations.evaluations_file(dataset, custom=custom)) for custom in (False, True))


def _state(path: Path) -> tuple[str, int, int]:
    try:
        status = path.stat()
    except OSError:
        return str(path), 0, 0
    return str(path), status.st_size, status.st_mtime_ns


@st.cache_resource(max_entries=6, show_spinner=False)
def _load(dataset: str, signature: tuple[tuple[str, int, int], ...]) -> tuple[pd.DataFrame, pd.DataFrame]:
    found = test_evaluations.load_evaluations(dataset)
    bases = found["classifier"].astype(str).map(base_of)
    return found.iloc[::-1].reset_index(drop=True), summarise_evaluations(found.assign(classifier=bases))
