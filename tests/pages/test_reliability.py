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

VIEWS = ("report", "roc", "pr", "calibration", "confidence", "coverage")


@pytest.fixture
def results():
    return cached.load_results("digits")


@pytest.fixture
def flawless(artifacts):
    """A copy of the results in which the random forest makes no mistake and is nearly certain of all."""
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
    """The first figure of a page, as it is sent to the browser."""
    return json.loads(app.get("plotly_chart")[0].proto.spec)


def names_of(app):
    return [trace.get("name") for trace in figure_of(app)["data"]]


@pytest.mark.parametrize("compare", ["", "cnn,svc-ovo"])
@pytest.mark.parametrize("axes", ["corner", "plain"])
@pytest.mark.parametrize("show", VIEWS)
def test_every_view_is_a_link_for_one_classifier_and_for_several(open_page, results, show, axes, compare):
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


@pytest.mark.parametrize("show", VIEWS)
def test_every_view_of_a_classifier_without_mistakes_opens(open_page, flawless, show):
    app = open_page("reliability", model="random-forest", show=show)
    assert not app.exception
    assert app.metric[0].value == "100.00 %"
    assert open_page("reliability", model="sgd", show=show, compare="random-forest").exception == []


def test_the_report_is_scikit_learns(open_page, results):
    y_true, y_pred = results.y_true, results["sgd"].y_pred
    expected = metrics.classification_report(y_true, y_pred, output_dict=True)
    app = open_page("reliability", model="sgd")
    shown = app.dataframe[0].value
    rows = {**{str(digit): str(digit) for digit in range(10)}, "macro": "macro avg", "weighted": "weighted avg"}
    for row, name in rows.items():
        wanted = expected[name]
        found = shown.loc[row]
        assert found[["precision", "recall", "f1"]].tolist() == pytest.approx(
            [100 * wanted["precision"], 100 * wanted["recall"], 100 * wanted["f1-score"]]
        )
        assert found["support"] == wanted["support"]
    assert app.metric[1].value == f"{100 * expected['macro avg']['f1-score']:.2f} %"


@pytest.mark.parametrize("measure", ["precision", "recall", "f1"])
def test_a_comparison_shows_one_measure_of_each(open_page, results, measure):
    app = open_page("reliability", model="sgd", compare="cnn", measure=measure)
    shown = app.dataframe[0].value
    score = {"precision": metrics.precision_score, "recall": metrics.recall_score, "f1": metrics.f1_score}[measure]
    for name in ("sgd", "cnn"):
        each = score(results.y_true, results[name].y_pred, average=None)
        assert shown.loc[results.labels[name]].tolist()[:10] == pytest.approx((100 * each).tolist())


@pytest.mark.parametrize(("show", "score"), [("roc", metrics.roc_auc_score), ("pr", metrics.average_precision_score)])
def test_the_areas_are_scikit_learns_and_the_curve_lives_in_the_url(open_page, results, show, score):
    app = open_page("reliability", model="sgd", show=show, curve="8")
    truth, proba = np.eye(10)[results.y_true], results["sgd"].proba
    shown = app.dataframe[0].value["Linear SVM (SGD)"]
    assert shown["Macro-average"] == pytest.approx(score(truth, proba, average="macro"), abs=1e-9)
    assert shown["Micro-average"] == pytest.approx(score(truth, proba, average="micro"), abs=1e-9)
    assert names_of(app)[-1].startswith("digit 8, A")
    app.selectbox(key="view curve").select("micro").run()
    assert dict(app.query_params)["curve"] == "micro"
    assert names_of(app)[-1].startswith("micro-average, A")


def test_calibration_is_told_before_and_after_the_temperature(open_page, results):
    table = open_page("reliability", model="sgd", show="calibration").dataframe[0].value.set_index("stage")
    correct = results["sgd"].y_pred == results.y_true
    for stage, proba in (("before", softmax(results["sgd"].scores, 1.0)), ("after", results["sgd"].proba)):
        for by in ("mass", "width"):
            error = expected_calibration_error(calibration_bins(proba.max(axis=1), correct, by=by))
            assert table.loc[stage, by] == pytest.approx(100 * error)
        assert table.loc[stage, "brier"] == pytest.approx(brier_score(results.y_true, proba))


@pytest.mark.parametrize(
    ("folds", "said"),
    [(None, "held out"), ({"seed": 0, "created": "", "accuracies": [0.9, 0.9], "sizes": [449, 449]}, "out-of-fold")],
)
def test_it_is_said_on_which_scores_the_temperature_was_fitted(open_page, artifacts, folds, said):
    path = artifacts / "digits" / "sgd" / "record.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"cross_validation": folds}))
    text = texts(open_page("reliability", model="sgd", show="calibration"))
    assert said in text
    assert "the test digits had no say" in text


def test_a_calibration_error_is_held_against_chance(open_page, results):
    names = ("sgd-scaled", "cnn")
    table = open_page("reliability", model=names[0], show="calibration", compare=names[1]).dataframe[0].value
    for name, row in zip(names, table.itertuples(), strict=True):
        chance = np.quantile(chance_calibration_errors(results[name].confidence), 0.95)
        assert row.chance == pytest.approx(100 * chance)
        verdict = (
            "more than chance" if table.loc[row.Index, "error after"] > row.chance else "no sign of miscalibration"
        )
        assert verdict in texts(open_page("reliability", model=name, show="calibration"))


def test_to_answer_everything_has_the_plain_accuracy(open_page, results):
    app = open_page("reliability", model="sgd", show="coverage", coverage=100)
    accuracy = metrics.accuracy_score(results.y_true, results["sgd"].y_pred)
    shown = {metric.label: metric.value for metric in app.metric}
    assert shown["Answered"] == "100.0 %"
    assert shown["Right"] == shown["Test accuracy"] == f"{100 * accuracy:.2f} %"
    assert shown["Left to a human"] == "0"


def test_fewer_answers_leave_fewer_mistakes_and_the_share_lives_in_the_url(open_page):
    app = open_page("reliability", model="sgd", show="coverage", coverage=100)
    before = int({metric.label: metric.value for metric in app.metric}["Mistakes left"])
    app.select_slider(key="view coverage").set_value(80).run()
    shown = {metric.label: metric.value for metric in app.metric}
    assert dict(app.query_params)["coverage"] == "80"
    assert int(shown["Mistakes left"]) < before
    assert float(shown["Answered"].split()[0]) >= 80


def test_another_classifier_to_compare_with_is_written_into_the_url(open_page):
    app = open_page("reliability", model="sgd")
    app.multiselect(key="view compare").select("cnn").run()
    assert dict(app.query_params)["compare"] == "cnn"


def test_a_classifier_that_was_compared_and_is_now_chosen_leaves_the_comparison_without_a_notice(open_page):
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
def test_a_value_that_does_not_exist_is_dropped_with_a_notice(open_page, name, value, show):
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
