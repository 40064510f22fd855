"""A classifier without a usable run is no dead end: what is wrong, and how to train it, here or in a terminal."""

import time
from collections.abc import Collection, Sequence

import streamlit as st

from mnist_core import cached, jobs
from mnist_core.classifiers.registry import get_classifier_spec, list_classifiers
from mnist_core.errors import ArtifactError, MnistCoreError, NotCrossValidatedError
from pages.shared import words


def require(results: cached.Results, classifier: str) -> None:
    """Go on if the classifier has a usable run; else say what is wrong, offer to train it, and end the page."""
    if classifier not in results.records:
        show_problems([results.problems[classifier]])
        st.stop()


def note_missing(problems: Collection[ArtifactError]) -> None:
    """Name the classifiers that a view of all of them has to leave out, and why; the Overview trains them.

    Those that only lack a cross-validation share one line, with the command that mends it.
    """
    mute = [problem for problem in problems if isinstance(problem, NotCrossValidatedError)]
    if mute:
        names = ", ".join(get_classifier_spec(problem.classifier).label for problem in mute)
        st.caption(f":material/warning: Not cross-validated, so without an answer here: {names}. In a terminal:")
        asked = " ".join(problem.classifier for problem in mute)
        st.code(f"python -m mnist_core cv {asked} --dataset {mute[0].dataset}", language="bash")
    for problem in problems:
        if problem in mute:
            continue
        with st.container(horizontal=True, vertical_alignment="center"):
            label = get_classifier_spec(problem.classifier).label
            st.caption(f":material/warning: Not here: {label} ({problem.reason.rstrip('.')}).", width="content")
            query = {"dataset": problem.dataset, "model": problem.classifier}
            st.page_link("pages/overview.py", label="Train it", query_params=query)


def show_problems(problems: Sequence[ArtifactError]) -> None:
    """Runs that cannot be used, and the ways to get them back."""
    job = jobs.current()
    running = job is not None and job.status == "running"
    if job is not None and running:
        _show_job()
    elif job is not None and (job.classifier, job.dataset) in [(item.classifier, item.dataset) for item in problems]:
        _show_outcome(job)
    refusal = jobs.why_not_allowed()
    with st.container(border=True):
        for problem in problems:
            _show_problem(problem, trainable=refusal is None, disabled=running)
        st.caption("Or in a terminal:" if refusal is None else f"{refusal} In a terminal:")
        every = len(problems) == len(list_classifiers(problems[0].dataset)) > 1
        names = "--all" if every else " ".join(problem.classifier for problem in problems)
        st.code(f"python -m mnist_core train {names} --dataset {problems[0].dataset}", language="bash")


def _show_problem(problem: ArtifactError, *, trainable: bool, disabled: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        label = get_classifier_spec(problem.classifier).label
        st.markdown(f":material/warning: **{label}** on `{problem.dataset}`: {problem.reason}")
        if trainable:
            st.button(
                "Train it here",
                icon=":material/model_training:",
                key=f"train {problem.dataset} {problem.classifier}",
                disabled=disabled,
                on_click=_start,
                args=(problem.classifier, problem.dataset),
            )


def _show_outcome(job: jobs.JobState) -> None:
    """How a training ended that did not mend the run."""
    name = f"Training {job.classifier} on {job.dataset}"
    if job.status == "cancelled":
        st.info(f"{name} was cancelled; nothing was stored.")
    else:
        st.error(f"{name} {'failed' if job.status == 'failed' else 'ended, and yet its run cannot be used'}.")
        st.code(job.error or job.message, language=None, wrap_lines=True)


def _start(classifier: str, dataset: str) -> None:
    try:
        jobs.start(classifier, dataset)
    except MnistCoreError as error:
        st.toast(str(error), icon=":material/error:")


def _cancel() -> None:
    jobs.cancel()


@st.fragment(run_every=1.0)
def _show_job() -> None:
    """The training under way: one at a time for all sessions, so it may be another classifier's."""
    job = jobs.current()
    if job is None or job.status != "running":
        st.rerun()
    label, took = get_classifier_spec(job.classifier).label, words.seconds(time.time() - job.started)
    st.progress(job.share or 0.0, f"Training {label} on {job.dataset} for {took}. {job.message}")
    st.button("Cancel", icon=":material/cancel:", on_click=_cancel)
