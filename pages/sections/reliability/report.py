"""Classification report."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from mnist_core import cached
from mnist_core.cached import reliability
from mnist_core.figures.report import report_figure, report_frame
from pages.sections.reliability.common import file_name, label_colours
from pages.widgets import charts, formatting, view

MEASURES = {"precision": "Precision", "recall": "Recall", "f1": "F1"}
_BARS = "Bars: 95 % confidence intervals (Wilson)."
MEANINGS = {
    "precision": f"Precision: share of the predictions of this digit that are correct. {_BARS}",
    "recall": f"Recall: share of this digit's images that are predicted correctly. {_BARS}",
    "f1": "F1: harmonic mean of precision and recall, which has no simple confidence interval.",
}

_number = st.column_config.NumberColumn


def show_report(results: cached.Results, names: Sequence[str]) -> None:
    """Show precision, recall, F1 and support of each digit and the averages.

    The query parameter `measure` holds the measure in the figure.
    """
    measure = st.segmented_control(
        "Measure",
        list(MEASURES),
        format_func=MEASURES.__getitem__,
        required=True,
        **view.bind("measure", list(MEASURES), "precision"),
    )
    full = {results.labels[name]: reliability.report(results, name) for name in names}
    reports = {label: report.digits for label, report in full.items()}
    left, right = st.columns([5, 4]) if len(names) == 1 else (st.container(), st.container())
    with left:
        charts.show(
            report_figure(reports, label_colours(results, names), measure=measure),
            lambda: report_frame(reports, {label: report.averages for label, report in full.items()}),
            name=file_name(results, names, "report"),
            alt=f"{MEASURES[measure]} of each digit",
        )
    with right:
        rows = {label: pd.concat([report.digits.rename(str), report.averages]) for label, report in full.items()}
        if len(rows) == 1:
            _show_report(*rows.values())
        else:
            shares = pd.DataFrame({label: frame[measure] for label, frame in rows.items()})
            _show_measure(shares, support=next(iter(reports.values()))["support"])
    st.caption(
        f"{MEANINGS[measure]} Logarithmic error scale. Averages: micro (equals accuracy), macro (equal weight"
        " for each digit) and weighted (by support)."
    )


def _show_report(report: pd.DataFrame) -> None:
    """Show the report of one classifier: one row per digit and average."""
    st.dataframe(
        report[[*MEASURES, "support"]].assign(**{name: 100 * report[name] for name in MEASURES}).rename_axis("of"),
        column_config={
            "of": st.column_config.TextColumn("Digit", width=70),
            **{name: _number(f"{title} (%)", format="%.2f") for name, title in MEASURES.items()},
            "support": _number("Support", format="localized", help="Test digits of this class."),
        },
        height="content",
        alt="Classification report: each digit and the averages",
    )


def _show_measure(shares: pd.DataFrame, *, support: pd.Series) -> None:
    """Show one measure of several classifiers: one row per classifier."""
    helps = {str(digit): f"{formatting.digits(int(count))} in the test set." for digit, count in support.items()}
    st.dataframe(
        (100 * shares.T).rename_axis("classifier"),
        column_config={
            "classifier": "Classifier (%)",
            **{name: _number(name, format="%.2f", help=helps.get(name)) for name in shares.index},
        },
        height="content",
        alt="One measure of several classifiers: each digit and the averages",
    )
