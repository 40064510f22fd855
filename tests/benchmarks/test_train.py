"""The benchmark of training measures what it says and judges it by all of its targets."""

import json
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

from benchmarks import train
from benchmarks.plain import PLAIN
from mnist_core import load_dataset
from mnist_core.classifiers.registry import hyperparameters_for
from mnist_core.classifiers.spec import as_rows
from mnist_core.classifiers.torch.convnet import ConvNet
from tests.conftest import PROJECT

JOB = train.Job("CNN to 99%", "cnn", accuracy=0.99, seconds=2, seeds=3)
SVC = train.Job("SVC", "svc-ovo", times_faster=8)


@pytest.mark.parametrize(
    ("ours", "met"),
    [
        ([(1.9, 0.991), (1.8, 0.990), (2.2, 0.989)], True),  # the means
        ([(1.9, 0.991), (1.8, 0.990), (2.5, 0.989)], False),
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


def test_to_be_faster_counts_only_at_the_plain_ones_accuracy():
    assert not train.Line(SVC, [(20.0, 0.978)], (180.0, 0.979), 300).met


def test_several_seeds_are_shown_one_by_one():
    cells = train.Line(JOB, [(1.9, 0.991), (1.8, 0.990), (2.0, 0.989)], (20.0, 0.99), 300).cells()
    assert cells[1:3] == ("1.9 s (1.90, 1.80, 2.00)", "99.00% (99.10, 99.00, 98.90)")


def test_what_was_given_up_is_a_bound():
    line = train.Line(SVC, [(20.0, 0.986)], None, 300)
    assert line.times_faster == pytest.approx(15)
    assert "> 300 s" in line.cells()
    assert "> 15.0" in line.cells()
    assert "> 4.0" in train.Line(SVC, [(59.2, 0.986)], None, 240).cells()  # 4.054


@pytest.mark.parametrize(("accuracy", "verdict"), [(0.99, "missed at 98.90%, then met"), (0.98, "missed")])
def test_a_recipe_that_was_changed_after_a_miss_cannot_simply_meet_its_target(accuracy, verdict):
    line = train.Line(replace(JOB, missed_before="at 98.90%"), [(1.0, accuracy)], None, 300)
    assert line.cells()[-1] == verdict


def test_what_was_missed_on_mnist_says_nothing_of_another_dataset():
    assert [job.missed_before for job in train._jobs(["fast"], "mnist")] == ["in 2.1 s", "at 99.49%", ""]
    assert {job.missed_before for job in train._jobs(["fast"], "digits")} == {""}


def test_without_a_target_there_is_no_verdict():
    assert train.Line(train.Job("MLP", "mlp"), [(20.0, 0.98)], (30.0, 0.97), 300).met is None


def test_every_base_classifier_has_a_plain_one_beside_it():
    assert set(train.NINE) == {*PLAIN, "cnn"}
    assert len(train.NINE) == 9


@pytest.mark.parametrize("job", train.FAST, ids=lambda job: job.title)
def test_the_fast_recipes_change_what_the_classifier_has(job):
    assert job.changes.keys() <= {*hyperparameters_for(job.classifier, "mnist"), *ConvNet.optional}


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


def test_on_held_out_digits_the_test_split_is_not_read(tmp_path):
    found = subprocess.run(
        [sys.executable, "-m", "benchmarks.train", "logistic", "--dataset", "digits", "--holdout"],
        cwd=PROJECT,
        env={**os.environ, "MNIST_ARTIFACTS_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    training = load_dataset("digits").train
    kept, held = train_test_split(np.arange(898), test_size=1 / 6, stratify=training.labels, random_state=0)
    model = LogisticRegression(**hyperparameters_for("logistic", "digits"), random_state=0)
    accuracy = model.fit(as_rows(training.images[kept]), training.labels[kept]).score(
        as_rows(training.images[held]), training.labels[held]
    )
    assert f"| {accuracy:.2%}" in found.stdout
    assert not list(tmp_path.rglob("*"))
