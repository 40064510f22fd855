"""The models, each loaded once for all sessions."""

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
    """A classifier's model, loaded once for all sessions, whatever else is added to its run meanwhile."""
    return _load(results[classifier].record)


def _load(record: store.Record) -> Served:
    return _load_model(record.files[record.model_file]["sha256"], record.temperature, record)


@st.cache_resource(max_entries=24, show_spinner=False)
def _load_model(sha256: str, temperature: float, _record: store.Record) -> Served:
    return store.load_model(_record, _load)


def load_members(results: Results, vote: str) -> tuple[Member, ...]:
    """Over whom a classifier votes, and with which weights."""
    record = results[vote].record
    return _load_members(record.files[record.model_file]["sha256"], record)


@st.cache_resource(max_entries=24, show_spinner=False)
def _load_members(sha256: str, _record: store.Record) -> tuple[Member, ...]:
    return tuple(store.load_members(_record))


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
