"""The Errors page."""

import io

import numpy as np
import pandas as pd
import pytest

from mnist_core import cached, store
from mnist_core.classifiers.registry import list_classifiers
from pages.widgets import formatting, gallery
from tests.pages.conftest import texts, tiles


@pytest.fixture
def is_wrong():
    """Return whether each classifier misclassifies each digit, by name."""
    records, _ = store.load_records("digits")
    return {r.classifier: store.load_scores(r).argmax(axis=1) != store.load_labels(r, "test") for r in records}


@pytest.fixture
def predicted():
    """Return the predictions of each classifier for the test digits, by name."""
    return cached.load_results("digits").y_pred


@pytest.mark.parametrize(("true", "pred"), [(None, None), (8, None), (None, 1), (8, 1)])
@pytest.mark.parametrize(("wrong", "combine"), [("model", None), ("any", np.any), ("all", np.all)])
def test_the_filters_apply_to_the_selected_classifier_any_or_all(
    open_page, is_wrong, predicted, wrong, combine, true, pred
):
    record = store.load_record("digits", "sgd")
    matches = {name: mistakes & (pred is None or predicted[name] == pred) for name, mistakes in is_wrong.items()}
    selected = combine(np.stack(list(matches.values())), axis=0) if combine else matches["sgd"]
    if true is not None:
        selected = selected & (store.load_labels(record, "test") == true)
    filters = {name: value for name, value in (("true", true), ("pred", pred)) if value is not None}
    app = open_page("errors", model="sgd", wrong=wrong, sort="index", **filters)
    assert not app.exception
    expected = selected.nonzero()[0].tolist()
    assert [tile["index"] for tile in tiles(app)] == expected[: gallery.PER_PAGE]
    if expected:
        assert app.subheader[0].value == formatting.digits(len(expected))
    if pred is not None:
        assert {tile["heading"].split(", predicted ")[1] for tile in tiles(app)} <= {str(pred)}


def test_filters_and_sort_order_are_in_the_url(open_page):
    app = open_page("errors", model="sgd")
    app.selectbox(key="view true").select(8).run()
    app.selectbox(key="view sort").select("index").run()
    view = dict(app.query_params)
    assert (view["true"], view["sort"]) == ("8", "index")
    indices = [tile["index"] for tile in tiles(app)]
    assert indices == sorted(indices)
    assert all(tile["heading"].startswith("true 8, predicted") for tile in tiles(app))
    again = open_page("errors", **view)
    assert [tile["index"] for tile in tiles(again)] == indices


@pytest.mark.parametrize("wrong", ["model", "any"])
def test_the_most_confident_mistake_comes_first_with_its_confidence(open_page, is_wrong, wrong):
    results = cached.load_results("digits")
    names = ["sgd"] if wrong == "model" else list(results.records)
    shown = tiles(open_page("errors", model="sgd", wrong=wrong))
    confidences = []
    for tile in shown:
        mistakes = {name: results[name].confidence[tile["index"]] for name in names if is_wrong[name][tile["index"]]}
        confidences.append(max(mistakes.values()))
        assert tile["caption"][1] == formatting.confidence(confidences[-1])
        assert "predicted" in tile["heading"]
    assert confidences == sorted(confidences, reverse=True)


def test_the_pages_have_every_digit_once(open_page):
    first = open_page("errors", model="sgd", wrong="any")
    count = int(first.subheader[0].value.split()[0])
    pages = -(-count // len(tiles(first)))
    assert pages > 1
    seen = [
        t["index"]
        for page in range(1, pages + 1)
        for t in tiles(open_page("errors", model="sgd", wrong="any", page=page))
    ]
    assert len(seen) == len(set(seen)) == count


def test_another_filter_returns_to_the_first_page(open_page):
    app = open_page("errors", model="sgd", wrong="any", page=2)
    app.selectbox(key="view sort").select("margin").run()
    assert "page" not in app.query_params


def test_a_link_opens_a_digit_with_the_number_of_wrong_classifiers(open_page):
    app = open_page("errors", model="sgd", sample=5)
    assert len(app.get("dialog")) == 1
    assert f"of {len(list_classifiers())} classifiers are wrong." in texts(app)


def test_previous_and_next_step_through_the_list(open_page):
    app = open_page("errors", model="sgd")
    first, second = (tile["index"] for tile in tiles(app)[:2])
    app = open_page("errors", model="sgd", sample=first)
    assert app.button(key="step -1").disabled
    app.button(key="step 1").click().run()
    assert dict(app.query_params)["sample"] == str(second)


def test_an_empty_list_offers_to_clear_the_filters(open_page):
    app = open_page("errors", model="cnn", true=0, pred=0)
    assert "No digit matches" in app.info[0].value
    app.button[0].click().run()
    assert "true" not in app.query_params


def test_the_csv_has_the_prediction_of_every_classifier():
    results = cached.load_results("digits")
    table = pd.read_csv(io.BytesIO(cached.predictions_csv(results, [3, 1])))
    assert table["index"].tolist() == [3, 1]
    assert table["true"].tolist() == results.y_true[[3, 1]].tolist()
    for name in list_classifiers():
        assert table[name].tolist() == results[name].y_pred[[3, 1]].tolist()
