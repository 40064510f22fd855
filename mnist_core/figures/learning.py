"""Learning curves and training histories: accuracy, training time and loss."""

from collections.abc import Mapping
from typing import Any, Literal

import pandas as pd
import plotly.graph_objects as go

from mnist_core.figures import lines
from mnist_core.figures.wording import confidence_interval

Measure = Literal["accuracy", "loss"]


def learning_curve_figure(curves: pd.DataFrame, colours: Mapping[str, str], *, highlight: str) -> go.Figure:
    """Return test accuracy against training size on logarithmic axes.

    Accuracies have a logarithmic error scale. Error bars are 95 % confidence intervals. Dashes are the lowest and the
    highest accuracy of several trainings with the same size.

    Parameters
    ----------
    curves : DataFrame
        One row per classifier and size: `name`, `label`, `n_train`, `trainings`, and `test_accuracy`, `low`, `high`,
        `lowest` and `highest` as shares in 0..1. The rows of a classifier are in order of size.
    colours : mapping of name to CSS color
    highlight : str
        Name of the classifier drawn on top with a bold line.
    """
    traces = [_extreme_marks(curves, colours)]
    for name, curve in lines.by_classifier(curves, highlight):
        errors, colour = lines.error_rates(curve["test_accuracy"]), colours[name]
        hover_texts = [_curve_hover(row) for row in lines.rows(curve)]
        line = lines.line_trace(curve, "n_train", errors, hover_texts, colour, bold=name == highlight)
        high, low = lines.error_rates(curve["low"]), lines.error_rates(curve["high"])
        traces.append(line | {"error_y": lines.error_bars(high - errors, errors - low, colour)})
    return lines.lines_figure(
        traces,
        x=lines.count_axis("Training digits", curves["n_train"]),
        y=lines.accuracy_axis("Test accuracy (%)", curves),
    )


def training_time_figure(curves: pd.DataFrame, colours: Mapping[str, str], *, highlight: str) -> go.Figure:
    """Return training time against training size on logarithmic axes.

    Parameters
    ----------
    curves, colours, highlight
        As in `learning_curve_figure`, with `fit_seconds`.
    """
    traces = []
    for name, curve in lines.by_classifier(curves, highlight):
        hover_texts = [
            f"{row['label']}, {row['n_train']:,} training digits<br>training time {row['fit_seconds']:.3g} s"
            for row in lines.rows(curve)
        ]
        traces.append(
            lines.line_trace(curve, "n_train", curve["fit_seconds"], hover_texts, colours[name], bold=name == highlight)
        )
    return lines.lines_figure(
        traces,
        x=lines.count_axis("Training digits", curves["n_train"]),
        y=lines.value_axis("Training time (s)", curves["fit_seconds"]),
    )


def history_figure(
    histories: pd.DataFrame, colours: Mapping[str, str], *, measure: Measure, highlight: str
) -> go.Figure:
    """Return validation accuracy with its 95 % confidence band, or training loss, against the epoch.

    Parameters
    ----------
    histories : DataFrame
        One row per classifier and epoch: `name`, `label`, `epoch`, `loss`, and `accuracy`, `low` and `high` as shares
        in 0..1.
    colours, highlight
        As in `learning_curve_figure`.
    measure : {"accuracy", "loss"}
    """
    traces = []
    for name, history in lines.by_classifier(histories, highlight):
        colour, hover_texts = colours[name], [_epoch_hover(row, measure) for row in lines.rows(history)]
        values = history["loss"]
        if measure == "accuracy":
            values = lines.error_rates(history["accuracy"])
            traces.append(lines.confidence_band(history, "epoch", colour))
        traces.append(lines.line_trace(history, "epoch", values, hover_texts, colour, bold=name == highlight))
    last = int(histories["epoch"].max())
    step = next(step for step in lines.STEPS if step >= max(1, last / 10))
    return lines.lines_figure(
        traces,
        x={"title": {"text": "Epoch"}, "range": [1 - 0.02 * last, 1.02 * last], "dtick": step},
        y=lines.accuracy_axis("Validation accuracy (%)", histories)
        if measure == "accuracy"
        else lines.value_axis("Training loss (nats)", histories["loss"]),
    )


def learning_curve_frame(curves: pd.DataFrame) -> pd.DataFrame:
    """Return one row per classifier and size, with accuracies in percent and training time in seconds."""
    shares = {
        f"{column}_percent": 100 * curves[source]
        for column, source in (
            ("test_accuracy", "test_accuracy"),
            ("interval_low", "low"),
            ("interval_high", "high"),
            ("lowest_accuracy", "lowest"),
            ("highest_accuracy", "highest"),
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
    """Return one row per classifier and epoch, with training loss in nats and validation accuracy in percent."""
    return pd.DataFrame(
        {
            "classifier": histories["name"],
            "epoch": histories["epoch"],
            "training_loss_nats": histories["loss"],
            "validation_accuracy_percent": 100 * histories["accuracy"],
            "interval_low_percent": 100 * histories["low"],
            "interval_high_percent": 100 * histories["high"],
        }
    )


def _extreme_marks(curves: pd.DataFrame, colours: Mapping[str, str]) -> dict[str, Any]:
    """Return dashes at the lowest and the highest accuracy of several trainings."""
    several = curves[curves["trainings"] > 1]
    dash_colours = 2 * [colours[name] for name in several["name"]]
    return {
        "type": "scatter",
        "x": 2 * several["n_train"].tolist(),
        "y": [*lines.error_rates(several["lowest"]), *lines.error_rates(several["highest"])],
        "mode": "markers",
        "marker": {"symbol": "line-ew", "size": 9, "line": {"width": 1.5, "color": dash_colours}},
        "hoverinfo": "skip",
    }


def _curve_hover(row: Mapping[str, Any]) -> str:
    """Return the hover text of a point of a learning curve."""
    text = f"{row['label']}, {row['n_train']:,} training digits<br>test {_accuracy_text(row, 'test_accuracy')}"
    if row["trainings"] == 1:
        return text
    return f"{text}<br>mean of {row['trainings']} trainings: {100 * row['lowest']:.2f} to {100 * row['highest']:.2f} %"


def _epoch_hover(row: Mapping[str, Any], measure: Measure) -> str:
    """Return the hover text of a point of a training history."""
    value = (
        f"training loss {row['loss']:.3g} nats"
        if measure == "loss"
        else f"validation {_accuracy_text(row, 'accuracy')}"
    )
    return f"{row['label']}, epoch {row['epoch']}<br>{value}"


def _accuracy_text(row: Mapping[str, Any], share: str) -> str:
    """Return the accuracy in the column `share` with its 95 % confidence interval, as text."""
    return f"accuracy {100 * row[share]:.2f} % ({confidence_interval(row['low'], row['high'])})"
