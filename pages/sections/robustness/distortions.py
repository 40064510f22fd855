"""What distorted digits do to the classifiers: in four numbers, as curves, as a heat map, and on other digits."""

from typing import Any

import numpy as np
import streamlit as st

from mnist_core import cached
from mnist_core.cached import robustness
from mnist_core.cached.robustness import Robustness
from mnist_core.datasets import get_dataset_spec
from mnist_core.evaluation.robustness import ALL, accuracies_at, changed_answers
from mnist_core.figures import robustness as figures
from mnist_core.images.transforms import TRANSFORMS, Transform
from pages.widgets import charts, formatting, metric_row, theme, view
from pages.widgets.metric_row import Metric

MEASURES: dict[figures.Measure, str] = {
    "mean": "Mean accuracy",
    "severity": "At this severity",
    "error": "Corruption error",
}


def say_how_to_measure(results: cached.Results, classifier: str, *, others: bool) -> None:
    """In place of the answers of a classifier that was not measured yet: the command that does it."""
    nobody = "No classifier has been run on distorted digits yet. It trains nothing and takes minutes."
    who = f"{results.labels[classifier]} has not been run on distorted digits yet."
    st.info(f"{who if others else nobody} In a terminal:")
    asked = classifier if others else "--all"
    st.code(f"python -m mnist_core robustness {asked} --dataset {results.dataset}", language="bash")


def show_metrics(
    results: cached.Results,
    measured: Robustness,
    classifier: str,
    transform: Transform,
    severity: int,
    said: np.ndarray,
) -> None:
    """A classifier's accuracy as digits are and distorted, what is worst for it, and how many answers change.

    Parameters
    ----------
    said : uint8 ndarray of shape (6, n)
        Its answers, as of `cached.robustness.answers`.
    """
    record, means = results[classifier].record, measured.means.loc[classifier]
    worst = means.drop(ALL).idxmin()
    lost = len(changed_answers(results.y_true, said[0], said[severity]))
    right = int((said[0] == results.y_true).sum())
    metric_row.show(
        (
            Metric(
                "Clean accuracy",
                formatting.percent(record.test_accuracy),
                "Of the test digits as they are. Below: the 95 % interval (Wilson).",
                formatting.interval(record.test_accuracy, record.n_test),
            ),
            Metric(
                "Distorted accuracy",
                formatting.percent(means[ALL]),
                f"Mean over {len(TRANSFORMS)} transforms and five severities, which are all of the same digits. Below: "
                "the 95 % interval (Wilson) of one measurement on so many digits.",
                formatting.interval(means[ALL], record.n_test),
            ),
            Metric(
                "Worst transform",
                TRANSFORMS[worst].label,
                "Of the lowest accuracy, as a mean over its five severities.",
                formatting.percent(means[worst]),
            ),
            Metric(
                "Flipped digits",
                f"{lost:,}",
                f"Read correctly as they are and wrong at the chosen severity: {transform.axis} "
                f"{transform.severities[severity - 1]:g}.",
                f"{100 * lost / max(right, 1):.1f} % of {right:,}",
            ),
        )
    )


def show_curves(
    results: cached.Results, measured: Robustness, classifier: str, transform: Transform, severity: int
) -> None:
    """Accuracy against the severity of one transform; a click on a point chooses its classifier and severity."""
    st.subheader("From mild to severe")
    compared = st.multiselect(
        "Compare with",
        measured.names,
        format_func=results.labels.__getitem__,
        placeholder="All classifiers",
        **view.bind_several("compare", measured.names),
    )
    table = measured.table
    shown = {classifier, *(compared or measured.names)}
    rows = table[(table["transform"] == transform.name) & table["name"].isin(shown)]
    charts.show(
        figures.severity_figure(
            rows,
            theme.classifier_colours(measured.names),
            chosen=classifier,
            severity=severity,
            axis=transform.axis,
            accent=theme.accent(),
        ),
        lambda: figures.severity_frame(rows, transform.unit),
        name=f"{results.dataset}-{transform.name}",
        alt=f"Accuracy against {transform.axis}",
        key="curves",
        on_select=_choose_point,
        selection_mode="points",
    )
    st.caption(
        f"Bars are 95 % intervals (Wilson, {len(results.y_true):,} digits). The dotted line is the chosen severity. "
        "Click a point to choose its classifier and severity."
    )


def show_heat_map(
    results: cached.Results, measured: Robustness, classifier: str, transform: Transform, severity: int
) -> None:
    """Every classifier against every transform; a click on a cell chooses both."""
    st.subheader("All transforms")
    measure = st.segmented_control(
        "Show of all transforms",
        list(MEASURES),
        format_func=MEASURES.__getitem__,
        required=True,
        label_visibility="collapsed",
        **view.bind("measure", list(MEASURES), "mean"),
    )
    baseline = results.labels[measured.baseline]
    values, about = {
        "mean": (measured.means, "Mean accuracy in percent over the five severities."),
        "severity": (accuracies_at(measured.table, severity), f"Accuracy in percent at severity {severity} of 5."),
        "error": (
            measured.errors,
            f"Errors over the five severities in percent of those of {baseline}; mCE is their mean (Hendrycks and "
            "Dietterich 2019). Blue: fewer errors, red: more.",
        ),
    }[measure]
    charts.show(
        figures.heat_figure(
            values,
            results.labels,
            {name: each.label for name, each in TRANSFORMS.items()},
            measure=measure,
            selected=(classifier, transform.name),
            accent=theme.accent(),
            inks=theme.inks(),
            diverging=theme.diverging(),
        ),
        lambda: figures.heat_frame(values, measure),
        name=f"{results.dataset}-transforms-{measure}",
        alt="Every classifier under every transform; choose a cell to see its digits",
        key="heat map",
        on_select=_choose_cell,
        selection_mode="points",
    )
    strength = "" if measure == "error" else " The stronger the colour, the more errors."
    st.caption(f"{about}{strength} Click a cell to choose its classifier and transform.")


def show_domain(results: cached.Results) -> None:
    """The accuracy on another dataset's digits beside that on the test split; nothing where nothing was measured."""
    table = robustness.domain_table(results)
    if table.empty:
        return
    spec = get_dataset_spec(robustness.DOMAIN)
    st.subheader("Digits from elsewhere")
    shown: dict[str, Any] = {"label": table["label"]}
    columns: dict[str, Any] = {"label": st.column_config.TextColumn("Classifier", pinned=True)}
    for what, title in (("test", "Test split (%)"), ("other", "UCI digits (%)")):
        shown[what] = 100 * table[what]
        pairs = zip(table[what], table[f"{what}_digits"], strict=True)
        shown[f"{what} interval"] = [formatting.interval(accuracy, digits) for accuracy, digits in pairs]
        columns[what] = st.column_config.NumberColumn(title, format="%.2f")
        columns[f"{what} interval"] = st.column_config.TextColumn(
            "95 % interval", alignment="right", help="Wilson's method."
        )
    st.dataframe(
        shown,
        column_config=columns,
        hide_index=True,
        height="content",
        alt="Accuracy on the test split and on the UCI digits",
    )
    st.caption(
        f"The same models on all {spec.n_train + spec.n_test:,} UCI digits: other people wrote them, and they were "
        "kept as 8 × 8 pixels. None of these models was trained on any."
    )
    charts.offer_csv(
        lambda: table, name=f"{results.dataset}-on-{robustness.DOMAIN}", help="The table's data; accuracies as shares."
    )


def _choose_point() -> None:
    """Put the classifier and the severity of the clicked point into the URL."""
    if points := st.session_state["curves"].selection.points:
        name, severity = points[0]["customdata"]
        # Digits as they are have no severity: the chosen one stays.
        view.put(model=name, page=None, sample=None, **({"severity": severity} if severity else {}))


def _choose_cell() -> None:
    """Put the classifier and the transform of the clicked cell into the URL."""
    if points := st.session_state["heat map"].selection.points:
        name, transform = points[0]["customdata"]
        view.put(model=name, page=None, sample=None, **({} if transform == ALL else {"transform": transform}))
