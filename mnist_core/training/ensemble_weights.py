"""Weights of an ensemble's members, fitted by stacking."""

from collections.abc import Sequence

import numpy as np

from mnist_core.base.errors import TrainingError
from mnist_core.evaluation.ensemble import bounded_logs, logarithmic_pool
from mnist_core.evaluation.metrics import log_softmax


def fit_weights(logits: Sequence[np.ndarray], y_true: np.ndarray) -> np.ndarray:
    """Return the weights of a logarithmic pool that maximize the likelihood of the labels.

    L-BFGS-B minimizes the negative log-likelihood, which is convex, over non-negative weights. The weights are then
    scaled to sum to 1. Scaling changes no label, and the temperature is fitted afterwards. If a pool classifies every
    sample correctly, larger weights always increase the likelihood and no minimum exists. In that case, only the
    proportions of the weights are meaningful.

    Parameters
    ----------
    logits : k ndarrays of shape (n, 10)
        Logits of each member, for samples that the member was not trained on.
    y_true : integer ndarray of shape (n,)

    Returns
    -------
    float64 ndarray of shape (k,)
        Non-negative, with the sum 1.

    Raises
    ------
    TrainingError
        No weights make the labels more likely than chance.

    References
    ----------
    Wolpert (1992), "Stacked generalization", Neural Networks 5.
    """
    from scipy.optimize import minimize

    rows = np.arange(len(y_true))
    logs = np.stack([bounded_logs(member) for member in logits])  # (k, n, 10)
    true_logs = logs[:, rows, y_true]  # (k, n)

    def loss_and_gradient(weights: np.ndarray) -> tuple[float, np.ndarray]:
        pooled = log_softmax(np.tensordot(weights, logs, axes=1))
        expected = (np.exp(pooled) * logs).sum(axis=2)  # (k, n): mean of each member's logs under the pool
        return float(-pooled[rows, y_true].mean()), (expected - true_logs).mean(axis=1)

    start = np.full(len(logs), 1 / len(logs))
    found = minimize(loss_and_gradient, start, jac=True, bounds=[(0, None)] * len(logs), method="L-BFGS-B", tol=1e-10)
    weights: np.ndarray = found.x
    total = float(weights.sum())
    if not (0 < total < np.inf and np.isfinite(found.fun)):
        raise TrainingError(
            f"Expected weights that make the labels more likely than chance, found {weights}. "
            "Check the out-of-fold scores of the members."
        )
    return weights / total


def cross_fitted_scores(logits: Sequence[np.ndarray], y_true: np.ndarray, folds: np.ndarray) -> np.ndarray:
    """Return scores of a logarithmic pool, float32 (n, 10), with weights that are fitted on the other folds.

    The label of a sample does not directly influence the weights that are applied to it. This is ordinary stacking, not
    nested cross-validation: the members' scores on the other folds come from models that were also trained on this
    fold. That influence is small, because there are only a few weights.

    Parameters
    ----------
    logits, y_true
        See `fit_weights`.
    folds : integer ndarray of shape (n,)
        The fold of each sample.
    """
    scores = np.empty((len(y_true), logits[0].shape[1]), dtype=np.float32)
    for fold in np.unique(folds):
        held = folds == fold
        weights = fit_weights([member[~held] for member in logits], y_true[~held])
        scores[held] = logarithmic_pool([member[held] for member in logits], weights)
    return scores
