"""The benchmark of training measures what it says and judges it by all of its targets."""

import json
import os
import subprocess
import sys

import pytest

from benchmarks import train
from benchmarks.plain import PLAIN
from tests.conftest import PROJECT

JOB = train.Job("CNN to 99%", "cnn", accuracy=0.99, seconds=2, seeds=3)
SVC = train.Job("SVC", "svc-ovo", times_faster=8)


@pytest.mark.parametrize(
    ("ours", "met"),
    [
        ([(1.9, 0.991), (1.8, 0.990), (2.5, 0.989)], True),  # the median second, the mean accuracy
        ([(1.9, 0.991), (2.1, 0.990), (2.5, 0.990)], False),
        ([(1.9, 0.991), (1.8, 0.990), (1.9, 0.988)], False),
    ],
)
def test_time_and_accuracy_must_both_be_reached(ours, met):
    assert train.Line(JOB, ours, (20.0, 0.99), 300).met is met


def test_how_many_times_faster_is_the_ratio_of_the_times():
    line = train.Line(SVC, [(20.0, 0.986)], (180.0, 0.979), 300)
    assert line.times_faster == pytest.approx(9)
    assert line.met
    assert not train.Line(SVC, [(25.0, 0.986)], (180.0, 0.979), 300).met


def test_what_was_given_up_is_a_bound():
    line = train.Line(SVC, [(20.0, 0.986)], None, 300)
    assert line.times_faster == pytest.approx(15)
    assert "> 300 s" in line.cells()
    assert "> 15.0" in line.cells()
    assert "> 4.0" in train.Line(SVC, [(59.2, 0.986)], None, 240).cells()  # 4.054


def test_without_a_target_there_is_no_verdict():
    assert train.Line(train.Job("MLP", "mlp"), [(20.0, 0.98)], (30.0, 0.97), 300).met is None


def test_every_base_classifier_has_a_plain_one_beside_it():
    assert set(train.NINE) == {*PLAIN, "cnn"}
    assert len(train.NINE) == 9


@pytest.mark.parametrize("job", train.FAST, ids=lambda job: job.title)
def test_the_fast_recipes_change_what_the_classifier_has(job):
    assert job.changes.keys() <= train.hyperparameters_for(job.classifier, "mnist").keys()


def test_it_measures_and_leaves_a_line_in_the_log_of_readings(tmp_path):
    found = subprocess.run(
        [sys.executable, "-m", "benchmarks.train", "logistic", "--dataset", "digits", "--json", tmp_path / "seen.json"],
        cwd=PROJECT,
        env={**os.environ, "MNIST_ARTIFACTS_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "| Logistic regression" in found.stdout
    assert "All nine" not in found.stdout
    seen = json.loads((tmp_path / "seen.json").read_text())["lines"][0]
    assert all(accuracy > 0.9 for _, accuracy in [*seen["ours"], seen["plain"]])
    reading = json.loads((tmp_path / "digits" / "test-readings.jsonl").read_text())
    assert reading["purpose"] == "benchmark"
    assert reading["test_accuracy"] == seen["ours"][0][1]


def test_what_it_does_not_know_is_refused_with_what_there_is(capsys):
    with pytest.raises(SystemExit):
        train.main(["svm"])
    assert "fast, base, sgd" in capsys.readouterr().err
