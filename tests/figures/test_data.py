"""Class balance and distributions: lengths, hover texts, clicks, and the units of the CSV data."""

import numpy as np
import pandas as pd
import pytest

from mnist_core.evaluation.distributions import class_densities, class_quartiles
from mnist_core.evaluation.samples import class_balance
from mnist_core.evaluation.shapes import MEASURES
from mnist_core.figures.data import SCALES, balance_figure, balance_frame, distribution_figure, distribution_frame

COLOURS = {"train": "#B0C6E2", "test": "#2456A6"}
INKS = ("black", "white")


@pytest.fixture
def balance():
    return class_balance({"train": np.repeat(np.arange(10), range(10, 20)), "test": np.arange(10)})


@pytest.fixture
def slants():
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(10), 200)
    values = rng.normal(labels, 5)
    return class_densities(values, labels), class_quartiles(values, labels)


def draw(slants, measure="slant", **options):
    return distribution_figure(*slants, measure, colour="#2456A6", inks=INKS, accent="#C8553D", **options)


def test_a_bar_shows_the_share_and_the_count_and_its_customdata_is_the_class(balance):
    train, test = balance_figure(balance, colours=COLOURS, accent="red").data
    assert (train.name, test.name) == ("training", "test")
    assert train.x[9] == pytest.approx(100 * 19 / 145)
    assert (train.text[9], test.text[9]) == ("19", "1")
    assert list(train.customdata) == list(train.y) == list(range(10))


def test_the_hover_text_of_a_bar_has_class_split_count_and_share(balance):
    train, test = balance_figure(balance, colours=COLOURS, accent="red").data
    assert train.hovertext[9] == "nines, training split: 19 digits<br>13.10 % of the split"
    assert test.hovertext[0] == "zeros, test split: 1 digit<br>10.00 % of the split"


def test_a_single_split_has_no_legend(balance):
    assert balance_figure(balance, colours=COLOURS, accent="red").layout.showlegend
    single = balance[balance["split"] == "test"]
    figure = balance_figure(single, colours={"test": "blue"}, accent="red")
    assert len(figure.data) == 1
    assert not figure.layout.showlegend


def test_the_selected_class_has_outlined_bars_and_a_ridge_in_the_accent_color(balance, slants):
    (outline,) = balance_figure(balance, colours=COLOURS, selected=3, accent="#C8553D").layout.shapes
    assert outline.y0 < 3 < outline.y1
    assert outline.line.color == "#C8553D"
    figure = draw(slants, selected=3)
    ridges = [trace for trace in figure.data if trace.fill]
    assert [trace.line.color == "#C8553D" for trace in ridges] == [digit == 3 for digit in range(10)]
    assert not balance_figure(balance, colours=COLOURS, accent="red").layout.shapes


def test_both_figures_have_the_same_class_axis_and_height(balance, slants):
    one, other = balance_figure(balance, colours=COLOURS, accent="red"), draw(slants)
    assert one.layout.yaxis.range == other.layout.yaxis.range
    assert one.layout.height == other.layout.height


def test_every_ridge_starts_at_its_class_and_fits_into_the_axis(slants):
    figure = draw(slants)
    top = min(figure.layout.yaxis.range)
    for digit, ridge in enumerate(trace for trace in figure.data if trace.fill):
        assert max(ridge.y) <= digit
        assert min(ridge.y) > top
        peak = slants[0].query("digit == @digit").set_index("value")["density"].idxmax()
        assert ridge.x[int(np.argmin(ridge.y))] == pytest.approx(peak)


def test_every_ridge_has_selectable_markers_with_its_median_and_quartiles(slants):
    markers = draw(slants).data[-1]
    assert set(markers.customdata) == set(range(10))
    for digit, y in zip(markers.customdata, markers.y, strict=True):
        assert digit - 1 < y < digit
    row = slants[1].iloc[9]
    text = SCALES["slant"].text
    hover = f"nines: median {text(row['median'])}<br>quartiles {text(row['low'])} to {text(row['high'])}"
    assert hover in markers.hovertext


def test_the_payload_of_a_distribution_does_not_grow_with_the_number_of_digits():
    rng = np.random.default_rng(0)
    labels, values = rng.integers(0, 10, 60_000), rng.random(60_000)
    figure = draw((class_densities(values, labels), class_quartiles(values, labels)), "ink")
    assert len(figure.to_json()) < 60_000


@pytest.mark.parametrize(
    ("measure", "value", "text"),
    [
        ("ink", 0.1234, "12.3 %"),
        ("slant", -4.25, "−4.2°"),
        ("slant", -0.01, "0.0°"),
        ("thickness", 2.914, "2.91 px"),
        ("oddness", 9.25, "9.2"),
    ],
)
def test_a_measure_has_its_unit(measure, value, text):
    assert SCALES[measure].text(value) == text


def test_every_measure_has_a_scale():
    assert set(SCALES) == set(MEASURES)


def test_the_columns_of_the_frames_name_their_units(balance, slants):
    frame = balance_frame(balance)
    assert frame.columns.tolist() == ["split", "digit", "digits", "share_percent"]
    assert frame["share_percent"].iloc[9] == pytest.approx(100 * 19 / 145)
    ink = pd.DataFrame({"digit": [1], "value": [0.25], "density": [4.0]})
    frame = distribution_frame(ink, "ink")
    assert frame.columns.tolist() == ["digit", "ink_percent", "density"]
    assert frame.iloc[0].tolist() == [1, 25, 0.04]


@pytest.mark.parametrize(("measure", "title"), [("ink", "Ink (%)"), ("thickness", "Stroke width (px)")])
def test_the_axis_of_a_distribution_has_the_measure_and_its_unit(slants, measure, title):
    assert draw(slants, measure).layout.xaxis.title.text == title
