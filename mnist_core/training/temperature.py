"""How scores become probabilities: softmax(scores / temperature)."""

import numpy as np

LOWEST, HIGHEST = 1e-6, 1e6
"""Temperatures relative to the scores' own spread between which the best one is sought."""


def fit_temperature(scores: np.ndarray, labels: np.ndarray) -> float:
    """The temperature at which held-out labels are most likely.

    Parameters
    ----------
    scores : ndarray of shape (n, k)
        Of digits the classifier was not trained on.
    labels : integer ndarray of shape (n,)

    Returns
    -------
    float
        Positive; minimises the mean negative log-likelihood of softmax(scores / temperature), which is convex in
        1 / temperature.

    References
    ----------
    Guo, Pleiss, Sun, Weinberger (2017), "On calibration of modern neural networks", ICML.
    """
    from scipy.optimize import minimize_scalar

    centred = scores.astype(np.float64) - scores.max(axis=1, keepdims=True)  # (n, k), <= 0
    own = centred[np.arange(len(labels)), labels]
    unit = float(-centred.mean()) or 1.0

    def negative_log_likelihood(log_temperature: float) -> float:
        temperature = unit * np.exp(log_temperature)
        return float(np.mean(np.log(np.exp(centred / temperature).sum(axis=1)) - own / temperature))

    best = minimize_scalar(negative_log_likelihood, bounds=(np.log(LOWEST), np.log(HIGHEST)), method="bounded")
    return unit * float(np.exp(best.x))
