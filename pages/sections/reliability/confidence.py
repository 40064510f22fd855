"""Distribution of the confidence of correct predictions and of misclassified digits."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from mnist_core import cached
from mnist_core.cached import reliability
from mnist_core.figures.calibration import histogram_figure, histogram_frame
from pages.sections.reliability.common import file_name, label_colours
from pages.widgets import charts, formatting


def show_confidence(results: cached.Results, names: Sequence[str]) -> None:
    """Show histograms of the confidence of correct predictions and of misclassified digits, and the medians."""
    histograms = {results.labels[name]: reliability.histogram(results, name) for name in names}
    charts.show(
        histogram_figure(histograms, label_colours(results, names)),
        lambda: histogram_frame(histograms),
        name=file_name(results, names, "confidence"),
        alt=f"Confidence of correct predictions and of misclassified digits of {', '.join(histograms)}",
    )
    st.markdown("\n\n".join(f"**{results.labels[name]}**: {_describe_medians(results, name)}." for name in names))
    st.caption(
        "Top: correct predictions; bottom: misclassified digits; each in percent of its kind. Where both look alike,"
        " confidence is not informative. Bins are narrower towards 100 %, where most predictions are."
    )


def _describe_medians(results: cached.Results, name: str) -> str:
    """Return the median confidence of a classifier's correct predictions and of its misclassified digits, as text."""
    correct, medians = results[name].y_pred == results.y_true, []
    for noun, selected in (("correct prediction", correct), ("misclassified digit", ~correct)):
        if count := int(selected.sum()):
            median = formatting.confidence(float(np.median(results[name].confidence[selected])))
            medians.append(f"{median} for {count:,} {noun}{'' if count == 1 else 's'}")
    return f"median confidence {', '.join(medians)}"
