"""Table of the custom runs of a dataset."""

import pandas as pd
import streamlit as st

from mnist_core import cached
from mnist_core.cached import custom_runs
from mnist_core.classifiers.registry import base_of
from pages.sections.training import run_details
from pages.widgets import charts, formatting, view

_number, _text = st.column_config.NumberColumn, st.column_config.TextColumn


def show(results: cached.Results, classifier: str) -> None:
    """Show the table of custom runs, and the comparison of one of them.

    The query parameter `run` holds its name. By default it is the selected run, or else the latest of the selected
    classifier, or else the latest.
    """
    table = custom_runs.custom_runs_table(results)
    if table.empty:
        st.info(
            "No custom runs on this dataset yet. The runs that you train above appear here.", icon=":material/inbox:"
        )
        return
    names = table["name"].tolist()
    same_base = [name for name in names if base_of(name) == base_of(classifier)]
    default = classifier if classifier in names else (same_base or names)[0]
    run = view.current("run", names, default)
    _show_table(results, table, run)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        charts.offer_csv(
            lambda: table,
            name=f"{results.dataset}-custom-runs",
            help="The table's data; accuracies are shares in 0..1.",
        )
        bound = view.bind("run", names, default, always=True)
        st.selectbox("Run", names, format_func=results.label, width=320, label_visibility="collapsed", **bound)
    with st.container(border=True):
        run_details.show_comparison(results, run)
        run_details.show_management(results, run, classifier)


def _show_table(results: cached.Results, table: pd.DataFrame, run: str) -> None:
    """Show the table of custom runs. A click on a row puts its run into the URL."""
    key = f"custom runs {results.dataset} {run} {len(table)}"

    def select() -> None:
        if rows := st.session_state[key].selection.rows:
            view.put(run=table.loc[rows[0], "name"])

    difference_intervals = [
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
                "difference interval": difference_intervals,
                "created": formatting.times(table["created"]),
            }
        ),
        column_config={
            "label": _text("Run", pinned=True),
            "base": _text("Classifier"),
            "changes": _text("Changes", help="Hyperparameters that differ from those of the classifier."),
            "n_train": _number("Digits", format="localized", help="Training digits."),
            "seed": "Seed",
            "accuracy": _number("Test (%)", format="%.2f", help="Test accuracy."),
            "interval": _text("95 % interval", alignment="right", help="95 % confidence interval (Wilson)."),
            "difference": _number(
                "Difference", format="%+.2f", help="Test accuracy minus that of the classifier, in percentage points."
            ),
            "difference interval": _text(
                "95 % interval",
                alignment="right",
                help="95 % confidence interval of the difference (paired bootstrap).",
            ),
            "created": st.column_config.DatetimeColumn("Created (UTC)", format="YYYY-MM-DD HH:mm"),
        },
        hide_index=True,
        key=key,
        on_select=select,
        selection_mode="single-row",
        selection_default={"selection": {"rows": table.index[table["name"] == run].tolist()}},
        alt="Custom runs; select a row to compare it",
    )
