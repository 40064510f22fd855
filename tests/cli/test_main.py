"""Arguments, help, exit statuses and imports of the command line."""

import subprocess
import sys

import pytest

from mnist_core.__main__ import COMMANDS, main
from tests.conftest import PROJECT

pytestmark = pytest.mark.usefixtures("empty_artifacts")
NAMES = [command.__name__.rpartition(".")[2] for command in COMMANDS]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train", "sdg"], "There is no classifier named 'sdg'. Choose one of: sgd, sgd-scaled"),
        (["train", "sgd", "--dataset", "minst"], "There is no dataset named 'minst'. Choose one of: mnist"),
        (["verify", "sdg"], "Choose one of: sgd"),
        (["show", "--dataset", "minst"], "Choose one of: mnist"),
        (["fetch", "minst"], "Choose one of: mnist"),
        (["train"], "Expected classifier names or --all. Choose among: sgd"),
        (["cv"], "Expected classifier names or --all. Choose among: sgd"),
        (["train", "sgd", "--jobs", "0"], "argument --jobs: expected 1 or more, found 0"),
        (["train", "logistic", "--set", "C"], "argument --set: expected NAME=VALUE, found 'C'"),
        (["train", "logistic", "--set", "D=3"], "logistic has no hyperparameter D. It has: C, max_iter, tol."),
        (["train", "logistic", "--set", "C=much"], 'Expected C of logistic to be a number, such as 1.0, found "much"'),
        (["train", "sgd", "logistic", "--subset", "300"], "--label need exactly one classifier"),
        (["train", "--all", "--custom"], "--label need exactly one classifier"),
        (["train", "logistic@1"], "logistic@1 is a custom run. To train another one, train logistic with --custom"),
        (["rename", "logistic@x", "Mine"], "There is no classifier named 'logistic@x'"),
        ([], "COMMAND"),
    ],
)
def test_wrong_arguments_exit_with_status_2_and_an_explanation(arguments: list[str], message: str, capsys) -> None:
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("command", [[], *([name] for name in NAMES)], ids=" ".join)
def test_every_command_has_help(command: list[str], capsys) -> None:
    with pytest.raises(SystemExit) as stop:
        main([*command, "--help"])
    assert stop.value.code == 0
    assert "usage: python -m mnist_core" in capsys.readouterr().out


def test_the_help_lists_the_commands_in_order(capsys) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    listed = [line.split()[0] for line in capsys.readouterr().out.splitlines() if line.startswith("    ")]
    assert [name for name in listed if name in NAMES] == NAMES
    assert NAMES[:2] == ["fetch", "train"]


@pytest.mark.parametrize("arguments", [["--help"], ["fetch", "digits"], ["show", "--dataset", "digits"]], ids=" ".join)
def test_commands_that_train_nothing_import_no_training_code(arguments: list[str]) -> None:
    program = f"""
import sys
from mnist_core.__main__ import main
try:
    main({arguments!r})
except SystemExit:
    pass
unwanted = {{"sklearn", "torch", "onnx", "skl2onnx", "optuna", "cleanlab", "streamlit", "mnist_core.training"}}
print(sorted(unwanted & sys.modules.keys()))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_commands_without_runs_fail_with_the_command_to_run_first(capsys) -> None:
    assert main(["show", "--dataset", "digits"]) == 1
    assert "python -m mnist_core train sgd --dataset digits" in capsys.readouterr().err
    assert main(["verify", "--dataset", "digits"]) == 1
    assert "No classifier has been trained" in capsys.readouterr().err
