"""Accuracy on the digits of another dataset."""

from typing import Any

import streamlit as st

from mnist_core import cached
from mnist_core.cached import robustness
from mnist_core.datasets import get_dataset_spec
from pages.widgets import charts, formatting


def show(results: cached.Results) -> None:
    """Show the accuracy on another dataset beside that on the test set. Show nothing if none was evaluated on it."""
    table = robustness.domain_table(results)
    if table.empty:
        return
    spec = get_dataset_spec(robustness.DOMAIN)
    st.subheader("Digits of another dataset")
    shown: dict[str, Any] = {"label": table["label"]}
    columns: dict[str, Any] = {"label": st.column_config.TextColumn("Classifier", pinned=True)}
    for name, title in (("test", "Test set (%)"), ("other", "UCI digits (%)")):
        shown[name] = 100 * table[name]
        pairs = zip(table[name], table[f"{name}_digits"], strict=True)
        shown[f"{name} interval"] = [formatting.interval(accuracy, digits) for accuracy, digits in pairs]
        columns[name] = st.column_config.NumberColumn(title, format="%.2f")
        columns[f"{name} interval"] = st.column_config.TextColumn(
            "95 % interval", alignment="right", help="95 % confidence interval (Wilson)."
        )
    st.dataframe(
        shown,
        column_config=columns,
        hide_index=True,
        height="content",
        alt="Accuracy on the test set and on the UCI digits",
    )
    st.caption(
        f"The same models on all {spec.n_train + spec.n_test:,} UCI digits, which other people wrote and which were "
        "stored as 8 × 8 pixels. No model was trained on them."
    )
    charts.offer_csv(
        lambda: table,
        name=f"{results.dataset}-on-{robustness.DOMAIN}",
        help="The table's data; accuracies are shares in 0..1.",
    )
