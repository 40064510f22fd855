"""The command `python -m benchmarks.train`: measurements, the test-set evaluation log, and validation accuracy."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

from benchmarks import train
from mnist_core import load_dataset
from mnist_core.classifiers.registry import hyperparameters_for
from mnist_core.classifiers.spec import as_rows
from tests.conftest import PROJECT


@pytest.mark.slow
def test_a_benchmark_measures_and_logs_the_test_set_evaluation(tmp_path):
    found = subprocess.run(
        [sys.executable, "-m", "benchmarks.train", "logistic", "--dataset", "digits", "--json", tmp_path / "out.json"],
        cwd=PROJECT,
        env={**os.environ, "MNIST_ARTIFACTS_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
        timeout=100,
    )
    assert "| Logistic regression" in found.stdout
    assert "All nine" not in found.stdout
    result = json.loads((tmp_path / "out.json").read_text())["results"][0]
    assert all(accuracy > 0.9 for _, accuracy in [*result["ours"], result["baseline"]])
    evaluation = json.loads((tmp_path / "digits" / "test-readings.jsonl").read_text())
    assert evaluation["purpose"] == "benchmark"
    assert evaluation["test_accuracy"] == result["ours"][0][1]


def test_an_unknown_job_is_refused_with_the_list_of_jobs(capsys):
    with pytest.raises(SystemExit):
        train.main(["svm"])
    assert "fast, base, sgd" in capsys.readouterr().err


def test_validation_accuracy_is_measured_without_a_test_set_evaluation(tmp_path):
    found = subprocess.run(
        [sys.executable, "-m", "benchmarks.train", "logistic", "--dataset", "digits", "--holdout"],
        cwd=PROJECT,
        env={**os.environ, "MNIST_ARTIFACTS_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
        timeout=100,
    )
    training = load_dataset("digits").train
    kept, held = train_test_split(np.arange(898), test_size=1 / 6, stratify=training.labels, random_state=0)
    model = LogisticRegression(**hyperparameters_for("logistic", "digits"), random_state=0)
    accuracy = model.fit(as_rows(training.images[kept]), training.labels[kept]).score(
        as_rows(training.images[held]), training.labels[held]
    )
    assert f"| {100 * accuracy:.2f} %" in found.stdout
    assert not list(tmp_path.rglob("*"))
