"""Runs of one's own: a table of them, and the chosen one beside the classifier that it is a change of."""

import pandas as pd
import streamlit as st

from mnist_core import cached
from mnist_core.base.errors import MnistCoreError
from mnist_core.base.labels import LONGEST
from mnist_core.cached import custom_runs
from mnist_core.cached.head_to_head import comparison
from mnist_core.classifiers.registry import base_of
from mnist_core.evaluation.significance import LEVEL
from mnist_core.figures.head_to_head import p_text
from mnist_core.jobs import queue
from pages.widgets import charts, formatting, metric_row, view
from pages.widgets.metric_row import Metric

_number, _text = st.column_config.NumberColumn, st.column_config.TextColumn


def show(results: cached.Results, classifier: str) -> None:
    """The table; then the run that the URL names, else the chosen one, its classifier's newest, or the newest."""
    table = custom_runs.custom_runs_table(results)
    if table.empty:
        st.info("There are none on this dataset yet: what you train above is kept here.", icon=":material/inbox:")
        return
    names = table["name"].tolist()
    kin = [name for name in names if base_of(name) == base_of(classifier)]
    default = classifier if classifier in names else (kin or names)[0]
    run = view.current("run", names, default)
    _show_table(results, table, run)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        charts.offer_csv(lambda: table, name=f"{results.dataset}-own-runs", help="The table's data; shares in 0..1.")
        bound = view.bind("run", names, default, always=True)
        st.selectbox("Run", names, format_func=results.label, width=320, label_visibility="collapsed", **bound)
    with st.container(border=True):
        _show_comparison(results, run)
        _show_changes(results, run, classifier)


def _show_table(results: cached.Results, table: pd.DataFrame, run: str) -> None:
    key = f"own runs {results.dataset} {run} {len(table)}"

    def select() -> None:
        if rows := st.session_state[key].selection.rows:
            view.put(run=table.loc[rows[0], "name"])

    points = [
        ""
        if pd.isna(row.difference)
        else f"{formatting.points(row.difference_low)} to {formatting.points(row.difference_high)}"
        for row in table.itertuples()
    ]
    st.dataframe(
        pd.DataFrame(
            {
                "label": table["label"],
                "base": table["base_label"],
                "changes": table["changes"],
                "n_train": table["n_train"],
                "seed": table["seed"],
                "accuracy": 100 * table["test_accuracy"],
                "interval": [
                    f"{100 * low:.2f} to {100 * high:.2f}"
                    for low, high in zip(table["low"], table["high"], strict=True)
                ],
                "difference": 100 * table["difference"],
                "difference interval": points,
                "created": formatting.times(table["created"]),
            }
        ),
        column_config={
            "label": _text("Run", pinned=True),
            "base": _text("Classifier"),
            "changes": _text("Changes", help="Hyperparameters that differ from the classifier's own."),
            "n_train": _number("Digits", format="localized", help="Training digits."),
            "seed": "Seed",
            "accuracy": _number("Test (%)", format="%.2f", help="Test accuracy."),
            "interval": _text("95 % interval", alignment="right", help="Of the test accuracy, by Wilson's method."),
            "difference": _number(
                "Difference", format="%+.2f", help="Of its test accuracy to the classifier's, in percentage points."
            ),
            "difference interval": _text("Its interval", alignment="right", help="A paired bootstrap."),
            "created": st.column_config.DatetimeColumn("Created (UTC)", format="YYYY-MM-DD HH:mm"),
        },
        hide_index=True,
        key=key,
        on_select=select,
        selection_mode="single-row",
        selection_default={"selection": {"rows": table.index[table["name"] == run].tolist()}},
        alt="Runs of your own; select a row to compare it",
    )


def _show_comparison(results: cached.Results, run: str) -> None:
    """A run's accuracy beside its classifier's, whether that can be chance, and the ways to look closer."""
    record, base = results[run].record, base_of(run)
    label, query = results.label(run), {"dataset": results.dataset, "model": run}
    metrics = [
        Metric(
            label,
            formatting.percent(record.test_accuracy),
            f"Test accuracy of {label} and its 95 % interval (Wilson). Trained on {record.n_train:,} digits.",
            formatting.interval(record.test_accuracy, record.n_test),
        )
    ]
    links = []
    if base in results.records:
        before, found, base_label = results[base].record, comparison(results, run, base), results.label(base)
        better = label if found.difference > 0 else base_label
        verdict = "The test split cannot tell them apart"
        if found.p_value < LEVEL:
            verdict = f"{better} is better"
        st.markdown(
            f"**{verdict}**: of {found.n:,} test digits, {formatting.digits(found.only_a)} that {base_label} got wrong "
            f"{'is' if found.only_a == 1 else 'are'} fixed, and {found.only_b:,} newly broken."
        )
        metrics += [
            Metric(
                base_label,
                formatting.percent(before.test_accuracy),
                f"Test accuracy of {base_label} and its 95 % interval. Trained on {before.n_train:,} digits.",
                formatting.interval(before.test_accuracy, before.n_test),
            ),
            Metric(
                "Difference (points)",
                formatting.points(found.difference),
                f"{label} minus {base_label}, and its 95 % interval: a paired bootstrap over the test digits.",
                f"{formatting.points(found.low)} to {formatting.points(found.high)}",
            ),
            Metric(
                "p-value (McNemar)",
                p_text(found.p_value),
                "How often equally accurate classifiers differ at least as much: exact, two-sided, of this pair alone. "
                "Who tries twenty changes finds one below 0.05 by chance.",
                "of this pair alone",
            ),
        ]
        text = f"What was fixed ({found.only_a:,}) and what newly broke ({found.only_b:,})"
        links.append(("pages/head_to_head.py", text, ":material/balance:", query | {"model_b": base}))
    metric_row.show(metrics)
    links += [
        ("pages/confusion.py", "Confusion", ":material/grid_on:", query),
        ("pages/errors.py", "Errors", ":material/rule:", query),
    ]
    with st.container(horizontal=True):
        for page, text, icon, asked in links:
            st.page_link(page, label=text, icon=icon, query_params=asked)


def _show_changes(results: cached.Results, run: str, classifier: str) -> None:
    """Rename the run, or delete it, which is asked for twice; not where the visitors may be strangers."""
    if queue.why_not_allowed():
        return
    key = f"label {results.dataset} {run}"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input("Another name", results[run].record.label, LONGEST, key=key, width=320)
        st.button("Rename", icon=":material/edit:", on_click=_rename, args=(results.dataset, run, key))
        with st.popover("Delete", icon=":material/delete:", key=f"ask {results.dataset} {run}"):
            st.markdown(f"Delete **{results.label(run)}** for good? Links to it will lead nowhere.")
            st.button("Delete it", type="primary", on_click=_delete, args=(results.dataset, run, classifier))


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
