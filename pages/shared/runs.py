"""A classifier without a usable run is no dead end: what is wrong, and how to train it, here or in a terminal."""

import time
from collections.abc import Sequence

import streamlit as st

from mnist_core import cached, jobs
from mnist_core.classifiers.registry import get_classifier_spec
from mnist_core.errors import ArtifactError, MnistCoreError
from pages.shared import words


def require(results: cached.Results, classifier: str) -> None:
    """Go on if the classifier has a usable run; else say what is wrong, offer to train it, and end the page."""
    if classifier not in results.records:
        show_problems([results.problems[classifier]])
        st.stop()


def note_missing(results: cached.Results) -> None:
    """Name the classifiers that a view of all of them has to leave out."""
    if results.problems:
        names = ", ".join(get_classifier_spec(name).label for name in results.problems)
        st.caption(
            f":material/warning: Without a usable run, and so not here: {names}. The Overview offers to train them."
        )


def show_problems(problems: Sequence[ArtifactError]) -> None:
    """Runs that cannot be used, and the ways to get them back."""
    job = jobs.current()
    running = job is not None and job.status == "running"
    if running:
        _show_job()
    elif job is not None and job.status == "failed":
        st.error(f"Training {job.classifier} on {job.dataset} failed.", icon=":material/error:")
        st.code(job.error, language=None)
    elif job is not None and job.status == "cancelled":
        st.info(f"Training {job.classifier} on {job.dataset} was cancelled; nothing was stored.")
    with st.container(border=True):
        for problem in problems:
            with st.container(horizontal=True, vertical_alignment="center"):
                label = get_classifier_spec(problem.classifier).label
                st.markdown(f":material/warning: **{label}** on `{problem.dataset}`: {problem.reason}")
                if jobs.training_allowed():
                    st.button(
                        "Train it here",
                        icon=":material/model_training:",
                        key=f"train {problem.dataset} {problem.classifier}",
                        disabled=running,
                        on_click=_start,
                        args=(problem.classifier, problem.dataset),
                    )
        if not jobs.training_allowed():
            st.caption("Training on this server is switched off (`MNIST_TRAINING=off`). In a terminal:")
        else:
            st.caption("Or in a terminal:")
        names = " ".join(problem.classifier for problem in problems)
        st.code(f"python -m mnist_core train {names} --dataset {problems[0].dataset}", language="bash")


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
