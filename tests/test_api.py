"""The Python interface of `mnist_core`."""

import subprocess
import sys

import numpy as np
import pytest

from mnist_core import canvas_to_digit, list_classifiers, load_classifier, load_dataset, store
from mnist_core.base.errors import UnknownNameError
from tests.conftest import PROJECT
from tests.pages.conftest import PAGES

N_SAMPLES = 150
"""Number of test samples that each model predicts. `python -m mnist_core verify` predicts all samples."""


@pytest.mark.parametrize("name", list_classifiers("digits"))
def test_every_committed_classifier_reproduces_its_stored_predictions(name):
    test, record = load_dataset("digits").test, store.load_record("digits", name)
    stored = store.load_scores(record).argmax(axis=1)
    assert (stored == test.labels).mean() == pytest.approx(record.test_accuracy)
    classifier, images = load_classifier(name, dataset="digits"), test.images[:N_SAMPLES]
    proba, y_pred = classifier.predict_proba(images), classifier.predict(images)
    assert (proba.shape, proba.dtype) == ((N_SAMPLES, 10), np.float32)
    assert (y_pred.shape, y_pred.dtype) == ((N_SAMPLES,), np.uint8)
    np.testing.assert_allclose(proba.sum(axis=1), 1, atol=1e-5)
    assert (y_pred != stored[:N_SAMPLES]).sum() <= 1  # on another processor, rounding may change one prediction


def test_every_classifier_of_mnist_predicts_a_drawing():
    canvas = np.zeros((280, 280, 4), dtype=np.uint8)
    canvas[..., 3] = 255
    canvas[50:230, 130:150, :3] = 255
    digit = canvas_to_digit(canvas)
    predictions = {name: int(load_classifier(name).predict(digit[None])[0]) for name in list_classifiers()}
    assert list(predictions.values()).count(1) >= len(predictions) - 1, predictions


def test_the_error_for_an_unknown_name_lists_the_known_names():
    with pytest.raises(UnknownNameError, match="mnist, mnist-stratified, digits"):
        load_dataset("fashion")
    with pytest.raises(UnknownNameError, match="svc-ovo"):
        load_classifier("svc")


def test_no_page_imports_a_training_library():
    script = """
import sys
from streamlit.testing.v1 import AppTest
app = AppTest.from_file("dashboard.py", default_timeout=60)
app.query_params["dataset"] = "mnist"
assert not app.run().exception
titles = {app.title[0].value}
for page in sys.argv[1:]:
    assert not app.switch_page(f"pages/{page}.py").run().exception
    titles.add(app.title[0].value)
assert len(titles) == len(sys.argv)
libraries = {"sklearn", "torch", "onnx", "scipy", "statsmodels", "cleanlab", "optuna", "dask", "distributed"}
print(sorted(libraries & sys.modules.keys()))
"""
    command = [sys.executable, "-c", script, *PAGES[1:]]
    found = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True, timeout=100)
    assert found.stdout.splitlines()[-1] == "[]"
