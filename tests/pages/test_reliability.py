"""The Reliability page."""

import hashlib
import io
import json
import shutil

import numpy as np
import pytest
from sklearn import metrics

from mnist_core import cached, store
from mnist_core.evaluation.calibration import (
    brier_score,
    calibration_bins,
    chance_calibration_errors,
    expected_calibration_error,
)
from mnist_core.evaluation.metrics import softmax
from tests.pages.conftest import texts

SECTIONS = ("report", "roc", "pr", "calibration", "confidence", "coverage")


@pytest.fixture
def results():
    return cached.load_results("digits")


@pytest.fixture
def flawless(artifacts):
    """Copy the results, with a random forest that makes no mistakes and has confidences of nearly 100 %."""
    run = artifacts / "digits" / "random-forest"
    record = json.loads((run / "record.json").read_text())
    y_true = store.load_labels(store.load_record("digits", "random-forest"), "test")
    buffer = io.BytesIO()
    np.savez_compressed(buffer, scores=(np.eye(10)[y_true] * 20).astype(np.float32))
    content = buffer.getvalue()
    (run / "predictions.npz").write_bytes(content)
    record["files"]["predictions.npz"] = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    (run / "record.json").write_text(json.dumps(record | {"test_accuracy": 1.0}))


def figure_of(app):
    """Return the first figure of a page, as sent to the browser."""
    return json.loads(app.get("plotly_chart")[0].proto.spec)


def names_of(app):
    return [trace.get("name") for trace in figure_of(app)["data"]]


@pytest.mark.parametrize("compare", ["", "cnn,svc-ovo"])
@pytest.mark.parametrize("axes", ["corner", "plain"])
@pytest.mark.parametrize("show", SECTIONS)
def test_every_section_is_a_link_for_one_classifier_and_for_several(open_page, results, show, axes, compare):
    app = open_page("reliability", model="sgd", show=show, axes=axes, **({"compare": compare} if compare else {}))
    assert not app.exception
    assert not app.warning
    assert app.get("button_group")[0].value == show
    labels = [results.labels[name] for name in ("sgd", "cnn", "svc-ovo")]
    if compare:
        names = " ".join(filter(None, names_of(app)))
        assert all(label in names for label in labels)
        assert dict(app.query_params)["compare"] == compare
    else:
        assert not any(label in str(name) for name in names_of(app) for label in labels[1:])


@pytest.mark.parametrize("show", SECTIONS)
def test_every_section_opens_for_a_classifier_without_mistakes(open_page, flawless, show):
    app = open_page("reliability", model="random-forest", show=show)
    assert not app.exception
    assert app.metric[0].value == "100.00 %"
    assert open_page("reliability", model="sgd", show=show, compare="random-forest").exception == []


def test_the_report_matches_scikit_learn(open_page, results):
    y_true, y_pred = results.y_true, results["sgd"].y_pred
    expected = metrics.classification_report(y_true, y_pred, output_dict=True)
    app = open_page("reliability", model="sgd")
    shown = app.dataframe[0].value
    rows = {**{str(digit): str(digit) for digit in range(10)}, "macro": "macro avg", "weighted": "weighted avg"}
    for row, name in rows.items():
        reference = expected[name]
        found = shown.loc[row]
        assert found[["precision", "recall", "f1"]].tolist() == pytest.approx(
            [100 * reference["precision"], 100 * reference["recall"], 100 * reference["f1-score"]]
        )
        assert found["support"] == reference["support"]
    assert app.metric[1].value == f"{100 * expected['macro avg']['f1-score']:.2f} %"


@pytest.mark.parametrize("measure", ["precision", "recall", "f1"])
def test_a_comparison_shows_one_measure_of_each_classifier(open_page, results, measure):
    app = open_page("reliability", model="sgd", compare="cnn", measure=measure)
    shown = app.dataframe[0].value
    score = {"precision": metrics.precision_score, "recall": metrics.recall_score, "f1": metrics.f1_score}[measure]
    for name in ("sgd", "cnn"):
        by_digit = score(results.y_true, results[name].y_pred, average=None)
        assert shown.loc[results.labels[name]].tolist()[:10] == pytest.approx((100 * by_digit).tolist())


@pytest.mark.parametrize(("show", "score"), [("roc", metrics.roc_auc_score), ("pr", metrics.average_precision_score)])
def test_the_areas_match_scikit_learn_and_the_curve_is_in_the_url(open_page, results, show, score):
    app = open_page("reliability", model="sgd", show=show, curve="8")
    truth, proba = np.eye(10)[results.y_true], results["sgd"].proba
    shown = app.dataframe[0].value["Linear SVM (SGD)"]
    assert shown["Macro average"] == pytest.approx(score(truth, proba, average="macro"), abs=1e-9)
    assert shown["Micro average"] == pytest.approx(score(truth, proba, average="micro"), abs=1e-9)
    assert names_of(app)[-1].startswith("digit 8, A")
    app.selectbox(key="view curve").select("micro").run()
    assert dict(app.query_params)["curve"] == "micro"
    assert names_of(app)[-1].startswith("micro average, A")


def test_calibration_is_shown_before_and_after_temperature_scaling(open_page, results):
    table = open_page("reliability", model="sgd", show="calibration").dataframe[0].value.set_index("stage")
    correct = results["sgd"].y_pred == results.y_true
    for stage, proba in (("before", softmax(results["sgd"].scores, 1.0)), ("after", results["sgd"].proba)):
        for by in ("mass", "width"):
            error = expected_calibration_error(calibration_bins(proba.max(axis=1), correct, by=by))
            assert table.loc[stage, by] == pytest.approx(100 * error)
        assert table.loc[stage, "brier"] == pytest.approx(brier_score(results.y_true, proba))


@pytest.mark.parametrize(
    ("folds", "data"),
    [
        (None, "validation split of"),
        ({"seed": 0, "created": "", "accuracies": [0.9, 0.9], "sizes": [449, 449]}, "out-of-fold"),
    ],
)
def test_the_data_that_the_temperature_was_fitted_on_is_named(open_page, artifacts, folds, data):
    path = artifacts / "digits" / "sgd" / "record.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"cross_validation": folds}))
    text = texts(open_page("reliability", model="sgd", show="calibration"))
    assert data in text
    assert "the test set was not used" in text


def test_a_calibration_error_is_compared_with_chance(open_page, results):
    names = ("sgd-scaled", "cnn")
    table = open_page("reliability", model=names[0], show="calibration", compare=names[1]).dataframe[0].value
    for name, row in zip(names, table.itertuples(), strict=True):
        chance = np.quantile(chance_calibration_errors(results[name].confidence), 0.95)
        assert row.chance == pytest.approx(100 * chance)
        verdict = (
            "The error is larger than expected by chance"
            if table.loc[row.Index, "error after"] > row.chance
            else "No sign of miscalibration"
        )
        assert verdict in texts(open_page("reliability", model=name, show="calibration"))


def test_full_coverage_has_the_test_accuracy(open_page, results):
    app = open_page("reliability", model="sgd", show="coverage", coverage=100)
    accuracy = metrics.accuracy_score(results.y_true, results["sgd"].y_pred)
    shown = {metric.label: metric.value for metric in app.metric}
    assert shown["Coverage"] == "100.0 %"
    assert shown["Accuracy"] == shown["Test accuracy"] == f"{100 * accuracy:.2f} %"
    assert shown["Deferred to human review"] == "0"


def test_less_coverage_leaves_fewer_mistakes_and_is_in_the_url(open_page):
    app = open_page("reliability", model="sgd", show="coverage", coverage=100)
    before = int({metric.label: metric.value for metric in app.metric}["Remaining errors"])
    app.select_slider(key="view coverage").set_value(80).run()
    shown = {metric.label: metric.value for metric in app.metric}
    assert dict(app.query_params)["coverage"] == "80"
    assert int(shown["Remaining errors"]) < before
    assert float(shown["Coverage"].split()[0]) >= 80


def test_a_compared_classifier_is_written_into_the_url(open_page):
    app = open_page("reliability", model="sgd")
    app.multiselect(key="view compare").select("cnn").run()
    assert dict(app.query_params)["compare"] == "cnn"


def test_a_compared_classifier_that_is_selected_leaves_the_comparison_without_a_notice(open_page):
    app = open_page("reliability", model="sgd", compare="cnn,mlp")
    app.selectbox(key="view model").select("cnn").run()
    assert dict(app.query_params)["compare"] == "mlp"
    assert app.multiselect(key="view compare").value == ["mlp"]
    assert not app.warning


@pytest.mark.parametrize(
    ("name", "value", "show"),
    [
        ("show", "lift", "report"),
        ("measure", "recall@5", "report"),
        ("curve", "11", "roc"),
        ("axes", "polar", "pr"),
        ("bins", "3", "calibration"),
        ("coverage", "93", "coverage"),
        ("compare", "perceptron-9000", "report"),
    ],
)
def test_an_unknown_value_is_dropped_with_a_notice(open_page, name, value, show):
    app = open_page("reliability", **({"show": show} | {name: value}))
    assert f"`{name}={value}`, which does not exist" in app.warning[0].value
    assert name not in app.query_params
    assert not app.exception


def test_a_classifier_without_a_run_cannot_be_compared_with(open_page, artifacts):
    shutil.rmtree(artifacts / "digits" / "cnn")
    app = open_page("reliability", model="sgd", compare="cnn")
    assert "cnn" in app.warning[0].value
    assert "CNN" not in app.multiselect(key="view compare").options
    assert not app.exception
