"""The models, each loaded once for all sessions."""

from collections.abc import Mapping

import numpy as np
import streamlit as st

from mnist_core import store
from mnist_core.cached.results import Results
from mnist_core.classifiers.spec import Served
from mnist_core.errors import ArtifactError
from mnist_core.evaluation.metrics import softmax


def load_model(results: Results, classifier: str) -> Served:
    """A classifier's model, loaded once for all sessions."""
    record = results.records[classifier]
    return _load_model(record.key, record)


@st.cache_resource(max_entries=24, show_spinner=False)
def _load_model(key: str, _record: store.Record) -> Served:
    return store.load_model(_record, lambda member: _load_model(member.key, member))


def load_models(results: Results) -> tuple[dict[str, Served], list[ArtifactError]]:
    """Every classifier's model, and what is wrong with those that cannot be loaded."""
    models, problems = {}, []
    for name in results.records:
        try:
            models[name] = load_model(results, name)
        except ArtifactError as error:
            problems.append(error)
    return models, problems


def predict_all(models: Mapping[str, Served], images: np.ndarray) -> dict[str, np.ndarray]:
    """Each model's probabilities of digits, float32 (n, 10); what votes over models before it does not ask them again.

    Parameters
    ----------
    models : mapping by name
        As of `load_models`.
    images : uint8 ndarray of shape (n, 28, 28)
    """
    scores: dict[str, np.ndarray] = {}
    for name, model in models.items():
        scores[name] = model.scores_given(images, scores)
    return {name: softmax(scores[name], model.temperature) for name, model in models.items()}
