"""Training queue of the server, which all sessions share: the running training and the waiting ones."""

import math
import time

import pandas as pd
import streamlit as st

from mnist_core import cached
from mnist_core.base.digits import HOLDOUT_SHARE
from mnist_core.base.errors import MnistCoreError
from mnist_core.base.labels import plain
from mnist_core.classifiers.hyperparameters import describe_changes
from mnist_core.classifiers.registry import get_classifier_spec
from mnist_core.datasets import get_dataset_spec
from mnist_core.evaluation.learning import summarise_history
from mnist_core.figures import learning as figures
from mnist_core.jobs import queue
from mnist_core.jobs.task import JobState, Task
from pages.widgets import charts, formatting, theme, view

_BUSY_SECONDS, _IDLE_SECONDS = 1.0, 5.0
"""Seconds between updates while a training runs or waits, and while none does. Any session may start one."""
_STARTED = "trainings started"
"""Key in the session state of the numbers of the trainings that the session started."""


def start(task: Task) -> None:
    """Add a training to the queue, or show why it cannot be added."""
    try:
        st.session_state.setdefault(_STARTED, set()).add(queue.start(task).number)
    except MnistCoreError as error:
        st.toast(str(error), icon=":material/error:")


def started_here() -> frozenset[int]:
    """Return the numbers of the trainings that this session started."""
    return frozenset(st.session_state.get(_STARTED, ()))


def show_unfinished(*, idle: str | None = None) -> None:
    """Show the running training and the waiting ones, updated at an interval. Rerun the page when one ends.

    Parameters
    ----------
    idle : str, optional
        Text to show when there is no training; the queue is then checked at a longer interval. By default nothing is
        shown or checked.
    """
    state = queue.overview()
    if state.unfinished or idle is not None:
        ended = frozenset(job.number for job in state.ended)
        fragment = st.fragment(_show_unfinished, run_every=_BUSY_SECONDS if state.unfinished else _IDLE_SECONDS)
        fragment(ended, bool(state.unfinished), idle)


def _show_unfinished(ended: frozenset[int], busy: bool, idle: str | None) -> None:
    """Show the queue, or rerun the page if the trainings that have ended or whether it is busy have changed."""
    state = queue.overview()
    if {job.number for job in state.ended} - ended or busy != bool(state.unfinished):
        view.rerun()
    if state.running:
        with st.container(border=True):
            _show_running(state.running)
    for position, job in enumerate(state.waiting):
        with st.container(horizontal=True, vertical_alignment="center"):
            number = "Next" if position == 0 else f"{position + 1}."
            message = f" {job.message}" if job.message else ""
            st.caption(f"**{number}** {describe(job.task)}.{message}", width="stretch")
            st.button(
                "Remove", icon=":material/close:", key=f"cancel {job.number}", on_click=queue.cancel, args=(job.number,)
            )
    if not state.unfinished and idle:
        st.caption(idle)


def _show_running(job: JobState) -> None:
    """Show the progress of a training, its validation accuracy by epoch, and a button to cancel it."""
    label, elapsed = get_classifier_spec(job.task.classifier).label, formatting.seconds(time.time() - job.started)
    st.progress(job.share or 0.0, f"Training {label} on {job.task.dataset} for {elapsed}. {job.message}")
    if details := describe_details(job.task):
        st.caption(details)
    if job.history:
        _show_history(job)
    st.button("Cancel", icon=":material/cancel:", key=f"cancel {job.number}", on_click=queue.cancel, args=(job.number,))


def _show_history(job: JobState) -> None:
    """Show the validation accuracy by epoch beside that of the classifier's stored run."""
    base, results = job.task.classifier, cached.load_results(job.task.dataset)
    n_train = job.task.subset or get_dataset_spec(job.task.dataset).n_train
    running = summarise_history(job.history, math.ceil(HOLDOUT_SHARE * n_train))
    parts, colours = [running.assign(name="now", label="now")], {"now": theme.accent()}
    if base in results.records and results[base].record.history:
        record = results[base].record
        stored = summarise_history(record.history, record.n_holdout)
        parts.append(stored.assign(name=base, label=results.labels[base]))
        colours |= theme.classifier_colours([base])
    histories = pd.concat(parts, ignore_index=True)
    charts.show(
        figures.history_figure(histories, colours, measure="accuracy", highlight="now"),
        lambda: figures.history_frame(histories),
        name=f"training-{job.number}",
        alt="Validation accuracy by epoch of the running training and of the stored run",
        key=f"history {job.number}",
    )


def show_outcome(job: JobState) -> None:
    """Show how a training without a usable run ended, with the error output of a failed one."""
    match job.status:
        case "done":
            st.caption(f":material/info: {describe(job.task)} is done, but its run is missing or cannot be used.")
        case "cancelled":
            st.caption(f":material/cancel: {describe(job.task)} was cancelled; no partial run was written.")
        case _:
            st.error(f"{describe(job.task)} failed.", icon=":material/error:")
            st.code(job.error, language=None, wrap_lines=True)


def describe(task: Task) -> str:
    """Return a training in one line: "Logistic regression on digits (C 0.1, 300 digits)"."""
    details = describe_details(task)
    return f"{get_classifier_spec(task.classifier).label} on {task.dataset}{f' ({details})' if details else ''}"


def describe_details(task: Task) -> str:
    """Return what differs from the classifier's usual training: "C 0.1, 300 digits, seed 3, “wide”"."""
    parts = [plain(describe_changes(task.changes))] if task.changes else []
    parts += [formatting.digits(task.subset)] if task.subset else []
    parts += [f"seed {task.seed}"] if task.seed else []
    return ", ".join([*parts, *([f"“{plain(task.label)}”"] if task.label else [])])
