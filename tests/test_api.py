"""The contract in Python: what `mnist_core` itself offers."""

import subprocess
import sys

import numpy as np
import pytest

import mnist_core
from mnist_core import canvas_to_digit, list_classifiers, load_classifier, load_dataset
from mnist_core.base.errors import UnknownNameError
from tests.conftest import PROJECT
from tests.pages.conftest import PAGES


@pytest.mark.parametrize("name", list_classifiers("digits"))
def test_every_committed_classifier_predicts_what_its_record_says(name):
    test = load_dataset("digits").test
    classifier = load_classifier(name, dataset="digits")
    proba, y_pred = classifier.predict_proba(test.images), classifier.predict(test.images)
    assert (proba.shape, proba.dtype) == ((len(test), 10), np.float32)
    assert (y_pred.shape, y_pred.dtype) == ((len(test),), np.uint8)
    np.testing.assert_allclose(proba.sum(axis=1), 1, atol=1e-5)
    record = mnist_core.store.load_record("digits", name)
    assert (y_pred == test.labels).mean() == pytest.approx(record.test_accuracy, abs=1 / len(test))


def test_a_drawing_goes_through_every_mnist_classifier():
    canvas = np.zeros((280, 280, 4), dtype=np.uint8)
    canvas[..., 3] = 255
    canvas[50:230, 130:150, :3] = 255
    digit = canvas_to_digit(canvas)
    answers = {name: int(load_classifier(name).predict(digit[None])[0]) for name in list_classifiers()}
    assert list(answers.values()).count(1) >= len(answers) - 1, answers


def test_a_wrong_name_lists_the_right_ones():
    with pytest.raises(UnknownNameError, match="mnist, mnist-stratified, digits"):
        load_dataset("fashion")
    with pytest.raises(UnknownNameError, match="svc-ovo"):
        load_classifier("svc")


def test_serving_every_page_imports_nothing_that_trains():
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
needless = {"sklearn", "torch", "onnx", "scipy", "statsmodels", "cleanlab", "optuna", "dask", "distributed"}
print(sorted(needless & sys.modules.keys()))
"""
    command = [sys.executable, "-c", script, *PAGES[1:]]
    found = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    assert found.stdout.splitlines()[-1] == "[]"
