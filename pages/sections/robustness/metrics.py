"""Robustness of the selected classifier in four metrics, or the command that measures it."""

import numpy as np
import streamlit as st

from mnist_core import cached
from mnist_core.cached.robustness import Robustness
from mnist_core.evaluation.robustness import ALL, find_changed_predictions
from mnist_core.images.transforms import TRANSFORMS, Transform
from pages.widgets import formatting, metric_row
from pages.widgets.metric_row import Metric


def show_command(results: cached.Results, classifier: str, *, others_measured: bool) -> None:
    """Show the command that evaluates a classifier on distorted digits, or all of them if none has been evaluated."""
    if others_measured:
        text = f"{results.labels[classifier]} has not been evaluated on distorted digits yet."
    else:
        text = "No classifier has been evaluated on distorted digits yet. It needs no training and takes minutes."
    st.info(f"{text} Run in a terminal:")
    target = classifier if others_measured else "--all"
    st.code(f"python -m mnist_core robustness {target} --dataset {results.dataset}", language="bash")


def show(
    results: cached.Results,
    measured: Robustness,
    classifier: str,
    transform: Transform,
    severity: int,
    predictions: np.ndarray,
) -> None:
    """Show a classifier's clean and distorted accuracy, its worst transform, and the newly misclassified digits.

    Parameters
    ----------
    severity : int
        In 1..5.
    predictions : uint8 ndarray of shape (6, n)
        The classifier's predictions, as returned by `cached.robustness.predictions`.
    """
    record, means = results[classifier].record, measured.means.loc[classifier]
    worst = means.drop(ALL).idxmin()
    lost = len(find_changed_predictions(results.y_true, predictions[0], predictions[severity]))
    right = int((predictions[0] == results.y_true).sum())
    metric_row.show(
        (
            Metric(
                "Clean accuracy",
                formatting.percent(record.test_accuracy),
                "Accuracy on the original test digits. Below: 95 % confidence interval (Wilson).",
                formatting.interval(record.test_accuracy, record.n_test),
            ),
            Metric(
                "Distorted accuracy",
                formatting.percent(means[ALL]),
                f"Mean over {len(TRANSFORMS)} transforms and five severities, all of the same digits. Below: 95 % "
                "confidence interval (Wilson) of an accuracy on this number of digits.",
                formatting.interval(means[ALL], record.n_test),
            ),
            Metric(
                "Worst transform",
                TRANSFORMS[worst].label,
                "Transform with the lowest mean accuracy over the five severities.",
                formatting.percent(means[worst]),
            ),
            Metric(
                "Newly misclassified",
                f"{lost:,}",
                "Digits classified correctly without distortion, but misclassified at the selected severity: "
                f"{transform.axis} {transform.severities[severity - 1]:g}.",
                f"{100 * lost / max(right, 1):.1f} % of {right:,}",
            ),
        )
    )
