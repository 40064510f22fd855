"""Log of test-set evaluations, and why their number matters."""

import streamlit as st

from mnist_core import cached
from mnist_core.cached import test_evaluations
from mnist_core.classifiers.registry import base_of
from pages.widgets import charts, formatting, metric_row
from pages.widgets.metric_row import Metric

_number, _text, _time = (
    st.column_config.NumberColumn,
    st.column_config.TextColumn,
    st.column_config.DatetimeColumn,
)
NEWEST = 200
"""Rows of the log that are shown. The CSV file has all."""


def show(results: cached.Results, classifier: str) -> None:
    """Show the test-set evaluations of a dataset: totals, by classifier, and the log, latest first."""
    log, counts = test_evaluations.log(results.dataset), test_evaluations.by_classifier(results.dataset)
    st.markdown(
        "The more hyperparameters are evaluated on the test set, the more the best test accuracy is biased upwards. "
        "Select hyperparameters by validation accuracy or cross-validation, and evaluate on the test set last."
    )
    if log.empty:
        st.info("No test-set evaluation of this dataset is logged yet. Every training adds one.")
        return
    rows = counts[counts["classifier"] == base_of(classifier)]
    selected = rows.iloc[0] if len(rows) else None
    label = results.label(base_of(classifier))
    metric_row.show(
        (
            Metric(
                "Test-set evaluations",
                f"{len(log):,}",
                "How often a trained model was evaluated on the test set. There is no limit.",
                "all classifiers",
            ),
            Metric(
                f"Evaluations of {label}",
                f"{0 if selected is None else selected['evaluations']:,}",
                "Including those of its custom runs.",
                None if selected is None else f"last on {selected['last'][:10]}",
            ),
            Metric(
                f"Hyperparameter sets of {label}",
                f"{0 if selected is None else selected['hyperparameter_sets']:,}",
                "Number of different sets that were evaluated. Ideally, it is 1.",
                "different ones",
            ),
        )
    )
    st.subheader("By classifier")
    st.dataframe(
        counts.assign(
            classifier=[_label(results, name) for name in counts["classifier"]],
            best=100 * counts["best"],
            last=formatting.times(counts["last"]),
        ),
        column_config={
            "classifier": _text("Classifier", pinned=True, help="Includes its custom runs."),
            "evaluations": _number("Evaluations", format="localized"),
            "run": _number("Runs", help="Stored runs, custom runs included."),
            "seed": _number("Other seeds", help="Same hyperparameters with another seed."),
            "learning curve": _number("Learning curve", help="Same hyperparameters on fewer digits."),
            "benchmark": _number("Benchmarks", help="Measurements of training time."),
            "claim": _number("Claims", help="Hyperparameters behind published results."),
            "hyperparameter_sets": _number("Hyperparameter sets", help="Number of different sets of hyperparameters."),
            "best": _number("Best (%)", format="%.2f", help="Highest test accuracy of these evaluations."),
            "last": _time("Last (UTC)", format="YYYY-MM-DD HH:mm"),
        },
        hide_index=True,
        alt="Test-set evaluations by classifier",
    )
    st.subheader("Log")
    shown = log.head(NEWEST)
    names = [_label(results, name) for name in shown["classifier"]]
    st.dataframe(
        shown.assign(
            created=formatting.times(shown["created"]), classifier=names, test_accuracy=100 * shown["test_accuracy"]
        ),
        column_config={
            "created": _time("Time (UTC)", format="YYYY-MM-DD HH:mm"),
            "classifier": _text("Classifier"),
            "purpose": _text(
                "Purpose", help="A run, another seed, a point of the learning curve, a benchmark, or a claim."
            ),
            "seed": "Seed",
            "n_train": _number("Training digits", format="localized"),
            "hyperparameters": _text("Hyperparameters", help="Digest: equal hyperparameters have equal digests."),
            "test_accuracy": _number("Test (%)", format="%.2f"),
        },
        hide_index=True,
        alt="Test-set evaluations, latest first",
    )
    if len(log) > NEWEST:
        st.caption(f"The latest {NEWEST} of {len(log):,}. The CSV file has all.")
    charts.offer_csv(lambda: log, name=f"{results.dataset}-test-set-evaluations", help="The whole log.")


def _label(results: cached.Results, name: str) -> str:
    """Return the display name of a classifier, or its name if it does not exist any more."""
    return results.label(name) if name in results.names else name
