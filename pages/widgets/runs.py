"""Classifiers without a usable run: what is wrong, and how to train them on the page or in a terminal."""

from collections.abc import Collection, Sequence

import streamlit as st

from mnist_core import cached
from mnist_core.base.errors import ArtifactError, MnistCoreError, NotCrossValidatedError
from mnist_core.cached import custom_runs
from mnist_core.classifiers.registry import get_classifier_spec, is_custom, is_ensemble, list_classifiers, members_of
from mnist_core.jobs import queue
from mnist_core.jobs.task import Task
from pages.widgets import training_queue


def require(results: cached.Results, classifier: str) -> None:
    """Stop the page unless the classifier has a usable run. Show what is wrong and offer to train it."""
    if classifier not in results.records:
        show_problems(results, [results.problems[classifier]])
        st.stop()


def note_missing(problems: Collection[ArtifactError]) -> None:
    """Show which classifiers are missing on the page, why, and a link to the Overview.

    Classifiers that only lack a cross-validation share one line, with the command that runs it.
    """
    unvalidated = [problem for problem in problems if isinstance(problem, NotCrossValidatedError)]
    if unvalidated:
        names = ", ".join(get_classifier_spec(problem.classifier).label for problem in unvalidated)
        repairable = [problem for problem in unvalidated if not is_custom(problem.classifier)]
        instruction = " Run in a terminal:" if repairable else ""
        st.caption(f":material/warning: Not available without cross-validation: {names}.{instruction}")
        if repairable:
            steps = [
                (command, [problem.classifier for problem in repairable if problem.subcommand == command])
                for command in ("cv", "train")
            ]
            _show_commands(steps, unvalidated[0].dataset)
    for problem in problems:
        if problem in unvalidated:
            continue
        with st.container(horizontal=True, vertical_alignment="center"):
            label = get_classifier_spec(problem.classifier).label
            st.caption(f":material/warning: Not available: {label} ({problem.reason.rstrip('.')}).", width="content")
            query = {"dataset": problem.dataset, "model": problem.classifier}
            remedy = "Delete it" if is_custom(problem.classifier) else "Train it"
            st.page_link("pages/overview.py", label=remedy, query_params=query)


def show_problems(results: cached.Results, problems: Sequence[ArtifactError]) -> None:
    """Show runs that cannot be used, with buttons and commands that train or delete them."""
    training_queue.show_unfinished()
    affected = {(problem.classifier, problem.dataset) for problem in problems}
    for job in queue.overview().ended:
        if (job.task.classifier, job.task.dataset) in affected and not job.task.custom:
            training_queue.show_outcome(job)
            break
    refusal = queue.why_not_allowed()
    trainable = [problem.classifier for problem in problems if not is_custom(problem.classifier)]
    with st.container(border=True):
        for problem in problems:
            ready = not _without_validated_run(results, members_of(problem.classifier))
            _show_problem(problem, can_train=refusal is None and ready)
        if trainable:
            st.caption("Or run in a terminal:" if refusal is None else f"{refusal} Run in a terminal:")
            _show_commands(_training_steps(results, trainable), results.dataset)


def _training_steps(results: cached.Results, missing: Sequence[str]) -> list[tuple[str, Sequence[str]]]:
    """Return the commands that train these classifiers, each with the names of its classifiers, in working order.

    An ensemble is trained after the cross-validation of its members.
    """
    ensembles = [name for name in missing if is_ensemble(name)]
    members = {member for ensemble in ensembles for member in members_of(ensemble)}
    known = list_classifiers(results.dataset)
    needed = {*missing, *members - results.records.keys()}
    train = [name for name in known if name in needed and name not in ensembles]
    validate = _without_validated_run(results, [name for name in known if name in members])
    if len(missing) == len(known) > 1:
        train, validate = ["--all"], ["--all"] if validate else []
    return [("train", train), ("cv", validate), ("train", ensembles)]


def _without_validated_run(results: cached.Results, names: Sequence[str]) -> list[str]:
    """Return those of these classifiers that have no cross-validated run, which an ensemble requires."""
    validated = {name for name, record in results.records.items() if record.cross_validation}
    return [name for name in names if name not in validated]


def _show_commands(steps: Sequence[tuple[str, Sequence[str]]], dataset: str) -> None:
    """Show one command line for each step that has classifiers."""
    lines = [f"python -m mnist_core {each} {' '.join(names)} --dataset {dataset}" for each, names in steps if names]
    st.code("\n".join(lines), language="bash")


def _show_problem(problem: ArtifactError, *, can_train: bool) -> None:
    """Show why a run cannot be used, with a button that deletes or trains it."""
    name, dataset = problem.classifier, problem.dataset
    with st.container(horizontal=True, vertical_alignment="center"):
        label = get_classifier_spec(name).label
        st.markdown(f":material/warning: **{label}** on `{dataset}`: {problem.reason}")
        if is_custom(name):
            st.button(
                "Delete it", icon=":material/delete:", key=f"delete {dataset} {name}", on_click=_delete, args=(problem,)
            )
        elif can_train:
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
