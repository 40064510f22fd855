"""The trainings of this server: what runs and what waits, for every session the same, and how the last ones ended."""

import math
import time
from dataclasses import replace

import pandas as pd
import streamlit as st

from mnist_core import cached
from mnist_core.base.errors import MnistCoreError
from mnist_core.base.labels import plain
from mnist_core.base.packages import REMEDY, missing_packages
from mnist_core.classifiers.hyperparameters import describe_changes
from mnist_core.classifiers.registry import get_classifier_spec, is_custom
from mnist_core.classifiers.spec import HOLDOUT_SHARE
from mnist_core.datasets import get_dataset_spec
from mnist_core.evaluation.learning import summarise_history
from mnist_core.figures import learning as figures
from mnist_core.jobs import queue
from mnist_core.jobs.queue import JobState, Task
from pages.widgets import charts, formatting, theme, view

_SOON, _LATER = 1.0, 5.0
"""Seconds between two looks: while something runs or waits, and else, for another session may start something."""


def offer(results: cached.Results, task: Task) -> None:
    """A button that trains, or why there is none here, and what to write in a terminal instead."""
    label, refusal = get_classifier_spec(task.classifier).label, queue.why_not_allowed()
    missing = missing_packages("sklearn", "onnx", *get_classifier_spec(task.classifier).requires)
    if missing:
        st.warning(f"Training {label} needs {', '.join(missing)}, which is not installed here. In a terminal:")
        st.code(REMEDY, language="bash")
    if refusal:
        st.info(f"{refusal} In a terminal:", icon=":material/block:")
        st.code(task.command, language="bash", wrap_lines=True)
        return
    st.button(
        "Train",
        type="primary",
        icon=":material/model_training:",
        disabled=bool(missing) or any(job.task == task for job in queue.overview().unfinished),
        on_click=start,
        args=(task,),
    )
    if record := results.records.get(task.classifier):
        took = f"{formatting.seconds(record.fit_seconds)} for one fit on {formatting.digits(record.n_train)}"
        st.caption(f"{label} took {took}; a training is two, the first of which holds digits out.")
    with st.expander("In a terminal"):
        st.code(task.command, language="bash", wrap_lines=True)


def start(task: Task) -> None:
    """Put a training into the queue, or say why it cannot be."""
    try:
        st.session_state.setdefault("trainings started", set()).add(queue.start(task).number)
    except MnistCoreError as error:
        st.toast(str(error), icon=":material/error:")


def show_unfinished(*, idle: str | None = None) -> None:
    """What runs and what waits, kept up to date; the page runs again when one ends.

    `idle` is said where nothing does either, and then the page looks again now and then; without it nothing is shown.
    """
    found = queue.overview()
    if found.unfinished or idle is not None:
        ended = frozenset(job.number for job in found.ended)
        look = st.fragment(_show_unfinished, run_every=_SOON if found.unfinished else _LATER)
        look(ended, bool(found.unfinished), idle)


def _show_unfinished(ended: frozenset[int], busy: bool, idle: str | None) -> None:
    found = queue.overview()
    if {job.number for job in found.ended} - ended or busy != bool(found.unfinished):
        view.rerun()
    if found.running:
        with st.container(border=True):
            _show_running(found.running)
    for place, job in enumerate(found.waiting):
        with st.container(horizontal=True, vertical_alignment="center"):
            turn = "Next" if place == 0 else f"{place + 1}."
            about = f" {job.message}" if job.message else ""
            st.caption(f"**{turn}** {describe(job.task)}.{about}", width="stretch")
            st.button(
                "Remove", icon=":material/close:", key=f"cancel {job.number}", on_click=queue.cancel, args=(job.number,)
            )
    if not found.unfinished and idle:
        st.caption(idle)


def _show_running(job: JobState) -> None:
    label, took = get_classifier_spec(job.task.classifier).label, formatting.seconds(time.time() - job.started)
    st.progress(job.share or 0.0, f"Training {label} on {job.task.dataset} for {took}. {job.message}")
    if about := _particulars(job.task):
        st.caption(about)
    if job.history:
        _show_history(job)
    st.button("Cancel", icon=":material/cancel:", key=f"cancel {job.number}", on_click=queue.cancel, args=(job.number,))


def _show_history(job: JobState) -> None:
    """The accuracy on held-out digits so far, beside the stored run's of the same classifier."""
    base, results = job.task.classifier, cached.load_results(job.task.dataset)
    n_train = job.task.subset or get_dataset_spec(job.task.dataset).n_train
    here = summarise_history(job.history, math.ceil(HOLDOUT_SHARE * n_train))
    parts, colours = [here.assign(name="now", label="now")], {"now": theme.accent()}
    if base in results.records and results[base].record.history:
        record = results[base].record
        before = summarise_history(record.history, record.n_holdout)
        parts.append(before.assign(name=base, label=results.labels[base]))
        colours |= theme.classifier_colours([base])
    histories = pd.concat(parts, ignore_index=True)
    charts.show(
        figures.history_figure(histories, colours, measure="accuracy", chosen="now"),
        lambda: figures.history_frame(histories),
        name=f"training-{job.number}",
        alt="Accuracy on held-out digits by epoch, of the training under way and of the stored run",
        key=f"history {job.number}",
    )


def show_ended(results: cached.Results) -> None:
    """How the last trainings on a dataset ended, the last one first; a run that is there can be shown below."""
    for job in queue.overview().ended:
        if job.task.dataset != results.dataset:
            continue
        record = results.records.get(job.stored_as)
        if job.status != "done" or record is None:
            if not (job.status == "done" and is_custom(job.stored_as)):  # deleted since, or named among the problems
                show_outcome(job)
            continue
        accuracy = formatting.percent_interval(record.test_accuracy, record.n_test)
        with st.container(horizontal=True, vertical_alignment="center"):
            about = _particulars(replace(job.task, label=""))
            st.caption(f":material/check: **{results.label(job.stored_as)}**: {accuracy}. {about}", width="stretch")
            if is_custom(job.stored_as):
                st.button("Show", key=f"show {job.number}", on_click=view.put, kwargs={"run": job.stored_as})


def show_outcome(job: JobState) -> None:
    """How a training ended of which no usable run is left; of a failed one also what its process complained about."""
    match job.status:
        case "done":
            st.caption(f":material/info: {describe(job.task)} is done, but its run is not there or cannot be used.")
        case "cancelled":
            st.caption(f":material/cancel: {describe(job.task)} was cancelled; nothing was stored.")
        case _:
            st.error(f"{describe(job.task)} failed.", icon=":material/error:")
            st.code(job.error, language=None, wrap_lines=True)


def announce() -> list[JobState]:
    """Tell of trainings that ended since this session last looked, in a toast each.

    Those that this session started and that are done are returned. Who looks for the first time has missed nothing.
    """
    ended = queue.overview().ended
    told = st.session_state.setdefault("trainings told", {job.number for job in ended})
    new = [job for job in ended if job.number not in told]
    for job in new:
        icons = {"done": ":material/check:", "failed": ":material/error:"}
        st.toast(f"{describe(job.task)}: {job.status}.", icon=icons.get(job.status, ":material/cancel:"))
    told.update(job.number for job in ended)
    mine = st.session_state.get("trainings started", ())
    return [job for job in new if job.status == "done" and job.number in mine]


def describe(task: Task) -> str:
    """Logistic regression on digits (C 0.1, 300 digits)"""
    about = _particulars(task)
    return f"{get_classifier_spec(task.classifier).label} on {task.dataset}{f' ({about})' if about else ''}"


def _particulars(task: Task) -> str:
    """C 0.1, 300 digits, seed 3, “wide”"""
    parts = [plain(describe_changes(task.changes))] if task.changes else []
    parts += [formatting.digits(task.subset)] if task.subset else []
    parts += [f"seed {task.seed}"] if task.seed else []
    return ", ".join([*parts, *([f"“{plain(task.label)}”"] if task.label else [])])
