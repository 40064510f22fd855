"""Fixtures with predictions, for the figures of the Reliability page."""

import numpy as np
import pytest


@pytest.fixture
def predictions():
    """Return labels, and the probabilities of an accurate classifier A and of a random classifier B."""
    rng = np.random.default_rng(0)
    y_true = rng.integers(0, 10, 600)
    accurate = rng.dirichlet(np.full(10, 0.2), 600)
    accurate[np.arange(600), y_true] += rng.random(600) * 3
    return y_true, {"A": accurate / accurate.sum(axis=1, keepdims=True), "B": rng.dirichlet(np.ones(10), 600)}


@pytest.fixture
def perfect():
    """Return labels, and the probabilities of a classifier without errors."""
    y_true = np.arange(100) % 10
    return y_true, np.eye(10)[y_true] * 0.9 + 0.01
