"""Trainings that have ended: a list of the last ones, and a toast for each new one."""

from dataclasses import replace

import streamlit as st

from mnist_core import cached
from mnist_core.classifiers.registry import is_custom
from mnist_core.jobs import queue
from mnist_core.jobs.task import JobState
from pages.widgets import formatting, training_queue, view


def show(results: cached.Results) -> None:
    """Show how the last trainings on a dataset ended, latest first. A button shows a stored custom run."""
    for job in queue.overview().ended:
        if job.task.dataset != results.dataset:
            continue
        record = results.records.get(job.stored_as)
        if job.status != "done" or record is None:
            # A custom run that is done but has no record was deleted since, or is among the problems of the results.
            if not (job.status == "done" and is_custom(job.stored_as)):
                training_queue.show_outcome(job)
            continue
        accuracy = formatting.percent_interval(record.test_accuracy, record.n_test)
        with st.container(horizontal=True, vertical_alignment="center"):
            details = training_queue.describe_details(replace(job.task, label=""))
            st.caption(f":material/check: **{results.label(job.stored_as)}**: {accuracy}. {details}", width="stretch")
            if is_custom(job.stored_as):
                st.button("Show", key=f"show {job.number}", on_click=view.put, kwargs={"run": job.stored_as})


def announce() -> list[JobState]:
    """Show a toast for each training that ended since the previous call in this session.

    The first call of a session shows none. Return those that this session started and that are done.
    """
    ended = queue.overview().ended
    announced = st.session_state.setdefault("trainings announced", {job.number for job in ended})
    new = [job for job in ended if job.number not in announced]
    for job in new:
        icons = {"done": ":material/check:", "failed": ":material/error:"}
        st.toast(f"{training_queue.describe(job.task)}: {job.status}.", icon=icons.get(job.status, ":material/cancel:"))
    announced.update(job.number for job in ended)
    started_here = training_queue.started_here()
    return [job for job in new if job.status == "done" and job.number in started_here]
