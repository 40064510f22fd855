"""What there is to say of a judge of labels: who is a better one, its suspects, and accuracies without them."""

from typing import Any

import pandas as pd
import streamlit as st

from mnist_core import cached
from pages.widgets import charts, formatting, view

_ACCURACIES = {
    "all": ("All (%)", "Accuracy with every digit of the split."),
    "judged": ("Without suspects (%)", "Without the judge's suspects. The judge's own figure is flattered."),
    "others": (
        "Without others' (%)",
        "Without the digits that most other cross-validated classifiers suspect: this one has no say in which, nor has "
        "a vote over others, nor, in the line of a vote, have those that it is over.",
    ),
}


def require_judge(results: cached.Results, judge: str) -> None:
    """Go on if the judge was cross-validated, naming a better one; else say how to make it one, and end the page."""
    record, best = results[judge].record, cached.final_model(results)
    if record.cross_validation is None:
        st.info(f"{results.labels[judge]} has not been cross-validated yet, so it cannot judge labels. In a terminal:")
        st.code(cached.not_cross_validated(record).command, language="bash")
        if best is not None:
            _offer(results, best)
        st.stop()
    folds = results[best].record.cross_validation if best else None
    if best is not None and folds is not None and folds.accuracy > record.cross_validation.accuracy:
        own, better = (
            formatting.percent_interval(run.accuracy, record.n_train) for run in (record.cross_validation, folds)
        )
        st.caption(
            f":material/lightbulb: A weak judge's suspects are mostly its own mistakes. In cross-validation "
            f"{results.labels[best]} is more accurate: {better} against {own}."
        )
        _offer(results, best)


def show_accuracies(results: cached.Results, table: pd.DataFrame, *, judge: str) -> None:
    """The accuracy of every classifier with and without suspects, as `evaluation.suspects` has it, and its CSV."""
    shown = {"label": [results.labels[name] + (" (judge)" if name == judge else "") for name in table["name"]]}
    columns: dict[str, Any] = {"label": st.column_config.TextColumn("Classifier", pinned=True)}
    for name, (title, about) in _ACCURACIES.items():
        low, high, digits = (table[f"{name}_{part}"] for part in ("low", "high", "digits"))
        shown[name] = 100 * table[name]
        shown[f"{name} interval"] = [
            f"{100 * a:.2f} to {100 * b:.2f}" if n else "" for a, b, n in zip(low, high, digits, strict=True)
        ]
        columns[name] = st.column_config.NumberColumn(title, format="%.2f", help=about)
        columns[f"{name} interval"] = st.column_config.TextColumn(
            "95 % interval", alignment="right", help="Wilson's method."
        )
        if name == "others":
            shown[f"{name} digits"] = table["all_digits"] - digits
            columns[f"{name} digits"] = st.column_config.NumberColumn("Left out", help="Digits that are left out.")
    st.dataframe(
        pd.DataFrame(shown),
        column_config=columns,
        hide_index=True,
        height="content",
        alt="Accuracy with and without suspects",
    )
    st.caption(
        "Leaving out digits that a classifier itself got wrong flatters it. The last figure leaves out what most other "
        "classifiers suspect, whatever the classifier itself says: read both. Suspects are not proven errors."
    )
    charts.offer_csv(
        lambda: table,
        name=f"{results.dataset}-{results.split}-{judge}-without-suspects",
        help="The table's data; accuracies as shares.",
    )


def _offer(results: cached.Results, better: str) -> None:
    query = {"model": better, "page": None, "sample": None}
    st.button(f"Judge by {results.labels[better]}", icon=":material/gavel:", on_click=view.put, kwargs=query)
