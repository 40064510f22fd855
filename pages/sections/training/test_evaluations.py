"""How often the test split was scored, and why that matters."""

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
"""Lines of the log that are shown; the CSV has all."""


def show(results: cached.Results, classifier: str) -> None:
    """The readings of a dataset's test split: by classifier, and one by one, the newest first."""
    log, counts = test_evaluations.log(results.dataset), test_evaluations.by_classifier(results.dataset)
    st.markdown(
        "Each look at the test split is a chance to choose what happens to do well on just these digits. Nothing "
        "forbids looking, but the more settings were scored, the more of the best one's accuracy is luck: choose by "
        "the held-out digits or by cross-validation, and read the test split last."
    )
    if log.empty:
        st.info("No reading is on record for this dataset yet: every training from now on adds one.")
        return
    own = counts[counts["classifier"] == base_of(classifier)]
    mine = own.iloc[0] if len(own) else None
    label = results.label(base_of(classifier))
    metric_row.show(
        (
            Metric("Readings", f"{len(log):,}", "Trainings that were scored on the test split.", "of all classifiers"),
            Metric(
                f"Readings of {label}",
                f"{0 if mine is None else mine['readings']:,}",
                "Its own and those of runs of your own that are a change of it.",
                None if mine is None else f"the last on {mine['last'][:10]}",
            ),
            Metric(
                f"Settings of {label}",
                f"{0 if mine is None else mine['recipes']:,}",
                "Different hyperparameters that were scored. One is as it should be.",
                "different hyperparameters",
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
            "classifier": _text("Classifier", pinned=True, help="Runs of your own count for it."),
            "readings": _number("Readings", format="localized"),
            "run": _number("Runs", help="Trainings on what a run is trained on, stored as a run."),
            "seed": _number("Other seeds", help="The same recipe with another seed."),
            "learning curve": _number("Learning curve", help="The same recipe on fewer digits."),
            "benchmark": _number("Benchmarks", help="Trainings against time."),
            "claim": _number("Claims", help="Recipes behind published figures."),
            "recipes": _number("Settings", help="Different hyperparameters."),
            "best": _number("Best seen (%)", format="%.2f", help="The highest test accuracy among them."),
            "last": _time("Last (UTC)", format="YYYY-MM-DD HH:mm"),
        },
        hide_index=True,
        alt="Readings of the test split by classifier",
    )
    st.subheader("One by one")
    shown = log.head(NEWEST)
    names = [_label(results, name) for name in shown["classifier"]]
    st.dataframe(
        shown.assign(
            created=formatting.times(shown["created"]), classifier=names, test_accuracy=100 * shown["test_accuracy"]
        ),
        column_config={
            "created": _time("When (UTC)", format="YYYY-MM-DD HH:mm"),
            "classifier": _text("Classifier"),
            "purpose": _text(
                "Why", help="A run, another seed, a point of its learning curve, a benchmark, or a claim."
            ),
            "seed": "Seed",
            "n_train": _number("Training digits", format="localized"),
            "recipe": _text("Setting", help="Changes with the hyperparameters."),
            "test_accuracy": _number("Test (%)", format="%.2f"),
        },
        hide_index=True,
        alt="Every reading of the test split, the newest first",
    )
    if len(log) > NEWEST:
        st.caption(f"The newest {NEWEST} of {formatting.digits(len(log)).split()[0]}; the CSV has all.")
    charts.offer_csv(lambda: log, name=f"{results.dataset}-test-readings", help="The whole log.")


def _label(results: cached.Results, name: str) -> str:
    """What to call a classifier; its bare name if it is no more."""
    return results.label(name) if name in results.names else name
