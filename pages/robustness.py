"""What breaks it?"""

import numpy as np
import streamlit as st

from mnist_core.cached import robustness
from mnist_core.evaluation.mistakes import sort_digits
from mnist_core.evaluation.robustness import Change, changed_answers
from mnist_core.images.transforms import TRANSFORMS
from pages.sections.robustness import changed_predictions, distortions
from pages.widgets import augmentation, image_loading, runs, sidebar, view
from pages.widgets.boundary import ensure_dashboard

SEVERITIES, DIGITS = range(1, 6), range(10)
CHANGES: dict[Change, str] = {"lost": "Right, now wrong", "gained": "Wrong, now right", "any": "Any change"}

ensure_dashboard(__file__)
results, classifier = sidebar.chosen()
st.title("What breaks it?")
st.caption("The test digits distorted, in each way at five severities: how many are still read correctly.")
runs.require(results, classifier)
label, measured = results.labels[classifier], robustness.measured(results)
transform = TRANSFORMS[view.current("transform", list(TRANSFORMS), "rotate")]
severity = view.current("severity", SEVERITIES, 3)
answers = robustness.answers(results, transform.name)
if measured is None or classifier not in measured.names:
    distortions.say_how_to_measure(results, classifier, others=measured is not None)
else:
    distortions.show_metrics(results, measured, classifier, transform, severity, answers[classifier])

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
augmentation.show_severities(
    results,
    [transform.name],
    int(np.argmax(results.y_true == example)),
    key="severities",
    selected=severity,
    on_click=lambda step: view.put(severity=step or severity, page=None, sample=None),
)
if measured is not None:
    distortions.show_curves(results, measured, classifier, transform, severity)
    distortions.show_heat_map(results, measured, classifier, transform, severity)
distortions.show_domain(results)

if classifier in answers:
    before, after = answers[classifier][0], answers[classifier][severity]
    lists = {change: changed_answers(results.y_true, before, after, change) for change in CHANGES}
    st.subheader("The digits")
    change = st.segmented_control(
        f"Answers of {label}",
        list(CHANGES),
        format_func=lambda change: f"{CHANGES[change]} · {len(lists[change]):,}",
        required=True,
        **view.bind("change", list(CHANGES), "lost"),
    )
    if len(lists[change]):
        sure = {"confidence": results[classifier].confidence, "margin": results[classifier].margin}
        indices = sort_digits(lists[change], "confidence", **sure)
        changed_predictions.show_flips(
            results, indices, answers, classifier=classifier, transform=transform, severity=severity
        )
    else:
        st.info(f"No answer of {label} changes in this way. Choose another severity.", icon=":material/check:")
