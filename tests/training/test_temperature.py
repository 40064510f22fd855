"""Temperature scaling: the temperature maximizes the likelihood of the labels."""

import numpy as np
import pytest

from mnist_core.evaluation.metrics import softmax
from mnist_core.training import fit_temperature


def _sample(temperature: float, n: int = 4000) -> tuple[np.ndarray, np.ndarray]:
    """Return scores, and labels that are drawn from softmax(scores / temperature)."""
    generator = np.random.default_rng(0)
    logits = generator.normal(size=(n, 10)) * 2
    proba = softmax(logits, 1.0).astype(np.float64)
    labels = (proba.cumsum(axis=1) / proba.sum(axis=1, keepdims=True) > generator.random((n, 1))).argmax(axis=1)
    return (logits * temperature).astype(np.float32), labels


def _negative_log_likelihood(scores: np.ndarray, labels: np.ndarray, temperature: float) -> float:
    logits = scores.astype(np.float64) / temperature
    return float((np.logaddexp.reduce(logits, axis=1) - logits[np.arange(len(labels)), labels]).mean())


@pytest.mark.parametrize("true", [0.05, 1.0, 300.0, 2e6])
def test_no_temperature_in_a_fine_grid_is_better(true: float) -> None:
    scores, labels = _sample(true)
    found = fit_temperature(scores, labels)
    assert found == pytest.approx(true, rel=0.1)
    grid = true * np.geomspace(0.5, 2, 201)
    best = min(_negative_log_likelihood(scores, labels, temperature) for temperature in grid)
    assert _negative_log_likelihood(scores, labels, found) <= best + 1e-9


def test_scores_without_errors_give_a_small_positive_temperature() -> None:
    labels = np.arange(10).repeat(5)
    scores = np.eye(10, dtype=np.float32)[labels]
    temperature = fit_temperature(scores, labels)
    assert 0 < temperature < 0.1
    assert np.isfinite(softmax(scores, temperature)).all()


def test_equal_scores_give_a_finite_temperature() -> None:
    temperature = fit_temperature(np.zeros((20, 10), np.float32), np.arange(20) % 10)
    assert np.isfinite(temperature)
    assert temperature > 0
