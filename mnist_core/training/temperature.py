"""Temperature scaling: probabilities are softmax(scores / temperature)."""

import numpy as np

LOWEST, HIGHEST = 1e-6, 1e6
"""Bounds of the temperature in the search, relative to the mean distance of a score from the highest one."""


def fit_temperature(scores: np.ndarray, labels: np.ndarray) -> float:
    """Return the temperature that maximizes the likelihood of the labels.

    Parameters
    ----------
    scores : ndarray of shape (n, k)
        Scores of samples that the classifier was not trained on.
    labels : integer ndarray of shape (n,)

    Returns
    -------
    float
        Greater than 0. It minimizes the mean negative log-likelihood of softmax(scores / temperature), which is convex
        in 1 / temperature.

    References
    ----------
    Guo, Pleiss, Sun, Weinberger (2017), "On calibration of modern neural networks", ICML.
    """
    from scipy.optimize import minimize_scalar

    centered = scores.astype(np.float64) - scores.max(axis=1, keepdims=True)  # (n, k), <= 0
    true_scores = centered[np.arange(len(labels)), labels]
    unit = float(-centered.mean()) or 1.0

    def negative_log_likelihood(log_temperature: float) -> float:
        temperature = unit * np.exp(log_temperature)
        return float(np.mean(np.log(np.exp(centered / temperature).sum(axis=1)) - true_scores / temperature))

    best = minimize_scalar(negative_log_likelihood, bounds=(np.log(LOWEST), np.log(HIGHEST)), method="bounded")
    return unit * float(np.exp(best.x))
