"""`tune`: what it prints, and wrong calls."""

import json

import pytest

from mnist_core.__main__ import main
from mnist_core.classifiers.registry import CLASSIFIERS
from mnist_core.store.tuning_history import load_history

pytest.importorskip("optuna", reason="Optuna is not installed (pip install -r requirements-train.txt)")

LOGISTIC = ["tune", "logistic", "--dataset", "digits"]


@pytest.fixture(autouse=True)
def empty(tmp_path, monkeypatch):
    monkeypatch.setenv("MNIST_ARTIFACTS_DIR", str(tmp_path))


def test_it_ends_with_the_best_trials_and_what_to_make_of_them(capsys):
    assert main([*LOGISTIC, "--trials", "2"]) == 0
    history, shown = load_history("digits", "logistic"), capsys.readouterr().out
    grid = CLASSIFIERS["logistic"].search_space["C"]
    assert f"2 trials on 150 held-out digits. There are {len(grid)} combinations: --trials 4 goes on." in shown
    table = shown.split("\n\n")[2].splitlines()
    assert table[0].split() == ["Trial", "Accuracy", "95", "%", "interval", "Fit", "C"]
    assert table[1].split()[:2] == [f"{history.best.number}", f"{history.best.accuracy:.2%}"]
    assert len(table) == 3
    assert "hyperparameters in use are the best" in shown or "better than what is in use" in shown
    assert main([*LOGISTIC, "--trials", "99", "--jobs", "2"]) == 0
    shown = capsys.readouterr().out
    assert f"{len(grid)} trials on 150 held-out digits. All {len(grid)} combinations have been tried." in shown


def test_it_can_report_to_programs(capsys):
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
def test_a_wrong_call_exits_with_2(arguments, message, capsys):
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == 2
    assert message in capsys.readouterr().err


def test_what_cannot_be_tuned_is_one_clear_line(capsys):
    assert main(["tune", "logistic@1", "--dataset", "digits"]) == 1
    (complaint,) = capsys.readouterr().err.splitlines()
    assert "tune its classifier, logistic, instead" in complaint
