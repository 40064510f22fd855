"""ROC and precision-recall curves."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from mnist_core import cached
from mnist_core.base.digits import N_CLASSES
from mnist_core.cached import reliability
from mnist_core.evaluation.curves import AVERAGES, Curve, Kind
from mnist_core.figures.curves import AREAS, classifier_curves_figure, curve_name, curves_frame, digit_curves_figure
from pages.sections.reliability.common import choose_axes, file_name, label_colours
from pages.widgets import charts, view

CURVES = (*AVERAGES, *map(str, range(N_CLASSES)))


def show_roc(results: cached.Results, names: Sequence[str]) -> None:
    """Show ROC curves and the areas under them."""
    _show_curves(results, names, "roc")
    st.caption(
        "One-vs-rest: true against false positive rate as the threshold on the digit's probability decreases. Micro"
        " average: all ten decisions per image pooled; macro average: mean of the digits' curves. AUC: 1 is perfect,"
        " 0.5 is chance."
    )


def show_pr(results: cached.Results, names: Sequence[str]) -> None:
    """Show precision-recall curves and their average precisions."""
    _show_curves(results, names, "pr")
    st.caption(
        "One-vs-rest: precision against recall as the threshold on the digit's probability decreases. AP (average"
        " precision) is the mean of the precisions weighted by the increase in recall, without interpolation: 1 is"
        " perfect."
    )


def _show_curves(results: cached.Results, names: Sequence[str], kind: Kind) -> None:
    curves = {results.labels[name]: reliability.class_curves(results, name, kind) for name in names}
    label, first = next(iter(curves.items()))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        options = [name for name in CURVES if name in first]
        curve = st.selectbox(
            "Curve", options, format_func=_curve_title, width=180, **view.bind("curve", options, "macro")
        )
        zoomed = choose_axes()
    left, right = st.columns([5, 3], gap="large") if len(names) == 1 else (st.container(), st.container())
    with left:
        if len(names) == 1:
            colour = label_colours(results, names)[label]
            figure = digit_curves_figure(first, highlight=curve, colour=colour, log_scale=zoomed)
            drawn = curves
        else:
            drawn = {other: {curve: named[curve]} for other, named in curves.items()}
            figure = classifier_curves_figure(
                {other: named[curve] for other, named in curves.items()},
                label_colours(results, names),
                log_scale=zoomed,
            )
        title = {"roc": "ROC curves", "pr": "Precision-recall curves"}[kind]
        charts.show(
            figure,
            lambda: curves_frame(drawn),
            name=file_name(results, names, kind),
            alt=f"{title} of {', '.join(curves)}",
        )
    with right:
        _show_areas(curves, AREAS[kind])


def _show_areas(curves: Mapping[str, Mapping[str, Curve]], area: str) -> None:
    """Show the areas under curves: one row per curve, or one row per classifier if there are several."""
    # An area below 1 is never shown as 1.
    areas = {
        label: {name: curve.area if curve.area == 1 else min(curve.area, 0.99999) for name, curve in named.items()}
        for label, named in curves.items()
    }
    frame = pd.DataFrame(areas)
    if len(areas) == 1:
        frame, header = frame.rename(index=_curve_title).rename_axis("curve"), "Curve"
        titles = dict.fromkeys(areas, area)
    else:
        frame, header = frame.T.rename_axis("classifier"), area
        titles = {name: name.capitalize() for name in frame}
    columns = {name: st.column_config.NumberColumn(title, format="%.5f") for name, title in titles.items()}
    columns |= {frame.index.name: st.column_config.TextColumn(header)}
    st.dataframe(frame, column_config=columns, height="content", alt=f"{area} of each digit and the averages")


def _curve_title(name: str) -> str:
    return curve_name(name).capitalize()
