"""Accuracy and time against training size, accuracy and loss against epochs."""

from collections.abc import Mapping
from typing import Any, Literal

import pandas as pd
import plotly.graph_objects as go

from mnist_core.figures import lines

Measure = Literal["accuracy", "loss"]


def learning_curve_figure(curves: pd.DataFrame, colours: Mapping[str, str], *, chosen: str) -> go.Figure:
    """Draw test accuracy with its interval against training size, both axes logarithmic.

    The accuracies are spaced by the logarithm of the error rate, as where accuracy stands against training time. Dashes
    are the lowest and the highest of several trainings of one size.

    Parameters
    ----------
    curves : DataFrame
        One row a classifier and size: `name`, `label`, `n_train`, `trainings`, and shares in 0..1 `test_accuracy`,
        `low`, `high`, `lowest`, `highest`. Rows of a classifier stand in order of size.
    colours : mapping of name to CSS colour
    chosen : str
        The classifier to emphasise.
    """
    traces = [_ends_of_spread(curves, colours)]
    for name, curve in lines.in_turn(curves, chosen):
        errors, colour = lines.error_rates(curve["test_accuracy"]), colours[name]
        words = [_curve_words(row) for row in lines.rows(curve)]
        line = lines.line(curve, "n_train", errors, words, colour, bold=name == chosen)
        high, low = lines.error_rates(curve["low"]), lines.error_rates(curve["high"])
        traces.append(line | {"error_y": lines.bars(high - errors, errors - low, colour)})
    return lines.lines_figure(
        traces,
        x=lines.count_axis("training digits", curves["n_train"]),
        y=lines.accuracy_axis("test accuracy (%)", curves),
    )


def training_time_figure(curves: pd.DataFrame, colours: Mapping[str, str], *, chosen: str) -> go.Figure:
    """Draw training time against training size, both axes logarithmic.

    Parameters
    ----------
    curves, colours, chosen
        As of `learning_curve_figure`, with `fit_seconds`.
    """
    traces = []
    for name, curve in lines.in_turn(curves, chosen):
        words = [
            f"{row['label']}, {row['n_train']:,} digits<br>{row['fit_seconds']:.3g} s" for row in lines.rows(curve)
        ]
        traces.append(lines.line(curve, "n_train", curve["fit_seconds"], words, colours[name], bold=name == chosen))
    return lines.lines_figure(
        traces,
        x=lines.count_axis("training digits", curves["n_train"]),
        y=lines.amount_axis("training time (s)", curves["fit_seconds"]),
    )


def history_figure(histories: pd.DataFrame, colours: Mapping[str, str], *, measure: Measure, chosen: str) -> go.Figure:
    """Draw the accuracy on held-out digits with its interval, or the training loss, epoch by epoch.

    Parameters
    ----------
    histories : DataFrame
        One row a classifier and epoch: `name`, `label`, `epoch`, `loss`, and shares in 0..1 `accuracy`, `low`, `high`.
    colours, chosen
        As of `learning_curve_figure`.
    """
    traces = []
    for name, history in lines.in_turn(histories, chosen):
        colour, words = colours[name], [_epoch_words(row, measure) for row in lines.rows(history)]
        values = history["loss"]
        if measure == "accuracy":
            values = lines.error_rates(history["accuracy"])
            traces.append(lines.band(history, "epoch", colour))
        traces.append(lines.line(history, "epoch", values, words, colour, bold=name == chosen))
    last = int(histories["epoch"].max())
    step = next(step for step in lines.STEPS if step >= max(1, last / 10))
    return lines.lines_figure(
        traces,
        x={"title": {"text": "epoch"}, "range": [1 - 0.02 * last, 1.02 * last], "dtick": step},
        y=lines.accuracy_axis("hold-out accuracy (%)", histories)
        if measure == "accuracy"
        else lines.amount_axis("training loss (nats)", histories["loss"]),
    )


def learning_curve_frame(curves: pd.DataFrame) -> pd.DataFrame:
    """One row a classifier and size: accuracy, its interval and range in percent, and training time in seconds."""
    shares = {
        f"{column}_percent": 100 * curves[source]
        for column, source in (
            ("test_accuracy", "test_accuracy"),
            ("interval_low", "low"),
            ("interval_high", "high"),
            ("lowest_training", "lowest"),
            ("highest_training", "highest"),
        )
    }
    return pd.DataFrame(
        {
            "classifier": curves["name"],
            "training_digits": curves["n_train"],
            "trainings": curves["trainings"],
            **shares,
            "fit_seconds": curves["fit_seconds"],
        }
    )


def history_frame(histories: pd.DataFrame) -> pd.DataFrame:
    """One row a classifier and epoch: training loss in nats, hold-out accuracy and its interval in percent."""
    return pd.DataFrame(
        {
            "classifier": histories["name"],
            "epoch": histories["epoch"],
            "training_loss_nats": histories["loss"],
            "holdout_accuracy_percent": 100 * histories["accuracy"],
            "interval_low_percent": 100 * histories["low"],
            "interval_high_percent": 100 * histories["high"],
        }
    )


def _ends_of_spread(curves: pd.DataFrame, colours: Mapping[str, str]) -> dict[str, Any]:
    """Dashes at the lowest and the highest of several trainings."""
    several = curves[curves["trainings"] > 1]
    inks = 2 * [colours[name] for name in several["name"]]
    return {
        "type": "scatter",
        "x": 2 * several["n_train"].tolist(),
        "y": [*lines.error_rates(several["lowest"]), *lines.error_rates(several["highest"])],
        "mode": "markers",
        "marker": {"symbol": "line-ew", "size": 9, "line": {"width": 1.5, "color": inks}},
        "hoverinfo": "skip",
    }


def _curve_words(row: Mapping[str, Any]) -> str:
    words = f"{row['label']}, {row['n_train']:,} digits<br>{_percent(row, 'test_accuracy')}"
    if row["trainings"] == 1:
        return words
    return f"{words}<br>{row['trainings']} trainings: {100 * row['lowest']:.2f} to {100 * row['highest']:.2f} %"


def _epoch_words(row: Mapping[str, Any], measure: Measure) -> str:
    value = f"loss {row['loss']:.3g} nats" if measure == "loss" else _percent(row, "accuracy")
    return f"{row['label']}, epoch {row['epoch']}<br>{value}"


def _percent(row: Mapping[str, Any], share: str) -> str:
    return f"{100 * row[share]:.2f} % ({100 * row['low']:.2f} to {100 * row['high']:.2f})"
