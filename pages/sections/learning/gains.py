"""Gain in accuracy from the last doubling of digits or epochs, as sentences and as metrics."""

import pandas as pd
import streamlit as st

from mnist_core.evaluation.learning import Gain
from mnist_core.store.record import Record
from pages.widgets import formatting, metric_row
from pages.widgets.metric_row import Metric


def show(
    record: Record, label: str, more_digits: Gain | None, more_epochs: Gain | None, learning_curve: pd.DataFrame
) -> None:
    """Show the gains that were measured, the longer training time, and the generalization gap.

    Parameters
    ----------
    label : str
        Display name of the classifier.
    learning_curve : DataFrame
        The classifier's rows of `cached.learning.learning_curves`.
    """
    metrics = []
    if more_digits:
        start, end = f"{more_digits.start:,}", f"{more_digits.end:,}"
        _show_sentence(more_digits, f"{start} to {end} training digits, the test accuracy of {label}", "More digits")
        metrics.append(_gain_metric(more_digits, f"{start} → {end} digits", "Gain in test accuracy"))
        before, after = learning_curve.set_index("n_train").loc[[more_digits.start, more_digits.end], "fit_seconds"]
        metrics.append(
            Metric(
                "Training time",
                f"× {after / before:.1f}",
                "Training time with more digits, as a multiple of that with fewer.",
                f"{formatting.seconds(before)} → {formatting.seconds(after)}",
            )
        )
    if more_epochs:
        start, end = f"{more_epochs.start}", f"{more_epochs.end}"
        _show_sentence(more_epochs, f"epoch {start} to {end}, the validation accuracy", "More epochs")
        about = (
            "Both epochs are of one training, whose learning-rate schedule may span all epochs. Gain in accuracy on "
            f"the {record.n_holdout:,} digits of the validation split"
        )
        metrics.append(_gain_metric(more_epochs, f"Epoch {start} → {end}", about))
    metric_row.show([*metrics, _generalization_gap(record)])


def _show_sentence(gain: Gain, subject: str, more: str) -> None:
    """Show one sentence with the gain, and what to expect from more digits or epochs."""
    if gain.low <= 0 <= gain.high:
        expected = "Not significant: the interval contains 0."
    elif gain.high < 0:
        expected = "Accuracy dropped."
    elif gain.end > 3 * gain.start:
        expected = "The step is too large to extrapolate."
    else:
        expected = f"{more} would probably increase accuracy further."
    points = f"{formatting.points(gain.difference)} percentage points (95 % confidence interval {_interval(gain)})"
    st.markdown(f"From {subject} changed by {points}. **{expected}**")


def _gain_metric(gain: Gain, label: str, about: str) -> Metric:
    """Return a metric with a gain in percentage points. `about` names the gain, without a full stop."""
    return Metric(
        label,
        formatting.points(gain.difference),
        f"{about}, in percentage points. Below: 95 % confidence interval by Newcombe's method for independent samples. "
        "Both accuracies are on the same digits, so the true interval is narrower.",
        _interval(gain),
    )


def _generalization_gap(record: Record) -> Metric:
    """Return a metric with the difference between training and test accuracy."""
    train, test = record.train_accuracy, record.test_accuracy
    return Metric(
        "Generalization gap",
        formatting.points(train - test),
        "Training accuracy minus test accuracy, in percentage points. A large gap indicates overfitting: more data or "
        "training may help. A small gap at a low accuracy indicates underfitting: they will not help.",
        f"{formatting.percent(train)} − {formatting.percent(test)}",
    )


def _interval(gain: Gain) -> str:
    return f"{formatting.points(gain.low)} to {formatting.points(gain.high)}"
