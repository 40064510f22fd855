"""The Draw page without drawing. The tests in tests/browser draw."""

import gzip
import hashlib
import json
from types import SimpleNamespace

import numpy as np
import pytest

from mnist_core import cached, canvas_to_digit, load_classifier, store
from mnist_core.cached.models import load_model
from mnist_core.classifiers.onnx.served import OnnxClassifier
from mnist_core.training import train
from tests.pages.conftest import texts


def test_a_blank_canvas_is_not_predicted(open_page):
    app = open_page("draw")
    assert "blank" in app.info[0].value
    assert not app.metric


def test_the_stroke_width_is_in_the_url(open_page):
    app = open_page("draw", stroke=30)
    assert app.select_slider[0].value == 30
    app.select_slider[0].set_value(12).run()
    assert dict(app.query_params)["stroke"] == "12"


@pytest.mark.usefixtures("fresh_caches")
def test_a_stroke_evaluates_each_model_once_even_with_an_ensemble(open_page, ensemble_artifacts, monkeypatch):
    """Replace the canvas by one that returns an image, because AppTest cannot draw."""
    ink = np.zeros((280, 280, 4), dtype=np.uint8)
    ink[..., 3] = 255
    ink[50:230, 130:150, :3] = 255
    open_page("draw")  # the canvas can only be imported by a running page
    monkeypatch.setattr("streamlit_drawable_canvas.st_canvas", lambda **_: SimpleNamespace(image_data=ink))
    open_page("draw")
    evaluated, scores = [], OnnxClassifier.scores
    monkeypatch.setattr(
        OnnxClassifier, "scores", lambda model, images: evaluated.append(model) or scores(model, images)
    )
    app = open_page("draw")
    assert not app.exception
    results = cached.load_results("digits")
    (metric,) = app.metric
    assert metric.delta.endswith(f"of {len(results.records) - 1}") or metric.delta.endswith(" each")
    assert evaluated == [load_model(results, name) for name in results.records if name != "ensemble"]
    digit = canvas_to_digit(ink)
    proba = cached.predict_all(cached.load_models(results)[0], digit[None])
    assert list(proba) == list(results.records)
    np.testing.assert_allclose(proba["ensemble"], load_classifier("ensemble", "digits").predict_proba(digit[None]))
    assert f"{len(proba)} predictions in" in texts(app)
    assert "Ensemble" in app.get("plotly_chart")[0].proto.spec


def test_an_ensemble_uses_the_loaded_models_of_its_members(ensemble_artifacts):
    results = cached.load_results("digits")
    models = load_model(results, "ensemble")._models
    assert models == {name: load_model(results, name) for name in ("logistic", "sgd")}


def test_a_model_is_not_loaded_again_after_results_are_added_to_its_run(ensemble_artifacts):
    before, _ = cached.load_models(cached.load_results("digits"))
    store.save_replicates(store.load_record("digits", "sgd"), [])
    store.save_learning_curve(store.load_record("digits", "sgd"), [])
    after, _ = cached.load_models(cached.load_results("digits"))
    assert all(after[name] is model for name, model in before.items())


def test_an_ensemble_with_an_unreadable_member_model_is_reported(open_page, ensemble_artifacts):
    """Store a model whose hash is correct, as if a later version of ONNX Runtime had written it."""

    def replace_file(name, file, content):
        before = json.loads((ensemble_artifacts / name / "record.json").read_text())
        described = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
        (ensemble_artifacts / name / file).write_bytes(content)
        (ensemble_artifacts / name / "record.json").write_text(
            json.dumps(before | {"files": before["files"] | {file: described}})
        )
        return before["files"][file]["sha256"], described["sha256"]

    old, new = replace_file("sgd", store.MODEL, gzip.compress(b"no model"))
    replace_file(
        "ensemble",
        store.ENSEMBLE,
        (ensemble_artifacts / "ensemble" / store.ENSEMBLE).read_bytes().replace(old.encode(), new.encode()),
    )
    app = open_page("draw")
    assert not app.exception
    assert "Not available: Linear SVM (SGD) (model.onnx.gz cannot be read" in texts(app)
    assert "Not available: Ensemble (its member sgd cannot be used (model.onnx.gz cannot be read" in texts(app)


def test_an_ensemble_with_a_retrained_member_is_reported_with_the_reason(open_page, ensemble_artifacts):
    train("sgd", "digits", seed=3)
    assert "Not available: Ensemble (its member sgd was retrained after the ensemble)." in texts(open_page("draw"))
