"""What `robustness` prints and needs, and what `verify` makes of what it keeps."""

import json
import subprocess
import sys

import numpy as np
import pytest

from mnist_core import load_dataset, store
from mnist_core.__main__ import main
from tests.conftest import PROJECT

NAME = "logistic"
CALL = ["robustness", NAME, "--dataset", "digits"]


def test_it_says_what_it_found_and_verify_agrees(distorted, capsys):
    assert main([*CALL, "--force"]) == 0
    record = store.load_record("digits", NAME)
    worst = min(record.robustness, key=lambda name: np.mean(record.robustness[name]))
    said = capsys.readouterr().out
    assert f"worst: {worst}, {np.mean(record.robustness[worst]):.2%}" in said
    assert f"{np.mean(list(record.robustness.values())):.2%} of distorted digits" in said
    assert main(["verify", NAME, "--dataset", "digits"]) == 0


def test_what_is_there_is_not_measured_again(distorted, capsys):
    before = store.load_record("digits", NAME)
    assert main(CALL) == 0
    assert "of distorted digits" in capsys.readouterr().out
    assert store.load_record("digits", NAME) == before


def test_a_classifier_without_a_run_is_a_failure_that_says_what_to_do(distorted, capsys):
    (distorted / "digits" / NAME / store.RECORD).unlink()
    assert main(CALL) == 1
    assert f"train {NAME} --dataset digits" in capsys.readouterr().err


def test_accuracies_that_are_not_those_of_the_labels_are_found(distorted, capsys):
    path = distorted / "digits" / NAME / store.RECORD
    record = json.loads(path.read_text())
    record["robustness"]["blur"][2] += 1e-6
    path.write_text(json.dumps(record))
    assert main(["verify", NAME, "--dataset", "digits"]) == 1
    assert "blur: the record's accuracies are not those of the stored labels" in capsys.readouterr().err


def test_labels_that_are_another_models_are_found(distorted, capsys):
    """Accuracies and labels agree, but the model says something else."""
    record, y_true = store.load_record("digits", NAME), load_dataset("digits").test.labels
    labels = {name: store.load_robustness(record, name) for name in record.robustness}
    labels["shift"] = np.tile(y_true, (5, 1))
    store.save_robustness(record, record.robustness | {"shift": [1.0] * 5}, labels)
    assert main(["verify", NAME, "--dataset", "digits"]) == 1
    problems = capsys.readouterr().err
    assert "shift: " in problems
    assert "distorted anew get another label" in problems


def test_accuracies_on_another_datasets_digits_are_checked_too(distorted, capsys):
    record, digits = store.load_record("digits", NAME), load_dataset("digits")
    labels = np.concatenate([digits.train.labels, digits.test.labels])
    store.save_robustness(record, {"digits": [1.0]}, {"digits": labels[None]})
    assert main(["verify", NAME, "--dataset", "digits"]) == 0
    store.save_robustness(record, {"digits": [0.9]}, {"digits": labels[None]})
    assert main(["verify", NAME, "--dataset", "digits"]) == 1
    assert "digits: the record's accuracies" in capsys.readouterr().err


@pytest.mark.usefixtures("distorted")
def test_it_needs_no_package_that_trains():
    script = """
import sys
from mnist_core.__main__ import main
status = main(["robustness", "sgd-scaled", "--dataset", "digits"])
print(status, sorted({"torch", "onnx", "skl2onnx", "cleanlab", "optuna", "statsmodels"} & sys.modules.keys()))
"""
    found = subprocess.run([sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert found.stdout.splitlines()[-1] == "0 []"


@pytest.mark.parametrize("name", ["digits", "rotate"])
def test_a_transform_is_no_classifier(name, capsys):
    with pytest.raises(SystemExit):
        main(["robustness", name])
    assert "no classifier named" in capsys.readouterr().err
