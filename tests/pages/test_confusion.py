"""The Confusion page."""

import pytest

from mnist_core import store
from tests.pages.conftest import tiles


@pytest.fixture
def labels():
    """Return the labels of the test split, and the predictions of `sgd`."""
    record = store.load_record("digits", "sgd")
    return store.load_labels(record, "test"), store.load_scores(record).argmax(axis=1)


def test_a_link_to_a_cell_shows_its_digits(open_page, labels):
    y_true, y_pred = labels
    true, pred = next((a, b) for a, b in zip(y_true, y_pred, strict=True) if a != b)
    app = open_page("confusion", model="sgd", true=true, pred=pred)
    expected = {int(i) for i in ((y_true == true) & (y_pred == pred)).nonzero()[0]}
    assert {tile["index"] for tile in tiles(app)} == expected
    assert f"True {true}, predicted {pred}" in [subheader.value for subheader in app.subheader][-1]


def test_the_pickers_select_a_cell_and_write_it_into_the_url(open_page):
    app = open_page("confusion", model="sgd")
    app.selectbox(key="view true").select(3).run()
    app.selectbox(key="view pred").select(3).run()
    assert dict(app.query_params)["true"] == dict(app.query_params)["pred"] == "3"
    assert {tile["heading"] for tile in tiles(app)} == {"true 3"}


def test_the_most_confused_pair_is_selected_by_default(open_page):
    app = open_page("confusion", model="sgd")
    pair = app.dataframe[0].value.iloc[0]
    expected = f"True {pair.true:.0f}, predicted {pair.predicted:.0f} · {pair.digits:.0f} digit"
    assert app.subheader[-1].value.startswith(expected)


def test_a_selected_cell_stays_when_the_classifier_changes(open_page):
    app = open_page("confusion", model="sgd", true=3, pred=5)
    worst = int(app.dataframe[0].value.iloc[0]["true"])
    app.selectbox(key="view true").select(worst).run()
    assert dict(app.query_params)["true"] == str(worst)
    app.selectbox(key="view model").select("cnn").run()
    assert app.subheader[-1].value.startswith(f"True {worst}, predicted 5")


def test_another_display_of_the_matrix_keeps_the_opened_digit(open_page):
    app = open_page("confusion", model="sgd", sample=5)
    app.get("button_group")[0].set_value("counts").run()
    assert dict(app.query_params)["sample"] == "5"


def test_an_empty_cell_shows_a_notice(open_page, labels):
    matrix = {(int(a), int(b)) for a, b in zip(*labels, strict=True)}
    true, pred = next((a, b) for a in range(10) for b in range(10) if (a, b) not in matrix)
    app = open_page("confusion", model="sgd", true=true, pred=pred)
    assert f"predicts no {true} as {pred}." in app.info[0].value
    assert not tiles(app)


@pytest.mark.parametrize("show", ["errors", "counts", "row", "column"])
def test_every_display_of_the_matrix_is_a_link(open_page, show):
    app = open_page("confusion", show=show)
    assert app.get("button_group")[0].value == show
    assert not app.exception


@pytest.mark.parametrize(("name", "value"), [("true", "11"), ("pred", "x"), ("show", "all"), ("sample", "99999")])
def test_a_value_that_does_not_exist_is_dropped_with_a_notice(open_page, name, value):
    app = open_page("confusion", **{name: value})
    assert f"`{name}={value}`, which does not exist" in app.warning[0].value
    assert name not in app.query_params
