"""What more of something brought, in words and as a metric."""

import streamlit as st

from mnist_core.evaluation.learning import Gain
from pages.widgets import formatting
from pages.widgets.metric_row import Metric


def tell(gain: Gain, what: str, *, more: str) -> None:
    """A sentence on a gain: from what to what of what, and what it lets expect; `more` names more of the same."""
    if gain.low <= 0 <= gain.high:
        expect = "That can be chance."
    elif gain.high < 0:
        expect = "It did harm."
    elif gain.end > 3 * gain.start:
        expect = "The step is too long to tell what more would bring."
    else:
        expect = f"{more} would probably help further."
    points = f"{formatting.points(gain.difference)} percentage points (95 % interval {_interval(gain)})"
    st.markdown(f"From {what}: {points}. **{expect}**")


def answer(gain: Gain, label: str, about: str) -> Metric:
    """A gain as a metric, in percentage points."""
    careful = (
        "Below: its 95 % interval by Newcombe's method for independent samples. Both accuracies are of the same "
        "digits, so the true interval is narrower."
    )
    return Metric(label, formatting.points(gain.difference), f"{about} {careful}", _interval(gain))


def _interval(gain: Gain) -> str:
    return f"{formatting.points(gain.low)} to {formatting.points(gain.high)}"
