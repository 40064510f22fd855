"""When can I trust a prediction?"""

import streamlit as st

from mnist_core.cached import reliability
from pages.sections.reliability.calibration import show_calibration
from pages.sections.reliability.common import drop_from_comparison
from pages.sections.reliability.confidence import show_confidence
from pages.sections.reliability.coverage import show_coverage
from pages.sections.reliability.curves import show_pr, show_roc
from pages.sections.reliability.report import show_report
from pages.widgets import formatting, metric_row, runs, sidebar, view
from pages.widgets.boundary import ensure_dashboard
from pages.widgets.metric_row import Metric

SHOW = {
    "report": ("Report", show_report),
    "roc": ("ROC", show_roc),
    "pr": ("Precision-recall", show_pr),
    "calibration": ("Calibration", show_calibration),
    "confidence": ("Confidence", show_confidence),
    "coverage": ("Coverage", show_coverage),
}

ensure_dashboard(__file__)
results, classifier = sidebar.selected()
st.title("When can I trust a prediction?")
runs.require(results, classifier)
record, label = results[classifier].record, results.labels[classifier]
st.caption(f"Precision and recall of {label} for each digit, and how well its confidence matches its accuracy.")

averages = reliability.report(results, classifier).averages
after = reliability.calibrations(results, classifier)["after"]
mean_confidence = float(results[classifier].confidence.mean(dtype=float))
metric_row.show(
    (
        Metric(
            "Test accuracy",
            formatting.percent(record.test_accuracy),
            f"95 % confidence interval (Wilson): {formatting.interval(record.test_accuracy, record.n_test)} %.",
        ),
        Metric(
            "Macro F1",
            formatting.percent(averages.loc["macro", "f1"]),
            "Mean F1 score of the ten digits, each with equal weight.",
        ),
        Metric(
            "Calibration error",
            formatting.percent(after.errors["mass"]),
            "Expected calibration error (ECE): mean absolute difference between confidence and accuracy over 15 bins"
            f" with equal numbers of digits. Mean confidence: {formatting.percent(mean_confidence)}.",
        ),
        Metric(
            "Brier score",
            f"{after.brier:.4f}",
            "Mean squared difference between the ten probabilities and the truth, summed over the ten digits"
            " (Brier 1950). It ranges from 0 (best) to 2 (worst).",
        ),
    )
)

drop_from_comparison(classifier)
others = [name for name in results.records if name != classifier]
with st.container(horizontal=True, vertical_alignment="bottom"):
    show = st.segmented_control(
        "Show",
        list(SHOW),
        format_func=lambda name: SHOW[name][0],
        required=True,
        width="content",
        **view.bind("show", list(SHOW), "report"),
    )
    compared = st.multiselect(
        "Compare with",
        others,
        format_func=results.labels.__getitem__,
        placeholder="Other classifiers",
        width="stretch",
        **view.bind_several("compare", others),
    )
SHOW[show][1](results, [classifier, *compared])
