"""Charts of accuracy against severity, and of every classifier under every transform."""

import streamlit as st

from mnist_core import cached
from mnist_core.cached.robustness import Robustness
from mnist_core.evaluation.robustness import ALL, accuracies_at
from mnist_core.figures import robustness as figures
from mnist_core.images.transforms import TRANSFORMS, Transform
from pages.widgets import charts, theme, view

MEASURES: dict[figures.Measure, str] = {
    "mean": "Mean accuracy",
    "severity": "At this severity",
    "error": "Corruption error",
}


def show_curves(
    results: cached.Results, measured: Robustness, classifier: str, transform: Transform, severity: int
) -> None:
    """Show accuracy against the severity of one transform. A click on a point selects its classifier and severity.

    The query parameter `compare` holds the classifiers beside the selected one.
    """
    st.subheader("Accuracy by severity")
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
            highlight=classifier,
            severity=severity,
            axis=transform.axis,
            accent=theme.accent(),
        ),
        lambda: figures.severity_frame(rows, transform.unit),
        name=f"{results.dataset}-{transform.name}",
        alt=f"Accuracy against {transform.axis}",
        key="curves",
        on_select=_select_point,
        selection_mode="points",
    )
    st.caption(
        f"Bars: 95 % confidence intervals (Wilson, {len(results.y_true):,} digits). Dotted line: selected severity. "
        "Click a point to select its classifier and severity."
    )


def show_heat_map(
    results: cached.Results, measured: Robustness, classifier: str, transform: Transform, severity: int
) -> None:
    """Show a heat map of every classifier under every transform. A click on a cell selects both.

    The query parameter `measure` holds what the cells show.
    """
    st.subheader("All transforms")
    measure = st.segmented_control(
        "Measure",
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
            "Dietterich 2019). Blue: fewer errors than the baseline, red: more.",
        ),
    }[measure]
    charts.show(
        figures.heat_map_figure(
            values,
            results.labels,
            {name: each.label for name, each in TRANSFORMS.items()},
            measure=measure,
            selected=(classifier, transform.name),
            accent=theme.accent(),
            inks=theme.inks(),
            diverging=theme.diverging(),
        ),
        lambda: figures.heat_map_frame(values, measure),
        name=f"{results.dataset}-transforms-{measure}",
        alt="Every classifier under every transform; select a cell to see its digits",
        key="heat map",
        on_select=_select_cell,
        selection_mode="points",
    )
    strength = "" if measure == "error" else " Stronger color: more errors."
    st.caption(f"{about}{strength} Click a cell to select its classifier and transform.")


def _select_point() -> None:
    """Put the classifier and the severity of the clicked point into the URL."""
    if points := st.session_state["curves"].selection.points:
        name, severity = points[0]["customdata"]
        # A point of the original digits has no severity: the selected one stays.
        view.put(model=name, page=None, sample=None, **({"severity": severity} if severity else {}))


def _select_cell() -> None:
    """Put the classifier and the transform of the clicked cell into the URL."""
    if points := st.session_state["heat map"].selection.points:
        name, transform = points[0]["customdata"]
        view.put(model=name, page=None, sample=None, **({} if transform == ALL else {"transform": transform}))
