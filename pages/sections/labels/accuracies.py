"""Accuracy with and without suspected label errors."""

from typing import Any

import pandas as pd
import streamlit as st

from mnist_core import cached
from mnist_core.cached import label_issues
from mnist_core.evaluation.label_issues import has_disagreement
from pages.sections.labels.issue_list import ensembles_excluded
from pages.widgets import charts, formatting, metric_row
from pages.widgets.metric_row import Metric

_ACCURACIES = {
    "all": ("All (%)", "Accuracy on every digit of the split."),
    "without_selected": (
        "Without suspected errors (%)",
        "Without the suspected label errors of the selected classifier. Biased upwards for this classifier, because it "
        "misclassifies all of them.",
    ),
    "without_others": (
        "Without errors others suspect (%)",
        "Without the digits that most other cross-validated classifiers list as suspected label errors. The lists of "
        "ensembles are excluded, and for an ensemble also those of its members.",
    ),
}


def show_metrics(results: cached.Results, classifier: str, table: pd.DataFrame) -> None:
    """Show the number of suspected label errors, and the classifier's accuracy with and without them.

    `table` is as returned by `cached.label_issues.accuracy_without`.
    """
    label, row = results.labels[classifier], table.set_index("name").loc[classifier]
    found, counts = label_issues.list_label_issues(results, classifier), label_issues.count_disagreements(results)
    n, n_classifiers = len(results.y_true), len(results.single_classifiers)
    out_of_fold = ", out-of-fold: by models not trained on the digit" if results.split == "train" else ""
    metric_row.show(
        (
            Metric(
                "Suspected label errors",
                f"{len(found):,}",
                f"Digits whose label is least likely according to {label}. Confident learning estimates how many.",
                f"{100 * len(found) / n:.2f} % of {n:,} digits",
            ),
            Metric(
                "All disagree",
                f"{has_disagreement(counts[found], n_classifiers, 'all').sum():,}",
                "Suspected label errors where every classifier disagrees with the label." + ensembles_excluded(results),
                f"{n_classifiers} classifiers" if n_classifiers > 1 else "1 classifier",
            ),
            Metric(
                "Accuracy, all digits",
                formatting.percent(row["all"]),
                f"Accuracy of {label}{out_of_fold}. Below: 95 % confidence interval (Wilson).",
                formatting.interval(row["all"], row["all_digits"]),
            ),
            Metric(
                "Without suspected errors",
                formatting.percent(row["without_selected"]),
                f"Accuracy of {label} without its suspected label errors. Biased upwards, because it misclassifies all "
                "of them: compare with the table below.",
                formatting.interval(row["without_selected"], row["without_selected_digits"]),
            ),
        )
    )


def show_table(results: cached.Results, classifier: str, table: pd.DataFrame) -> None:
    """Show the accuracy of every classifier with and without suspected label errors, with a CSV file.

    `table` is as returned by `cached.label_issues.accuracy_without`.
    """
    labels = [results.labels[name] + (" (selected)" if name == classifier else "") for name in table["name"]]
    shown: dict[str, Any] = {"label": labels}
    columns: dict[str, Any] = {"label": st.column_config.TextColumn("Classifier", pinned=True)}
    for name, (title, about) in _ACCURACIES.items():
        low, high, digits = (table[f"{name}_{part}"] for part in ("low", "high", "digits"))
        shown[name] = 100 * table[name]
        shown[f"{name} interval"] = [
            f"{100 * a:.2f} to {100 * b:.2f}" if n else "" for a, b, n in zip(low, high, digits, strict=True)
        ]
        columns[name] = st.column_config.NumberColumn(title, format="%.2f", help=about)
        columns[f"{name} interval"] = st.column_config.TextColumn(
            "95 % interval", alignment="right", help="95 % confidence interval (Wilson)."
        )
        if name == "without_others":
            shown[f"{name} digits"] = table["all_digits"] - digits
            columns[f"{name} digits"] = st.column_config.NumberColumn("Excluded", help="Number of excluded digits.")
    st.dataframe(
        pd.DataFrame(shown),
        column_config=columns,
        hide_index=True,
        height="content",
        alt="Accuracy with and without suspected label errors",
    )
    st.caption(
        "Excluding a classifier's own errors biases its accuracy upwards. The last accuracy excludes what most other "
        "classifiers suspect, independently of the classifier itself. Suspected label errors are not proven."
    )
    charts.offer_csv(
        lambda: table,
        name=f"{results.dataset}-{results.split}-{classifier}-without-label-errors",
        help="The table's data; accuracies are shares in 0..1.",
    )
