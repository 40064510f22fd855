"""What needs no pen; tests/browser draws."""

import gzip
import hashlib
import json
from types import SimpleNamespace

import numpy as np

from mnist_core import cached, canvas_to_digit, load_classifier, store
from mnist_core.cached.models import load_model
from mnist_core.classifiers.onnx.served import OnnxClassifier
from mnist_core.training import train
from tests.pages.conftest import texts


def test_a_blank_canvas_is_not_predicted(open_page):
    app = open_page("draw")
    assert "blank" in app.info[0].value
    assert not app.metric


def test_the_stroke_width_lives_in_the_url(open_page):
    app = open_page("draw", stroke=30)
    assert app.select_slider[0].value == 30
    app.select_slider[0].set_value(12).run()
    assert dict(app.query_params)["stroke"] == "12"


def test_a_stroke_asks_each_model_once_and_the_vote_over_two_of_them_asks_none_again(open_page, vote, monkeypatch):
    """AppTest has no pen: what the canvas would hand over is given."""
    ink = np.zeros((280, 280, 4), dtype=np.uint8)
    ink[..., 3] = 255
    ink[50:230, 130:150, :3] = 255
    open_page("draw")  # the canvas can be imported for the first time by a page only
    monkeypatch.setattr("streamlit_drawable_canvas.st_canvas", lambda **_: SimpleNamespace(image_data=ink))
    open_page("draw")
    asked, scores = [], OnnxClassifier.scores
    monkeypatch.setattr(OnnxClassifier, "scores", lambda model, images: asked.append(model) or scores(model, images))
    app = open_page("draw")
    assert not app.exception
    results = cached.load_results("digits")
    (metric,) = app.metric
    assert metric.delta.endswith(f"of {len(results.records) - 1}") or metric.delta.endswith(" each")
    assert asked == [load_model(results, name) for name in results.records if name != "ensemble"]
    digit = canvas_to_digit(ink)
    proba = cached.predict_all(cached.load_models(results)[0], digit[None])
    assert list(proba) == list(results.records)
    np.testing.assert_allclose(proba["ensemble"], load_classifier("ensemble", "digits").predict_proba(digit[None]))
    assert f"{len(proba)} answers in" in texts(app)
    assert "Ensemble" in app.get("plotly_chart")[0].proto.spec


def test_a_vote_has_the_members_models_and_no_others_in_memory(vote):
    results = cached.load_results("digits")
    models = load_model(results, "ensemble")._models
    assert models == {name: load_model(results, name) for name in ("logistic", "sgd")}


def test_what_is_added_to_runs_while_the_server_runs_loads_no_model_again(vote):
    before, _ = cached.load_models(cached.load_results("digits"))
    store.save_replicates(store.load_record("digits", "sgd"), [])
    store.save_learning_curve(store.load_record("digits", "sgd"), [])
    after, _ = cached.load_models(cached.load_results("digits"))
    assert all(after[name] is model for name, model in before.items())


def test_a_vote_is_named_whose_members_model_cannot_be_read(open_page, vote):
    """Its hash is right, as with a model of a later ONNX Runtime."""

    def replace_file(name, file, content):
        before = json.loads((vote / name / "record.json").read_text())
        described = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
        (vote / name / file).write_bytes(content)
        (vote / name / "record.json").write_text(json.dumps(before | {"files": before["files"] | {file: described}}))
        return before["files"][file]["sha256"], described["sha256"]

    old, new = replace_file("sgd", store.MODEL, gzip.compress(b"no model"))
    replace_file(
        "ensemble",
        store.ENSEMBLE,
        (vote / "ensemble" / store.ENSEMBLE).read_bytes().replace(old.encode(), new.encode()),
    )
    app = open_page("draw")
    assert not app.exception
    assert "Not here: Linear SVM (SGD) (model.onnx.gz cannot be read" in texts(app)
    assert "Not here: Ensemble (its member sgd cannot be used (model.onnx.gz cannot be read" in texts(app)


def test_a_vote_that_a_new_member_made_stale_is_named_with_its_reason(open_page, vote):
    train("sgd", "digits", seed=3)
    assert "Not here: Ensemble (its member sgd has been trained anew since)." in texts(open_page("draw"))
