"""Button that trains a classifier, with the equivalent command."""

import streamlit as st

from mnist_core import cached
from mnist_core.base.packages import REMEDY, missing_packages
from mnist_core.classifiers.registry import get_classifier_spec
from mnist_core.jobs import queue
from mnist_core.jobs.task import Task
from pages.widgets import formatting, training_queue


def show(results: cached.Results, task: Task) -> None:
    """Show a button that starts a training, or why it cannot be trained here, and the equivalent command."""
    label, refusal = get_classifier_spec(task.classifier).label, queue.why_not_allowed()
    missing = missing_packages("sklearn", "onnx", *get_classifier_spec(task.classifier).requires)
    if missing:
        st.warning(f"Training {label} needs {', '.join(missing)}, which is not installed here. Run in a terminal:")
        st.code(REMEDY, language="bash")
    if refusal:
        st.info(f"{refusal} Run in a terminal:", icon=":material/block:")
        st.code(task.command, language="bash", wrap_lines=True)
        return
    st.button(
        "Train",
        type="primary",
        icon=":material/model_training:",
        disabled=bool(missing) or any(job.task == task for job in queue.overview().unfinished),
        on_click=training_queue.start,
        args=(task,),
    )
    if record := results.records.get(task.classifier):
        took = f"{formatting.seconds(record.fit_seconds)} for one fit on {formatting.digits(record.n_train)}"
        st.caption(f"{label} took {took}. Trains twice: once with a validation split, then on all data.")
    with st.expander("Terminal command"):
        st.code(task.command, language="bash", wrap_lines=True)
