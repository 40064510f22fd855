"""The `tune` command: its output, and wrong arguments."""

import json
import re

import pytest

from mnist_core.__main__ import main
from mnist_core.classifiers.registry import CLASSIFIERS
from mnist_core.store.tuning_history import load_history

pytest.importorskip("optuna", reason="Optuna is not installed (pip install -r requirements-train.txt)")

LOGISTIC = ["tune", "logistic", "--dataset", "digits"]


@pytest.fixture(autouse=True)
def empty_artifacts(tmp_path, monkeypatch):
    """Store searches in an empty folder."""
    monkeypatch.setenv("MNIST_ARTIFACTS_DIR", str(tmp_path))


def test_the_output_ends_with_the_best_trials_and_advice(capsys):
    assert main([*LOGISTIC, "--trials", "2"]) == 0
    history, output = load_history("digits", "logistic"), capsys.readouterr().out
    grid = CLASSIFIERS["logistic"].search_space["C"]
    assert f"2 trials on a validation split of 150 digits. There are {len(grid)} combinations: --trials 4 " in output
    table = output.split("\n\n")[2].splitlines()
    assert table[0].split() == ["Trial", "Accuracy", "95", "%", "interval", "Fit", "C"]
    assert table[1].split()[:3] == [f"{history.best.number}", f"{100 * history.best.accuracy:.2f}", "%"]
    assert len(table) == 3
    assert re.search(
        "hyperparameters in use are the best|higher validation accuracy than the hyperparameters in use", output
    )
    assert main([*LOGISTIC, "--trials", "99", "--jobs", "2"]) == 0
    output = capsys.readouterr().out
    assert (
        f"{len(grid)} trials on a validation split of 150 digits. All {len(grid)} combinations have been tried."
        in output
    )


def test_progress_can_be_reported_as_json(capsys):
    assert main([*LOGISTIC, "--trials", "2", "--progress", "json"]) == 0
    reports = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [report["share"] for report in reports if "trial" in report["message"]] == [0.5, 1.0]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["tune"], "NAME"),
        (["tune", "sdg"], "There is no classifier named 'sdg'"),
        ([*LOGISTIC, "--trials", "0"], "expected 1 or more, found 0"),
        ([*LOGISTIC, "--seed", "-1"], "expected 0 or more, found -1"),
    ],
)
def test_wrong_arguments_exit_with_status_2(arguments, message, capsys):
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    assert message in capsys.readouterr().err


def test_a_custom_run_cannot_be_tuned(capsys):
    assert main(["tune", "logistic@1", "--dataset", "digits"]) == 1
    (error,) = capsys.readouterr().err.splitlines()
    assert "found the custom run logistic@1. Tune logistic instead." in error
