"""The Labels page."""

import io
import shutil

import numpy as np
import pandas as pd
import pytest

from mnist_core import cached, store
from mnist_core.cached import label_issues
from mnist_core.classifiers.registry import is_ensemble, list_classifiers
from mnist_core.store.record import CrossValidation
from mnist_core.training.cross_validation import cross_validate
from tests.conftest import copied_digits, remove_additions
from tests.pages.conftest import texts, tiles

VALIDATED = ("sgd", "logistic", "svc-ovo")


@pytest.fixture(scope="module")
def validated(tmp_path_factory):
    """Return the committed results of the UCI digits, with only three classifiers cross-validated."""
    folder = tmp_path_factory.mktemp("validated")
    with copied_digits(folder):
        remove_additions(folder / "digits", "cross_validation")
        assert all(outcome.record for outcome in cross_validate(VALIDATED, "digits"))
    return folder


@pytest.fixture(autouse=True)
def writable_copy(validated, tmp_path, monkeypatch):
    """Copy the results, so that a test can change them."""
    shutil.copytree(validated, tmp_path / "artifacts")
    monkeypatch.setenv("MNIST_ARTIFACTS_DIR", str(tmp_path / "artifacts"))


def metrics(app):
    return {metric.label: metric.value for metric in app.metric}


def store_label_issues(name, indices):
    """Store the indices as the suspected label errors of a run, in both splits."""
    record = store.load_record("digits", name)
    found = {"train": np.array(indices, dtype=np.int32), "test": np.array(indices, dtype=np.int32)}
    folds = record.cross_validation
    assert isinstance(folds, CrossValidation)
    scores = store.load_out_of_fold(record)
    store.save_cross_validation(record, folds, temperature=record.temperature, scores=scores, label_issues=found)


@pytest.mark.parametrize("split", ["test", "train"])
def test_suspected_label_errors_are_sorted_by_the_probability_of_the_label(open_page, split):
    app = open_page("labels", model="svc-ovo", split=split)
    record = store.load_record("digits", "svc-ovo")
    found, y_true = store.load_label_issues(record, split), store.load_labels(record, split)
    assert not app.exception
    assert len(found)
    assert metrics(app)["Suspected label errors"] == str(len(found))
    shown = tiles(app)
    assert [tile["index"] for tile in shown] == found[: len(shown)].tolist()
    results = cached.load_results("digits", split)
    for tile, index in zip(shown, found, strict=False):
        assert tile["heading"] == f"label {y_true[index]}, predicted {results['svc-ovo'].y_pred[index]}"
        assert len(tile["predictions"]) == (len(list_classifiers("digits")) if split == "test" else len(VALIDATED))


def test_the_filters_select_label_issues_and_are_in_the_url(open_page):
    results = cached.load_results("digits")
    wrong = np.flatnonzero(results["sgd"].y_pred != results.y_true)
    store_label_issues("sgd", wrong)
    index = int(wrong[0])
    filters = {"true": int(results.y_true[index]), "pred": int(results["sgd"].y_pred[index])}
    app = open_page("labels", model="sgd", **filters)
    matches = (results.y_true[wrong] == filters["true"]) & (results["sgd"].y_pred[wrong] == filters["pred"])
    assert [tile["index"] for tile in tiles(app)] == wrong[matches].tolist()
    counts = np.sum(
        [results[name].y_pred[wrong] != results.y_true[wrong] for name in results.single_classifiers], axis=0
    )
    single_classifiers = len(results.single_classifiers)
    for agree, expected in (
        ("most", wrong[2 * counts > single_classifiers]),
        ("all", wrong[counts == single_classifiers]),
    ):
        app = open_page("labels", model="sgd", agree=agree)
        assert [tile["index"] for tile in tiles(app)] == expected[:24].tolist()
    assert metrics(app)["All disagree"] == str((counts == single_classifiers).sum())
    app.selectbox(key="view true").select(3).run()
    assert dict(app.query_params)["agree"] == "all"
    assert dict(app.query_params)["true"] == "3"


def test_filters_that_match_no_digit_can_be_cleared(open_page):
    app = open_page("labels", model="svc-ovo", true=0, pred=0)
    assert "No digit matches these filters." in texts(app)
    next(button for button in app.button if button.label == "Clear the filters").click().run()
    assert "true" not in app.query_params
    assert tiles(app)


def test_another_split_starts_at_the_first_page(open_page):
    store_label_issues("sgd", range(60))
    app = open_page("labels", model="sgd", page=2, sample=5)
    app.get("button_group")[0].set_value("train").run()
    assert dict(app.query_params)["split"] == "train"
    assert not {"page", "sample"} & app.query_params.keys()


def test_accuracy_is_shown_with_and_without_suspected_label_errors(open_page):
    app = open_page("labels", model="svc-ovo")
    record = store.load_record("digits", "svc-ovo")
    y_true, y_pred = store.load_labels(record, "test"), store.load_scores(record).argmax(axis=1)
    remaining = np.delete(y_true == y_pred, store.load_label_issues(record, "test"))
    assert metrics(app)["Accuracy, all digits"] == f"{100 * record.test_accuracy:.2f} %"
    assert metrics(app)["Without suspected errors"] == f"{100 * remaining.mean():.2f} %"
    table = app.dataframe[0].value.set_index("label")
    assert len(table) == len(list_classifiers("digits"))
    assert table.loc["SVC one-vs-one (selected)", "without_selected"] == pytest.approx(100 * remaining.mean())
    assert "biases its accuracy upwards" in texts(app)


def test_a_more_accurate_classifier_is_offered_unless_the_best_one_is_selected(open_page):
    app = open_page("labels", model="sgd", split="train")
    assert "SVC one-vs-one is more accurate" in texts(app)
    next(button for button in app.button if button.label == "Use SVC one-vs-one").click().run()
    assert dict(app.query_params)["model"] == "svc-ovo"
    assert dict(app.query_params)["split"] == "train"
    assert "more accurate" not in texts(app)


def test_a_classifier_without_cross_validation_is_shown_with_the_command_to_run(open_page):
    app = open_page("labels", model="cnn")
    assert "CNN has not been cross-validated yet" in texts(app)
    assert app.code[0].value == "python -m mnist_core cv cnn --dataset digits"
    assert not app.metric
    app.button[0].click().run()
    assert dict(app.query_params)["model"] == "svc-ovo"
    assert open_page("labels", **app.query_params).metric


def test_classifiers_without_cross_validation_are_named_with_the_commands(open_page):
    app = open_page("labels", model="svc-ovo", split="train")
    assert "Not available without cross-validation" in texts(app)
    others = [name for name in list_classifiers("digits") if name not in VALIDATED]
    ensembles = [name for name in others if is_ensemble(name)]
    command, *more = app.code[0].value.splitlines()
    rest = " ".join(name for name in others if name not in ensembles)
    assert command == f"python -m mnist_core cv {rest} --dataset digits"
    assert more == [
        f"python -m mnist_core train {' '.join(ensembles)} --dataset digits"
    ]  # training an ensemble validates it


def test_an_ensemble_can_be_selected_but_is_excluded_from_the_vote(open_page, ensemble_artifacts):
    app, results = open_page("labels", model="ensemble"), cached.load_results("digits")
    assert not app.exception
    assert set(results.records) - set(results.single_classifiers) == {"ensemble"}
    wrong = {name: results[name].y_pred != results.y_true for name in results.records}
    expected = np.sum([wrong[name] for name in results.single_classifiers], axis=0)
    np.testing.assert_array_equal(label_issues.count_disagreements(results), expected)
    indices = label_issues.list_disagreements(results, "ensemble")
    table = pd.read_csv(io.BytesIO(label_issues.label_issues_csv(results, "ensemble", indices)))
    assert table["disagreements"].tolist() == expected[indices].tolist()
    assert table["ensemble"].tolist() == results["ensemble"].y_pred[indices].tolist()
    assert (
        label_issues.accuracy_without(results, "ensemble").set_index("name")["all_digits"] == len(results.y_true)
    ).all()


def test_label_errors_that_only_an_ensemble_suspects_are_listed_by_default(open_page, ensemble_artifacts):
    results = cached.load_results("digits")
    alone = np.flatnonzero(label_issues.count_disagreements(results) == 0)[:3]
    store_label_issues("ensemble", alone)
    assert [tile["index"] for tile in tiles(open_page("labels", model="ensemble"))] == alone.tolist()
    assert "No digit matches these filters." in texts(open_page("labels", model="ensemble", agree="most"))


def test_an_ensemble_without_cross_validation_is_shown_with_the_command_to_run(open_page, ensemble_artifacts):
    remove_additions(ensemble_artifacts, "cross_validation")
    app = open_page("labels", model="ensemble")
    assert app.code[0].value == "python -m mnist_core train ensemble --dataset digits"


@pytest.mark.parametrize("split", ["test", "train"])
def test_a_classifier_without_label_issues_has_an_empty_state(open_page, split):
    store_label_issues("svc-ovo", [])
    app = open_page("labels", model="svc-ovo", split=split)
    assert not app.exception
    assert "has no suspected label errors in this split" in texts(app)
    assert metrics(app)["Suspected label errors"] == metrics(app)["All disagree"] == "0"
    assert metrics(app)["Without suspected errors"] == metrics(app)["Accuracy, all digits"]
    assert not tiles(app)


@pytest.mark.parametrize(("name", "value"), [("split", "validation"), ("agree", "none"), ("true", "11")])
def test_an_unknown_value_is_dropped_with_a_notice(open_page, name, value):
    app = open_page("labels", model="svc-ovo", **{name: value})
    assert f"`{name}={value}`, which does not exist" in app.warning[0].value
    assert name not in app.query_params


@pytest.mark.parametrize("split", ["test", "train"])
def test_the_csv_has_the_label_issues_in_order_with_every_prediction(split):
    results = cached.load_results("digits", split)
    found = label_issues.list_label_issues(results, "svc-ovo")
    table = pd.read_csv(io.BytesIO(label_issues.label_issues_csv(results, "svc-ovo", found)))
    assert table["index"].tolist() == found.tolist()
    assert table["label"].tolist() == results.y_true[found].tolist()
    assert table["predicted"].tolist() == results["svc-ovo"].y_pred[found].tolist()
    expected = results["svc-ovo"].proba[found, results.y_true[found]]
    np.testing.assert_allclose(table["probability of the label"], expected, rtol=0.01)
    for name in results.records:
        assert table[name].tolist() == results[name].y_pred[found].tolist()
