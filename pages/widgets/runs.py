"""A classifier without a usable run is no dead end: what is wrong, and how to train it, here or in a terminal."""

from collections.abc import Collection, Sequence

import streamlit as st

from mnist_core import cached
from mnist_core.base.errors import ArtifactError, MnistCoreError, NotCrossValidatedError
from mnist_core.cached import custom_runs
from mnist_core.classifiers.registry import get_classifier_spec, is_custom, is_ensemble, list_classifiers, members_of
from mnist_core.jobs import queue
from mnist_core.jobs.queue import Task
from pages.widgets import training_queue


def require(results: cached.Results, classifier: str) -> None:
    """Go on if the classifier has a usable run; else say what is wrong, offer to train it, and end the page."""
    if classifier not in results.records:
        show_problems(results, [results.problems[classifier]])
        st.stop()


def note_missing(problems: Collection[ArtifactError]) -> None:
    """Name the classifiers that a view of all of them has to leave out, and why; the Overview trains them.

    Those that only lack a cross-validation share one line, with the command that mends it.
    """
    mute = [problem for problem in problems if isinstance(problem, NotCrossValidatedError)]
    if mute:
        names = ", ".join(get_classifier_spec(problem.classifier).label for problem in mute)
        asked = [problem for problem in mute if not is_custom(problem.classifier)]
        what_to_do = " In a terminal:" if asked else ""
        st.caption(f":material/warning: Not cross-validated, so without an answer here: {names}.{what_to_do}")
        if asked:
            steps = [(each, [it.classifier for it in asked if it.subcommand == each]) for each in ("cv", "train")]
            _show_commands(steps, mute[0].dataset)
    for problem in problems:
        if problem in mute:
            continue
        with st.container(horizontal=True, vertical_alignment="center"):
            label = get_classifier_spec(problem.classifier).label
            st.caption(f":material/warning: Not here: {label} ({problem.reason.rstrip('.')}).", width="content")
            query = {"dataset": problem.dataset, "model": problem.classifier}
            mend = "Delete it" if is_custom(problem.classifier) else "Train it"
            st.page_link("pages/overview.py", label=mend, query_params=query)


def show_problems(results: cached.Results, problems: Sequence[ArtifactError]) -> None:
    """Runs that cannot be used, and the ways to get them back."""
    training_queue.show_unfinished()
    concerned = {(problem.classifier, problem.dataset) for problem in problems}
    for job in queue.overview().ended:
        if (job.task.classifier, job.task.dataset) in concerned and not job.task.custom:
            training_queue.show_outcome(job)
            break
    refusal = queue.why_not_allowed()
    theirs = [problem for problem in problems if not is_custom(problem.classifier)]
    with st.container(border=True):
        for problem in problems:
            ready = not _without_validated_run(results, members_of(problem.classifier))
            _show_problem(problem, trainable=refusal is None and ready)
        if theirs:
            st.caption("Or in a terminal:" if refusal is None else f"{refusal} In a terminal:")
            _show_commands(_steps(results, [problem.classifier for problem in theirs]), results.dataset)


def _steps(results: cached.Results, missing: Sequence[str]) -> list[tuple[str, Sequence[str]]]:
    """What trains these classifiers, in an order that works: a vote comes after the cross-validation of its members."""
    votes = [name for name in missing if is_ensemble(name)]
    members = {member for vote in votes for member in members_of(vote)}
    known = list_classifiers(results.dataset)
    train = [name for name in known if name in {*missing, *members - results.records.keys()} and name not in votes]
    validate = _without_validated_run(results, [name for name in known if name in members])
    if len(missing) == len(known) > 1:
        train, validate = ["--all"], ["--all"] if validate else []
    return [("train", train), ("cv", validate), ("train", votes)]


def _without_validated_run(results: cached.Results, names: Sequence[str]) -> list[str]:
    """Which of these classifiers a vote cannot be over: those without a cross-validated run."""
    validated = {name for name, record in results.records.items() if record.cross_validation}
    return [name for name in names if name not in validated]


def _show_commands(steps: Sequence[tuple[str, Sequence[str]]], dataset: str) -> None:
    """What to write in a terminal, one command after the other; where there are no classifiers, there is none."""
    lines = [f"python -m mnist_core {each} {' '.join(names)} --dataset {dataset}" for each, names in steps if names]
    st.code("\n".join(lines), language="bash")


def _show_problem(problem: ArtifactError, *, trainable: bool) -> None:
    name, dataset = problem.classifier, problem.dataset
    with st.container(horizontal=True, vertical_alignment="center"):
        label = get_classifier_spec(name).label
        st.markdown(f":material/warning: **{label}** on `{dataset}`: {problem.reason}")
        if is_custom(name):
            st.button(
                "Delete it", icon=":material/delete:", key=f"delete {dataset} {name}", on_click=_delete, args=(problem,)
            )
        elif trainable:
            task = Task(name, dataset)
            st.button(
                "Train it here",
                icon=":material/model_training:",
                key=f"train {dataset} {name}",
                disabled=any(job.task == task for job in queue.overview().unfinished),
                on_click=training_queue.start,
                args=(task,),
            )


def _delete(problem: ArtifactError) -> None:
    try:
        custom_runs.delete(problem.dataset, problem.classifier)
    except MnistCoreError as error:
        st.toast(str(error), icon=":material/error:")
