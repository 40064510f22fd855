"""What breaks it?"""

import numpy as np
import streamlit as st

from mnist_core.base.digits import N_CLASSES
from mnist_core.cached import robustness
from mnist_core.images.transforms import TRANSFORMS
from pages.sections.robustness import changed_predictions, metrics, other_dataset, severity_charts
from pages.widgets import image_loading, runs, severities, sidebar, view
from pages.widgets.boundary import ensure_dashboard

SEVERITIES, DIGITS = range(1, 6), range(N_CLASSES)

ensure_dashboard(__file__)
results, classifier = sidebar.selected()
st.title("What breaks it?")
st.caption("Accuracy on the test digits, distorted by one transform at a time at five severities.")
runs.require(results, classifier)
measured = robustness.load_robustness(results)
transform = TRANSFORMS[view.current("transform", list(TRANSFORMS), "rotate")]
severity = view.current("severity", SEVERITIES, 3)
predictions = robustness.predictions(results, transform.name)
if measured is None or classifier not in measured.names:
    metrics.show_command(results, classifier, others_measured=measured is not None)
else:
    metrics.show(results, measured, classifier, transform, severity, predictions[classifier])

with st.container(horizontal=True, vertical_alignment="bottom"):
    st.selectbox(
        "Transform",
        list(TRANSFORMS),
        format_func=lambda name: TRANSFORMS[name].label,
        width=180,
        **view.bind("transform", list(TRANSFORMS), "rotate"),
    )
    st.segmented_control(
        f"Severity: {transform.axis}",
        SEVERITIES,
        format_func=lambda step: f"{transform.severities[step - 1]:g}",
        required=True,
        **view.bind("severity", SEVERITIES, 3),
    )
    example = st.selectbox("Example", DIGITS, width=90, **view.bind("example", DIGITS, 3))
st.caption(transform.about)
image_loading.show_state(results.dataset, results.split)
severities.show_severities(
    results,
    [transform.name],
    int(np.argmax(results.y_true == example)),
    key="severities",
    selected=severity,
    on_click=lambda step: view.put(severity=step or severity, page=None, sample=None),
)
if measured is not None:
    severity_charts.show_curves(results, measured, classifier, transform, severity)
    severity_charts.show_heat_map(results, measured, classifier, transform, severity)
other_dataset.show(results)
if classifier in predictions:
    changed_predictions.show(results, predictions, classifier=classifier, transform=transform, severity=severity)
