"""The models, each loaded once for all sessions."""

from typing import TYPE_CHECKING

import streamlit as st

from mnist_core import store
from mnist_core.cached.results import Results
from mnist_core.errors import ArtifactError

if TYPE_CHECKING:
    from mnist_core.classifiers.served import OnnxClassifier


def load_model(results: Results, classifier: str) -> "OnnxClassifier":
    """A classifier's model, loaded once for all sessions."""
    record = results.records[classifier]
    return _load_model(record.key, record)


@st.cache_resource(max_entries=24, show_spinner=False)
def _load_model(key: str, _record: store.Record) -> "OnnxClassifier":
    return store.load_model(_record)


def load_models(results: Results) -> tuple[dict[str, "OnnxClassifier"], list[ArtifactError]]:
    """Every classifier's model, and what is wrong with those that cannot be loaded."""
    models, problems = {}, []
    for name in results.records:
        try:
            models[name] = load_model(results, name)
        except ArtifactError as error:
            problems.append(error)
    return models, problems
