"""Classes of a dataset: number of digits, distributions of their measures, mean images and pixel variances."""

import numpy as np
import pandas as pd
import streamlit as st

from mnist_core.base.digits import N_CLASSES
from mnist_core.cached import data
from mnist_core.datasets import SplitName
from mnist_core.datasets.spec import DatasetSpec
from mnist_core.evaluation.shapes import Measure, Shapes, compare_with_class, moments_table
from mnist_core.figures import data as figures
from pages.widgets import charts, digit_tiles, formatting, metric_row, theme, view
from pages.widgets.digit_tiles import SplitKey
from pages.widgets.metric_row import Metric


def show_metrics(spec: DatasetSpec, split: SplitName, balance: pd.DataFrame, shapes: Shapes | None) -> None:
    """Show the size of a split, its smallest and largest class, and its median stroke width.

    `balance` is the table of `class_balance`. `shapes` is None until the digits are measured.
    """
    n = spec.n_test if split == "test" else spec.n_train
    by_size = list(balance[balance["split"] == split].sort_values("digits").itertuples())
    extremes = {"Smallest class": by_size[:1], "Largest class": by_size[-1:]}
    ink, width = figures.SCALES["ink"], figures.SCALES["thickness"]
    metric_row.show(
        (
            Metric(
                "Digits", f"{n:,}", "Digits in the selected split.", f"of {spec.n_train + spec.n_test:,} in both splits"
            ),
            *(
                Metric(
                    name,
                    str(row[0].digit) if row else "–",
                    "With balanced classes, each has 10 % of the split.",
                    f"{formatting.percent(row[0].share)}, {formatting.digits(row[0].digits)}"
                    if row
                    else "not loaded yet",
                )
                for name, row in extremes.items()
            ),
            Metric(
                "Stroke width",
                width.text(float(np.median(shapes.thickness))) if shapes else "–",
                "Median over the split. A digit's stroke width is computed from its ink and the length of its outline.",
                f"{ink.text(float(np.median(shapes.ink)))} of the image is ink" if shapes else "not measured yet",
            ),
        )
    )


def show_balance(dataset: str, balance: pd.DataFrame, selected: int | None) -> None:
    """Show how many digits each class has in each split. A click on a bar selects the class."""
    known = balance["split"].unique()
    colours = {split: colour for split, colour in theme.split_colours().items() if split in known}
    charts.show(
        figures.balance_figure(balance, colours=colours, selected=selected, accent=theme.accent()),
        lambda: figures.balance_frame(balance),
        name=f"{dataset}-class-balance",
        alt="Digits of each class in each split",
        key="balance",
        on_select=lambda: _select_clicked("balance", selected),
        selection_mode="points",
    )


def show_distribution(
    split: SplitKey, measure: Measure, shapes: Shapes, labels: np.ndarray, selected: int | None
) -> None:
    """Show the distribution of a measure in each class. A click on a ridge selects the class."""
    densities, quartiles = data.distribution(*split, measure, shapes, labels)
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
        name=f"{'-'.join(split)}-{measure}",
        alt=f"Distribution of {figures.SCALES[measure].name} in each class",
        key="distribution",
        on_select=lambda: _select_clicked("distribution", selected),
        selection_mode="points",
    )


def show_mean_and_variance(split: SplitKey, shapes: Shapes | None, selected: int | None) -> None:
    """Show the mean image and the pixel variance of each class. A click on an image selects the class.

    Without `shapes`, while the digits are measured, the space of the images is reserved.
    """
    mean, variance = (None, None) if shapes is None else data.class_sheets(*split, shapes)
    _show_tiles(mean, name="Mean", selected=selected)
    _show_tiles(variance, name="Variance", selected=selected)
    st.caption(
        "Top: mean image of each class. Bottom: variance of each pixel, with ink where digits of a class differ most."
    )
    name = f"{'-'.join(split)}-mean-and-variance"
    charts.offer_csv(
        None if shapes is None else lambda: moments_table(shapes),
        name=name,
        help="Mean and variance of each pixel, by class.",
    )


def show_details(shapes: Shapes, labels: np.ndarray, index: int) -> None:
    """Show a digit's measures, the medians of its class, and its percentile within the class."""
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
                format="%.1f", help="Percentage of the digits of its class with a lower value."
            ),
        },
        hide_index=True,
        alt=f"Measures of digit {index} and the medians of its class",
    )
    st.caption(
        f"Compared with all digits of class {labels[index]} in the split. A positive slant leans right. Oddness is the"
        " Mahalanobis distance from the class mean, in standard deviations."
    )


def _show_tiles(sheet: bytes | None, *, name: str, selected: int | None) -> None:
    """Show one image per class in a row, with `name` in the captions. A click puts the class into the URL.

    `sheet` is a PNG with the ten images, or None if it follows later.
    """
    key = f"classes {name}"
    tiles = [
        {
            "index": digit,
            "caption": [name, str(digit)],
            "alt": f"{name} of class {digit}. Select it.",
            "selected": digit == selected,
        }
        for digit in range(N_CLASSES)
    ]
    digit_tiles.show_tiles(
        sheet,
        tiles,
        size=56,
        columns=N_CLASSES,
        loading=sheet is None,
        key=key,
        on_clicked_change=lambda: view.put(true=st.session_state[key].clicked, page=None, sample=None),
    )


def _select_clicked(chart: str, selected: int | None) -> None:
    """Put the class that was clicked in a chart into the URL, or remove it if it is already selected."""
    if points := st.session_state[chart].selection.points:
        clicked = points[0]["customdata"]
        view.put(true=None if clicked == selected else clicked, page=None, sample=None)
