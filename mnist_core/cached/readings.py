"""The log of every time a test split was scored."""

from pathlib import Path

import pandas as pd
import streamlit as st

from mnist_core import readings
from mnist_core.classifiers.registry import base_of
from mnist_core.evaluation.readings import summarise_readings


def log(dataset: str) -> pd.DataFrame:
    """Every reading, the newest first, as `readings.load_readings` has them; read again when the file has grown."""
    return _load(dataset, _signature(dataset))[0]


def by_classifier(dataset: str) -> pd.DataFrame:
    """As `evaluation.readings.summarise_readings`; runs of one's own count for the classifier they are a change of."""
    return _load(dataset, _signature(dataset))[1]


def _signature(dataset: str) -> tuple[tuple[str, int, int], ...]:
    """Changes when the log does, or that of runs of one's own."""
    return tuple(_state(readings.readings_file(dataset, own=own)) for own in (False, True))


def _state(path: Path) -> tuple[str, int, int]:
    try:
        status = path.stat()
    except OSError:
        return str(path), 0, 0
    return str(path), status.st_size, status.st_mtime_ns


@st.cache_resource(max_entries=6, show_spinner=False)
def _load(dataset: str, signature: tuple[tuple[str, int, int], ...]) -> tuple[pd.DataFrame, pd.DataFrame]:
    found = readings.load_readings(dataset)
    bases = found["classifier"].astype(str).map(base_of)
    return found.iloc[::-1].reset_index(drop=True), summarise_readings(found.assign(classifier=bases))
