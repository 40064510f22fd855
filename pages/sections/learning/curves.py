"""Learning curves over the number of training digits, and training histories over epochs."""

from typing import Any

import pandas as pd
import streamlit as st

from mnist_core import cached
from mnist_core.figures import learning as figures
from pages.widgets import charts, theme, view


def show_learning_curves(results: cached.Results, learning_curves: pd.DataFrame, classifier: str) -> None:
    """Show test accuracy and training time against the number of training digits.

    The query parameter `compare` holds the classifiers beside the selected one.

    Parameters
    ----------
    learning_curves : DataFrame
        As returned by `cached.learning.learning_curves`, with at least one row.
    """
    measured = list(learning_curves["name"].unique())
    compared = st.multiselect(
        "Compare with",
        measured,
        format_func=results.labels.__getitem__,
        placeholder="All classifiers",
        **view.bind_several("compare", measured),
    )
    shown = learning_curves[learning_curves["name"].isin({classifier, *(compared or measured)})]
    options = _options(results, classifier)
    st.caption(
        "Bars: 95 % confidence intervals (Wilson, test digits). Small sizes are trained several times, each on another "
        "random subset: lines are means, dashes the lowest and highest."
    )
    charts.show(
        figures.learning_curve_figure(shown, **options),
        lambda: figures.learning_curve_frame(shown),
        name=f"{results.dataset}-learning-curves",
        alt="Test accuracy against training digits",
        key="learning curves",
    )
    charts.show(
        figures.training_time_figure(shown, **options),
        lambda: figures.learning_curve_frame(shown),
        name=f"{results.dataset}-training-times",
        alt="Training time against training digits",
        key="training times",
    )
    st.caption("Median over the trainings of each size.")


def show_histories(results: cached.Results, histories: pd.DataFrame, classifier: str) -> None:
    """Show validation accuracy and training loss by epoch, of every classifier that is trained in epochs.

    `histories` is as returned by `cached.learning.histories`, with at least one row.
    """
    options = _options(results, classifier)
    st.caption(
        "Accuracy: on a validation split that was not used for selection; bands are 95 % confidence intervals. Loss: "
        "mean over each epoch; that of the CNN is on digits augmented anew in every epoch."
    )
    accuracies, losses = st.columns(2, gap="large")
    with accuracies:
        charts.show(
            figures.history_figure(histories, measure="accuracy", **options),
            lambda: figures.history_frame(histories),
            name=f"{results.dataset}-validation-accuracy",
            alt="Validation accuracy by epoch",
            key="validation accuracy",
        )
    with losses:
        charts.show(
            figures.history_figure(histories, measure="loss", **options),
            lambda: figures.history_frame(histories),
            name=f"{results.dataset}-training-loss",
            alt="Training loss by epoch",
            key="training loss",
        )


def _options(results: cached.Results, classifier: str) -> dict[str, Any]:
    """Return the keyword arguments that all figures share."""
    return {"colours": theme.classifier_colours(results.records), "highlight": classifier}
