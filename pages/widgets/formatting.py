"""How numbers are written."""

from collections.abc import Sequence

import pandas as pd

from mnist_core.evaluation.metrics import accuracy_interval


def percent(share: float) -> str:
    """97.05 %"""
    return f"{100 * share:.2f} %"


def interval(accuracy: float, n: int) -> str:
    """The 95 % interval of an accuracy: 96.70 to 97.36"""
    low, high = accuracy_interval(accuracy, n)
    return f"{100 * low:.2f} to {100 * high:.2f}"


def percent_interval(accuracy: float, n: int) -> str:
    """97.05 % (96.70 to 97.36)"""
    return f"{percent(accuracy)} ({interval(accuracy, n)})"


def listed(names: Sequence[str]) -> str:
    """Names in Markdown, which may hold commas themselves: **SVC, refined**, **MLP** and **CNN**"""
    *most, last = [f"**{name}**" for name in names]
    return f"{', '.join(most)} and {last}" if most else last


def ranks(best: int, worst: int) -> str:
    """1, 2–3"""
    return str(best) if best == worst else f"{best}–{worst}"


def points(share: float) -> str:
    """A difference of shares in percentage points: +1.24, −0.05, 0.00"""
    text = f"{100 * share:+.2f}"
    return "0.00" if float(text) == 0 else text.replace("-", "−")


def seconds(value: float) -> str:
    """8.1 µs, 0.52 ms, 244 ms, 14.6 s, 3 min 12 s"""
    if value < 1e-4:
        return f"{1e6 * value:.2g} µs"
    if value < 1:
        return f"{1e3 * value:.2g} ms" if value < 0.01 else f"{1e3 * value:.0f} ms"
    if value < 100:
        return f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    return f"{minutes} min {rest:02d} s"


def confidence(probability: float) -> str:
    """97.3 %, but never 100 %, for a softmax is never certain, only rounded: > 99.9 %"""
    return "> 99.9 %" if probability >= 0.9995 else f"{100 * probability:.1f} %"


def times(texts: pd.Series) -> pd.Series:
    """Moments from ISO 8601, UTC; what is none is left empty."""
    return pd.to_datetime(texts, errors="coerce", utc=True, format="ISO8601")


def digits(count: int) -> str:
    """1 digit, 295 digits"""
    return f"{count:,} {'digit' if count == 1 else 'digits'}"
