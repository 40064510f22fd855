"""The models of the runs, each loaded once for all sessions."""

from collections.abc import Mapping

import numpy as np
import streamlit as st

from mnist_core import store
from mnist_core.base.errors import ArtifactError
from mnist_core.cached.results import Results
from mnist_core.classifiers.ensemble import Member
from mnist_core.classifiers.spec import Served
from mnist_core.evaluation.metrics import softmax


def load_model(results: Results, classifier: str) -> Served:
    """Return the model of a run. It is loaded again only if its file or temperature has changed."""
    return _load(results[classifier].record)


def _load(record: store.Record) -> Served:
    """Return the model of a record from the cache."""
    return _load_model(record.files[record.model_file]["sha256"], record.temperature, record)


@st.cache_resource(max_entries=24, show_spinner=False)
def _load_model(sha256: str, temperature: float, _record: store.Record) -> Served:
    return store.load_model(_record, _load)


def load_members(results: Results, ensemble: str) -> tuple[Member, ...]:
    """Return the members of an ensemble with their weights."""
    record = results[ensemble].record
    return _load_members(record.files[record.model_file]["sha256"], record)


@st.cache_resource(max_entries=24, show_spinner=False)
def _load_members(sha256: str, _record: store.Record) -> tuple[Member, ...]:
    return tuple(store.load_members(_record))


def load_models(results: Results) -> tuple[dict[str, Served], list[ArtifactError]]:
    """Return the models by classifier name, and the errors of those that cannot be loaded."""
    models, problems = {}, []
    for name in results.runs:
        try:
            models[name] = load_model(results, name)
        except ArtifactError as error:
            problems.append(error)
    return models, problems


def predict_all(models: Mapping[str, Served], images: np.ndarray) -> dict[str, np.ndarray]:
    """Predict probabilities with every model. Each model runs once: ensembles reuse the scores of earlier models.

    Parameters
    ----------
    models : mapping of classifier name to Served
        As returned by `load_models`.
    images : uint8 ndarray of shape (n, 28, 28)

    Returns
    -------
    mapping of classifier name to float32 ndarray of shape (n, 10)
    """
    scores: dict[str, np.ndarray] = {}
    for name, model in models.items():
        scores[name] = model.scores_given(images, scores)
    return {name: softmax(scores[name], model.temperature) for name, model in models.items()}
