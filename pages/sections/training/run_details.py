"""Comparison of a custom run with the classifier that it is based on, and controls to rename and delete the run."""

import streamlit as st

from mnist_core import cached
from mnist_core.base.errors import MnistCoreError
from mnist_core.base.labels import MAX_LABEL_LENGTH
from mnist_core.cached import custom_runs
from mnist_core.cached.head_to_head import comparison
from mnist_core.classifiers.registry import base_of
from mnist_core.evaluation.significance import LEVEL
from mnist_core.figures.head_to_head import p_text
from mnist_core.jobs import queue
from pages.widgets import formatting, metric_row, view
from pages.widgets.metric_row import Metric


def show_comparison(results: cached.Results, run: str) -> None:
    """Show the accuracies of a run and its classifier, whether they differ significantly, and links to other pages."""
    record, base = results[run].record, base_of(run)
    label, query = results.label(run), {"dataset": results.dataset, "model": run}
    metrics = [
        Metric(
            label,
            formatting.percent(record.test_accuracy),
            _describe_accuracy(label, record.n_train),
            formatting.interval(record.test_accuracy, record.n_test),
        )
    ]
    links = []
    if base in results.records:
        before, found, base_label = results[base].record, comparison(results, run, base), results.label(base)
        better = label if found.difference > 0 else base_label
        verdict = f"Not significant (p = {p_text(found.p_value)})"
        if found.p_value < LEVEL:
            verdict = f"{better} is better"
        st.markdown(
            f"**{verdict}**: of {found.n:,} test digits, {formatting.digits(found.only_a)} misclassified by "
            f"{base_label} {'is' if found.only_a == 1 else 'are'} fixed, and {found.only_b:,} newly broken."
        )
        metrics += [
            Metric(
                base_label,
                formatting.percent(before.test_accuracy),
                _describe_accuracy(base_label, before.n_train),
                formatting.interval(before.test_accuracy, before.n_test),
            ),
            Metric(
                "Difference (points)",
                formatting.points(found.difference),
                f"{label} minus {base_label}. Below: 95 % confidence interval (paired bootstrap over the test digits).",
                f"{formatting.points(found.low)} to {formatting.points(found.high)}",
            ),
            Metric(
                "p-value (McNemar)",
                p_text(found.p_value),
                "Probability of a difference at least as large between equally accurate classifiers. Exact two-sided "
                "McNemar test of this pair alone: of twenty changes without effect, one has p < 0.05 by chance.",
                "this pair alone",
            ),
        ]
        text = f"Fixed ({found.only_a:,}) and newly broken ({found.only_b:,})"
        links.append(("pages/head_to_head.py", text, ":material/balance:", query | {"model_b": base}))
    metric_row.show(metrics)
    links += [
        ("pages/confusion.py", "Confusion", ":material/grid_on:", query),
        ("pages/errors.py", "Errors", ":material/rule:", query),
    ]
    with st.container(horizontal=True):
        for page, text, icon, page_query in links:
            st.page_link(page, label=text, icon=icon, query_params=page_query)


def show_management(results: cached.Results, run: str, classifier: str) -> None:
    """Show the controls that rename a run, and delete it after a confirmation.

    Show nothing where training is not allowed, because the visitors of such a server may be strangers.
    """
    if queue.why_not_allowed():
        return
    key = f"label {results.dataset} {run}"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input("New name", results[run].record.label, MAX_LABEL_LENGTH, key=key, width=320)
        st.button("Rename", icon=":material/edit:", on_click=_rename, args=(results.dataset, run, key))
        with st.popover("Delete", icon=":material/delete:", key=f"ask {results.dataset} {run}"):
            st.markdown(f"Delete **{results.label(run)}** permanently? Links to it will stop working.")
            st.button("Delete it", type="primary", on_click=_delete, args=(results.dataset, run, classifier))


def _describe_accuracy(label: str, n_train: int) -> str:
    """Return the tooltip of a test accuracy."""
    return f"Test accuracy of {label}, trained on {n_train:,} digits. Below: 95 % confidence interval (Wilson)."


def _rename(dataset: str, run: str, key: str) -> None:
    try:
        custom_runs.rename(dataset, run, st.session_state[key])
    except MnistCoreError as error:
        st.toast(str(error), icon=":material/error:")


def _delete(dataset: str, run: str, classifier: str) -> None:
    try:
        custom_runs.delete(dataset, run)
    except MnistCoreError as error:
        st.toast(str(error), icon=":material/error:")
    else:
        view.put(run=None, model=base_of(run) if classifier == run else classifier)
