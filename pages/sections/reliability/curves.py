"""ROC and precision-recall curves."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from mnist_core import cached
from mnist_core.cached import reliability
from mnist_core.evaluation.confusion import N_CLASSES
from mnist_core.evaluation.curves import AVERAGES, Curve, Kind
from mnist_core.figures.curves import AREAS, curve_name, curves_frame, digits_figure, overlay_figure
from pages.sections.reliability.common import SPACING, choose_axes, file_name, label_colours
from pages.widgets import charts, view

CURVES = (*AVERAGES, *map(str, range(N_CLASSES)))


def show_roc(results: cached.Results, names: Sequence[str]) -> None:
    """ROC curves and the areas under them."""
    _show_curves(results, names, "roc")
    st.caption(
        "Each digit against all others: how many of its images are found as the threshold on its probability falls,"
        " and how many others pass for it. Micro pools all ten decisions about an image; macro is the mean of the"
        f" digits' curves. AUC: 1 is perfect, 0.5 is guessing. {SPACING}"
    )


def show_pr(results: cached.Results, names: Sequence[str]) -> None:
    """Precision-recall curves and their average precisions."""
    _show_curves(results, names, "pr")
    st.caption(
        "Each digit against all others: how many of its images are found as the threshold on its probability falls,"
        " and how many of those that pass are right. AP, the average precision, weights each precision by the recall"
        f" that it adds, without interpolation: 1 is perfect. {SPACING}"
    )


def _show_curves(results: cached.Results, names: Sequence[str], kind: Kind) -> None:
    curves = {results.labels[name]: reliability.class_curves(results, name, kind) for name in names}
    label, own = next(iter(curves.items()))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        options = [name for name in CURVES if name in own]
        curve = st.selectbox(
            "Curve", options, format_func=_curve_title, width=180, **view.bind("curve", options, "macro")
        )
        zoomed = choose_axes()
    left, right = st.columns([5, 3], gap="large") if len(names) == 1 else (st.container(), st.container())
    with left:
        if len(names) == 1:
            colour = label_colours(results, names)[label]
            figure = digits_figure(own, chosen=curve, colour=colour, zoomed=zoomed)
            drawn = curves
        else:
            drawn = {other: {curve: named[curve]} for other, named in curves.items()}
            figure = overlay_figure(
                {other: named[curve] for other, named in curves.items()}, label_colours(results, names), zoomed=zoomed
            )
        what = {"roc": "ROC curves", "pr": "Precision-recall curves"}[kind]
        charts.show(
            figure,
            lambda: curves_frame(drawn),
            name=file_name(results, names, kind),
            alt=f"{what} of {', '.join(curves)}",
        )
    with right:
        _show_areas(curves, AREAS[kind])


def _show_areas(curves: Mapping[str, Mapping[str, Curve]], area: str) -> None:
    """The areas under one classifier's curves, a row each, or of several classifiers, a row each."""
    # What is not all is never written as 1.
    areas = {
        label: {name: curve.area if curve.area == 1 else min(curve.area, 0.99999) for name, curve in named.items()}
        for label, named in curves.items()
    }
    frame = pd.DataFrame(areas)
    if len(areas) == 1:
        frame, first = frame.rename(index=_curve_title).rename_axis("curve"), "Curve"
        titles = dict.fromkeys(areas, area)
    else:
        frame, first = frame.T.rename_axis("classifier"), area
        titles = {name: name.capitalize() for name in frame}
    columns = {name: st.column_config.NumberColumn(title, format="%.5f") for name, title in titles.items()}
    columns |= {frame.index.name: st.column_config.TextColumn(first)}
    st.dataframe(frame, column_config=columns, height="content", alt=f"{area} of each digit and on average")


def _curve_title(name: str) -> str:
    return curve_name(name).capitalize()
