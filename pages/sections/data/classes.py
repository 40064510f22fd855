"""The classes of a dataset: how many digits each has, how these are written, and what they look like."""

import numpy as np
import pandas as pd
import streamlit as st

from mnist_core.cached import data
from mnist_core.datasets import SplitName
from mnist_core.datasets.spec import DatasetSpec
from mnist_core.evaluation.shapes import Measure, Shapes, compare_with_class, moments_table
from mnist_core.figures import data as figures
from mnist_core.figures.confusion import PLURALS
from pages.widgets import charts, formatting, gallery, metric_row, theme, view
from pages.widgets.metric_row import Metric


def show_metrics(spec: DatasetSpec, split: SplitName, balance: pd.DataFrame, shapes: Shapes | None) -> None:
    """The size of a split, its smallest and largest class, and how its digits are written."""
    n = spec.n_test if split == "test" else spec.n_train
    by_size = list(balance[balance["split"] == split].sort_values("digits").itertuples())
    ends = {"Smallest class": by_size[:1], "Largest class": by_size[-1:]}
    ink, width = figures.SCALES["ink"], figures.SCALES["thickness"]
    metric_row.show(
        (
            Metric("Digits", f"{n:,}", "In the chosen split.", f"of {spec.n_train + spec.n_test:,} in both splits"),
            *(
                Metric(
                    name,
                    str(row[0].digit) if row else "–",
                    "Each of ten equal classes would hold 10 % of the split.",
                    f"{formatting.percent(row[0].share)}, {formatting.digits(row[0].digits)}"
                    if row
                    else "not known yet",
                )
                for name, row in ends.items()
            ),
            Metric(
                "Stroke width",
                width.text(float(np.median(shapes.thickness))) if shapes else "–",
                "Median, from each digit's ink and the length of its outline.",
                f"{ink.text(float(np.median(shapes.ink)))} of an image is ink" if shapes else "not measured yet",
            ),
        )
    )


def show_balance(dataset: str, balance: pd.DataFrame, selected: int | None) -> None:
    """How many digits of each class the splits have; a click on a bar chooses the class."""
    known = balance["split"].unique()
    colours = {split: colour for split, colour in theme.split_colours().items() if split in known}
    charts.show(
        figures.balance_figure(balance, colours=colours, selected=selected, accent=theme.accent()),
        lambda: figures.balance_frame(balance),
        name=f"{dataset}-class-balance",
        alt="Digits of each class in each split",
        key="balance",
        on_select=lambda: _choose_clicked("balance", selected),
        selection_mode="points",
    )


def show_distribution(
    place: gallery.Place, measure: Measure, shapes: Shapes, labels: np.ndarray, selected: int | None
) -> None:
    """How a measure is distributed in each class; a click on a ridge chooses the class."""
    densities, quartiles = data.distribution(*place, measure, shapes, labels)
    charts.show(
        figures.distribution_figure(
            densities,
            quartiles,
            measure,
            colour=theme.split_colours()["test"],
            inks=theme.inks(),
            selected=selected,
            accent=theme.accent(),
        ),
        lambda: figures.distribution_frame(densities, measure),
        name=f"{'-'.join(place)}-{measure}",
        alt=f"Distribution of {figures.SCALES[measure].name} in each class",
        key="distribution",
        on_select=lambda: _choose_clicked("distribution", selected),
        selection_mode="points",
    )


def show_pictures(place: gallery.Place, shapes: Shapes, selected: int | None) -> None:
    """Each class's mean digit and the variance of its pixels, and their numbers as CSV; a click chooses the class."""
    mean, variance = data.class_sheets(*place, shapes)
    gallery.show_classes(mean, name="Mean", selected=selected)
    gallery.show_classes(variance, name="Variance", selected=selected)
    st.caption("Above each class's mean digit, below the variance of its pixels: ink where its digits differ most.")
    name = f"{'-'.join(place)}-mean-and-variance"
    charts.offer_csv(lambda: moments_table(shapes), name=name, help="Mean and variance of each class's pixels.")


def show_details(shapes: Shapes, labels: np.ndarray, index: int) -> None:
    """A digit's measures beside its class's medians, and where it stands among its class."""
    table = compare_with_class(shapes, labels, index)
    scales = [figures.SCALES[measure] for measure in table["measure"]]
    right = st.column_config.TextColumn(alignment="right")
    st.dataframe(
        {
            "Measure": [scale.name.capitalize() for scale in scales],
            "This digit": [scale.text(value) for scale, value in zip(scales, table["value"], strict=True)],
            "Class median": [scale.text(value) for scale, value in zip(scales, table["class_median"], strict=True)],
            "Percentile": 100 * table["below"],
        },
        column_config={
            "This digit": right,
            "Class median": right,
            "Percentile": st.column_config.NumberColumn(
                format="%.1f", help="Share of the digits of its class that have less of it."
            ),
        },
        hide_index=True,
        alt=f"Measures of digit {index} and the medians of its class",
    )
    st.caption(
        f"Beside all {PLURALS[labels[index]]} of the split. A positive slant leans right. Oddness is the distance from"
        " the mean of the class in standard deviations (Mahalanobis)."
    )


def _choose_clicked(chart: str, selected: int | None) -> None:
    """Put the class that was clicked in a chart into the URL, or take it out again if it is there."""
    if points := st.session_state[chart].selection.points:
        clicked = points[0]["customdata"]
        view.put(true=None if clicked == selected else clicked, page=None, sample=None)
