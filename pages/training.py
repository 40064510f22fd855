"""Can I do better?"""

import streamlit as st

from mnist_core.classifiers.registry import base_of, get_classifier_spec, is_ensemble
from pages.sections.training import custom_runs, ended_jobs, ensemble, form, test_evaluations, train_button, tuning
from pages.widgets import runs, sidebar, training_queue, view
from pages.widgets.boundary import ensure_dashboard

SECTIONS = {"train": "Train", "tuning": "Tuning history", "readings": "Test-set evaluations"}

ensure_dashboard(__file__)
results, classifier = sidebar.selected()
base = base_of(classifier)
label = "a classifier" if is_ensemble(base) else get_classifier_spec(base).label
st.title("Can I do better?")
st.caption(f"Train {label} with other hyperparameters or fewer digits, and compare accuracies on the same test digits.")
section = st.segmented_control(
    "Section",
    list(SECTIONS),
    format_func=SECTIONS.__getitem__,
    required=True,
    label_visibility="collapsed",
    **view.bind("section", list(SECTIONS), "train"),
)
if section != "train":
    (tuning if section == "tuning" else test_evaluations).show(results, classifier)
    st.stop()

# A classifier without a stored run can be trained too, but its custom runs have nothing to be compared with.
runs.note_missing([results.problems[name] for name in {base, classifier} & results.problems.keys()])
for job in ended_jobs.announce():
    if job.stored_as in results.records:
        view.put(run=job.stored_as)
left, right = st.columns([5, 4], gap="large")
task = None
with left:
    st.subheader(f"Hyperparameters of {results.label(classifier)}")
    if is_ensemble(base):
        ensemble.show(results, classifier)
    else:
        task = form.show(results, classifier)
        train_button.show(results, task)
with right:
    st.subheader("Training queue")
    training_queue.show_unfinished(idle="No training is running.")
    ended_jobs.show(results)
if task is not None:
    form.show_augmentation(results, task)

st.subheader("Custom runs")
custom_runs.show(results, classifier)
