"""Can I do better?"""

import streamlit as st

from mnist_core.classifiers.registry import base_of, get_classifier_spec, members_of
from pages.sections.training import custom_runs, hyperparameters, test_evaluations, tuning
from pages.widgets import runs, sidebar, training_queue, view
from pages.widgets.boundary import ensure_dashboard

SECTIONS = {"train": "Train", "tuning": "Tuning history", "readings": "Readings of the test split"}

ensure_dashboard(__file__)
results, classifier = sidebar.chosen()
base = base_of(classifier)
members = members_of(base)
label = "a classifier" if members else get_classifier_spec(base).label
st.title("Can I do better?")
st.caption(f"Train {label} with other settings or fewer digits, and see on the same test digits whether it helped.")
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

# Without a run of its own a classifier can be trained all the same, but there is nothing to compare with.
runs.note_missing([results.problems[name] for name in {base, classifier} & results.problems.keys()])
for job in training_queue.announce():
    if job.stored_as in results.records:
        view.put(run=job.stored_as)
form, under_way = st.columns([5, 4], gap="large")
with form:
    st.subheader(f"Settings of {results.label(classifier)}")
    if members:
        hyperparameters.show_ensemble(results, classifier)
    else:
        task = hyperparameters.choose(results, classifier)
        training_queue.offer(results, task)
with under_way:
    st.subheader("Trainings")
    training_queue.show_unfinished(idle="Nothing is being trained now.")
    training_queue.show_ended(results)
if not members:
    hyperparameters.show_augmentation(results, task)

st.subheader("Your runs")
custom_runs.show(results, classifier)
