"""Formatting of numbers, names and times for display."""

from collections.abc import Sequence

import pandas as pd

from mnist_core.evaluation.metrics import accuracy_interval


def percent(share: float) -> str:
    """Format a share in 0..1: "97.05 %"."""
    return f"{100 * share:.2f} %"


def interval(accuracy: float, n: int) -> str:
    """Format the 95 % confidence interval of an accuracy over n samples, in percent: "96.70 to 97.36"."""
    low, high = accuracy_interval(accuracy, n)
    return f"{100 * low:.2f} to {100 * high:.2f}"


def percent_interval(accuracy: float, n: int) -> str:
    """Format an accuracy over n samples with its 95 % confidence interval: "97.05 % (96.70 to 97.36)"."""
    return f"{percent(accuracy)} ({interval(accuracy, n)})"


def listed(names: Sequence[str]) -> str:
    """Format at least one name as a Markdown list: "**SVC, refined**, **MLP** and **CNN**".

    Names are bold because they may contain commas.
    """
    *most, last = [f"**{name}**" for name in names]
    return f"{', '.join(most)} and {last}" if most else last


def ranks(best: int, worst: int) -> str:
    """Format a range of ranks: "1" or "2–3"."""
    return str(best) if best == worst else f"{best}–{worst}"


def points(share: float) -> str:
    """Format a difference of shares in percentage points: "+1.24", "−0.05", "0.00"."""
    text = f"{100 * share:+.2f}"
    return "0.00" if float(text) == 0 else text.replace("-", "−")


def seconds(value: float) -> str:
    """Format a duration: "8.1 µs", "0.52 ms", "244 ms", "14.6 s", "3 min 12 s"."""
    if value < 1e-4:
        return f"{1e6 * value:.2g} µs"
    if value < 1:
        return f"{1e3 * value:.2g} ms" if value < 0.01 else f"{1e3 * value:.0f} ms"
    if value < 100:
        return f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    return f"{minutes} min {rest:02d} s"


def confidence(probability: float) -> str:
    """Format a probability: "97.3 %", or "> 99.9 %".

    Never "100 %", because a softmax probability is below 1 before rounding.
    """
    return "> 99.9 %" if probability >= 0.9995 else f"{100 * probability:.1f} %"


def times(texts: pd.Series) -> pd.Series:
    """Parse ISO 8601 times as UTC; invalid ones become missing values."""
    return pd.to_datetime(texts, errors="coerce", utc=True, format="ISO8601")


def digits(count: int) -> str:
    """Format a number of digits: "1 digit", "295 digits"."""
    return f"{count:,} {'digit' if count == 1 else 'digits'}"
