"""The Data page."""

import shutil
import threading
import time

import numpy as np
import pytest

from mnist_core.base.errors import DatasetUnavailableError
from mnist_core.cached import background, data
from mnist_core.datasets import load_dataset
from mnist_core.datasets.spec import Dataset
from mnist_core.evaluation.samples import BY, ORDERS
from mnist_core.evaluation.shapes import measure_shapes
from pages.sections.data import digit_list
from tests.pages.conftest import galleries, texts


@pytest.fixture(scope="module")
def digits():
    return load_dataset("digits")


@pytest.fixture(scope="module")
def measured(digits):
    return measure_shapes(digits.test.images, digits.test.labels)


@pytest.fixture
def open_data(open_page):
    """Open the page and rerun it until all digits are measured."""

    def open_data(**view):
        app = open_page("data", **view)
        for _ in range(200):
            if "not measured yet" not in [metric.delta for metric in app.metric]:
                return app
            time.sleep(0.1)
            app.run()
        raise AssertionError("Expected the digits to be measured within 20 s.")

    return open_data


def listed(app):
    """Return the indices of the digits in the list of digits."""
    return [tile["index"] for tile in galleries(app)[2]]


def values(app):
    return {metric.label: metric.value for metric in app.metric}


@pytest.mark.parametrize("split", ["test", "train"])
def test_the_metrics_describe_the_selected_split(open_data, digits, split):
    selected = getattr(digits, split)
    counts = np.bincount(selected.labels)
    shown = values(open_data(split=split))
    assert shown["Digits"] == str(len(selected))
    assert counts[int(shown["Smallest class"])] == counts.min()
    assert counts[int(shown["Largest class"])] == counts.max()
    median = np.median(measure_shapes(selected.images, selected.labels).thickness)
    assert shown["Stroke width"] == f"{median:.2f} px"


def test_all_classes_have_a_mean_a_variance_and_random_digits(open_data, digits):
    app = open_data()
    means, variances, _ = galleries(app)
    assert len(app.get("plotly_chart")) == 2
    assert [tile["index"] for tile in means] == [tile["index"] for tile in variances] == list(range(10))
    assert digits.test.labels[listed(app)].tolist() == list(range(10)) * 4


def test_a_seed_in_the_link_restores_the_digits_and_a_button_draws_others(open_data):
    app = open_data(seed=5)
    first = listed(app)
    assert listed(open_data(seed=5)) == first
    next(button for button in app.button if button.label == "New random digits").click().run()
    assert dict(app.query_params)["seed"] == "6"
    assert listed(app) != first


@pytest.mark.parametrize("order", [order for order in ORDERS if order in BY])
def test_every_order_is_a_link_and_sorts_by_its_measure(open_data, digits, measured, order):
    app = open_data(true=3, sort=order)
    measure, sign = BY[order]
    members = np.flatnonzero(digits.test.labels == 3)
    expected = np.sort(sign * getattr(measured, measure)[members])[: digit_list.PER_PAGE]
    np.testing.assert_allclose(sign * getattr(measured, measure)[listed(app)], expected, rtol=1e-4)
    assert not any(button.label == "New random digits" for button in app.button)


def test_selecting_a_class_or_an_order_changes_the_url_and_the_list(open_data, digits):
    app = open_data(sort="oddest", page=2)
    app.selectbox(key="view true").select(8).run()
    app.selectbox(key="view sort").select("thinnest").run()
    view = dict(app.query_params)
    assert (view["true"], view["sort"]) == ("8", "thinnest")
    assert "page" not in view
    assert set(digits.test.labels[listed(app)]) == {8}
    assert [tile["selected"] for tile in galleries(app)[0]] == [digit == 8 for digit in range(10)]


def test_the_pages_list_every_digit_of_a_class_once(open_data, digits):
    members = np.flatnonzero(digits.test.labels == 4)
    seen = [i for page in (1, 2, 3) for i in listed(open_data(true=4, sort="typical", page=page))]
    assert sorted(seen) == members.tolist()


def test_another_distribution_keeps_the_opened_digit(open_data):
    app = open_data(sample=5)
    app.get("button_group")[1].set_value("slant").run()
    assert dict(app.query_params)["sample"] == "5"
    assert "Slant by class" in texts(app)


def test_an_opened_digit_is_compared_with_its_class(open_data, digits, measured):
    app = open_data(sample=5, sort="oddest")
    assert len(app.get("dialog")) == 1
    table = app.dataframe[0].value.set_index("Measure")
    assert table.loc["Stroke width", "This digit"] == f"{measured.thickness[5]:.2f} px"
    assert table["Percentile"].between(0, 100).all()


def test_the_step_buttons_move_through_the_list(open_data):
    app = open_data(sort="oddest", true=2)
    first, second = listed(app)[:2]
    app = open_data(sort="oddest", true=2, sample=first)
    assert app.button(key="step -1").disabled
    app.button(key="step 1").click().run()
    assert dict(app.query_params)["sample"] == str(second)


@pytest.mark.parametrize(
    ("name", "value"),
    [("split", "validation"), ("measure", "beauty"), ("true", "11"), ("sort", "confidence"), ("seed", "-1")],
)
def test_an_unknown_value_is_dropped_with_a_notice(open_page, name, value):
    app = open_page("data", **{name: value})
    assert f"`{name}={value}`, which does not exist" in app.warning[0].value
    assert name not in app.query_params


@pytest.mark.parametrize("damage", ["no run", "no labels"])
def test_the_page_works_without_a_run(open_data, artifacts, digits, damage):
    if damage == "no run":
        shutil.rmtree(artifacts / "digits")
    else:
        (artifacts / "digits" / "labels.npz").unlink()
    app = open_data(split="train", sort="oddest")
    assert not app.exception
    assert values(app)["Digits"] == str(len(digits.train))
    assert len(app.get("plotly_chart")) == 2
    assert len(listed(app)) == digit_list.PER_PAGE


@pytest.mark.usefixtures("fresh_caches")
@pytest.mark.parametrize("runs", [True, False])
def test_without_images_the_class_balance_of_the_runs_is_shown(open_page, monkeypatch, tmp_path, runs):
    def unavailable(*_args, **_options):
        raise DatasetUnavailableError("mnist", [("data/mnist", "no such folder")], "Put the files into data/mnist.")

    for split in ("train", "test"):
        monkeypatch.setattr(Dataset, split, property(unavailable))
    if not runs:
        monkeypatch.setenv("MNIST_ARTIFACTS_DIR", str(tmp_path))
    app = open_page("data", dataset="mnist", sort="oddest", split="train", sample=3)
    assert not app.exception
    assert "The images of MNIST" in texts(app)
    assert ("The numbers are available." in texts(app)) == runs
    assert len(app.get("plotly_chart")) == runs
    assert values(app)["Digits"] == "60,000"
    assert values(app)["Largest class"] == ("1" if runs else "–")
    app.button(key="instead mnist").click().run()
    assert dict(app.query_params)["dataset"] == "digits"


@pytest.mark.usefixtures("fresh_caches")
def test_the_page_shows_everything_else_while_digits_are_measured(open_page, monkeypatch):
    assert not data.load_pixels("digits", "test").busy
    finished = threading.Event()
    monkeypatch.setattr(data, "measure_shapes", lambda *_args, **_options: finished.wait(60))
    monkeypatch.setattr(background, "_INITIAL_WAIT", 0.1)
    app = open_page("data")
    assert not app.exception
    assert len(app.get("plotly_chart")) == 1
    assert [len(tiles) for tiles in galleries(app)] == [10, 10, digit_list.PER_PAGE]  # Space for means and variances.
    app = open_page("data", sort="oddest")
    assert "The list is sorted once all digits are measured." in texts(app)
    finished.set()


@pytest.mark.usefixtures("fresh_caches")
def test_a_failed_measurement_is_reported(open_page, monkeypatch):
    def fail(*_args, **_options):
        raise RuntimeError("no")

    monkeypatch.setattr(data, "measure_shapes", fail)
    app = open_page("data")
    assert not app.exception
    assert "Measuring the digits failed: RuntimeError('no')" in texts(app)
    assert "Mean and variance by class" not in texts(app)


@pytest.mark.mnist
def test_both_splits_of_mnist_are_measured_with_their_images_on_disk(open_data):
    app = open_data(dataset="mnist", split="train", sort="oddest", true=7)
    assert values(app) == {
        "Digits": "60,000",
        "Smallest class": "5",
        "Largest class": "1",
        "Stroke width": values(app)["Stroke width"],
    }
    assert 2 < float(values(app)["Stroke width"].split()[0]) < 3.5
    assert len(listed(app)) == digit_list.PER_PAGE
    pixels = data.load_pixels("mnist", "train")
    assert pixels._mapped is not None
    assert not pixels.images.flags.owndata
    train = load_dataset("mnist").train
    np.testing.assert_array_equal(pixels.images[::997], train.images[::997])
    np.testing.assert_array_equal(pixels.labels, train.labels)
    assert values(open_data(dataset="mnist"))["Digits"] == "10,000"
