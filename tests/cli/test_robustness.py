"""The `robustness` command, and the check of its results by `verify`."""

import json
import subprocess
import sys

import numpy as np
import pytest

from mnist_core import load_dataset, store
from mnist_core.__main__ import main
from mnist_core.cli.reporting import percent
from tests.conftest import PROJECT

NAME = "logistic"
CALL = ["robustness", NAME, "--dataset", "digits"]


def remove_transform(folder, transform):
    """Remove the results of one transform, as if the measurement had been interrupted."""
    path = folder / "digits" / NAME / store.RECORD
    record = json.loads(path.read_text())
    del record["robustness"][transform]
    path.write_text(json.dumps(record))


def test_the_accuracies_are_printed_and_verified(distorted, capsys):
    remove_transform(distorted, "noise")
    assert main(CALL) == 0
    record = store.load_record("digits", NAME)
    worst = min(record.robustness, key=lambda name: np.mean(record.robustness[name]))
    output = capsys.readouterr().out
    assert f"worst: {worst}, {percent(np.mean(record.robustness[worst]))}" in output
    assert f"{percent(np.mean(list(record.robustness.values())))} of distorted digits" in output
    assert main(["verify", NAME, "--dataset", "digits"]) == 0


def test_measured_transforms_are_not_measured_again(distorted, capsys):
    before = store.load_record("digits", NAME)
    assert main(CALL) == 0
    assert "of distorted digits" in capsys.readouterr().out
    assert store.load_record("digits", NAME) == before


def test_a_missing_run_is_reported_with_the_command_that_trains_it(distorted, capsys):
    (distorted / "digits" / NAME / store.RECORD).unlink()
    assert main(CALL) == 1
    assert f"train {NAME} --dataset digits" in capsys.readouterr().err


def test_accuracies_that_differ_from_the_stored_predictions_are_reported(distorted, capsys):
    path = distorted / "digits" / NAME / store.RECORD
    record = json.loads(path.read_text())
    record["robustness"]["blur"][2] += 1e-6
    path.write_text(json.dumps(record))
    assert main(["verify", NAME, "--dataset", "digits"]) == 1
    assert "blur: the record's accuracies differ from those of the stored predictions" in capsys.readouterr().err


def test_predictions_of_another_model_are_reported(distorted, capsys):
    record, y_true = store.load_record("digits", NAME), load_dataset("digits").test.labels
    labels = {name: store.load_robustness(record, name) for name in record.robustness}
    labels["shift"] = np.tile(y_true, (5, 1))  # consistent with the accuracies, but not with the model
    store.save_robustness(record, record.robustness | {"shift": [1.0] * 5}, labels)
    assert main(["verify", NAME, "--dataset", "digits"]) == 1
    problems = capsys.readouterr().err
    assert "shift: " in problems
    assert "of the predictions for distorted digits have changed" in problems


def test_accuracies_on_another_dataset_are_verified(distorted, capsys):
    record, digits = store.load_record("digits", NAME), load_dataset("digits")
    labels = np.concatenate([digits.train.labels, digits.test.labels])
    store.save_robustness(record, {"digits": [1.0]}, {"digits": labels[None]})
    assert main(["verify", NAME, "--dataset", "digits"]) == 0
    store.save_robustness(record, {"digits": [0.9]}, {"digits": labels[None]})
    assert main(["verify", NAME, "--dataset", "digits"]) == 1
    assert "digits: the record's accuracies" in capsys.readouterr().err


def test_robustness_needs_no_training_libraries(distorted):
    remove_transform(distorted, "elastic")
    script = """
import sys
from mnist_core.__main__ import main
status = main(["robustness", "logistic", "--dataset", "digits"])
print(status, sorted({"torch", "onnx", "skl2onnx", "cleanlab", "optuna", "statsmodels"} & sys.modules.keys()))
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines()[-1] == "0 []"


@pytest.mark.parametrize("name", ["digits", "rotate"])
def test_a_name_that_is_not_a_classifier_is_refused(name, capsys):
    with pytest.raises(SystemExit):
        main(["robustness", name])
    assert "no classifier named" in capsys.readouterr().err
