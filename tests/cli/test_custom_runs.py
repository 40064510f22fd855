"""Custom runs on the command line: train, show, verify, rename and delete."""

import json
from pathlib import Path

import pytest

from mnist_core import store
from mnist_core.__main__ import main
from mnist_core.store.test_evaluations import evaluations_file
from mnist_core.training import CustomRun, train

pytestmark = pytest.mark.usefixtures("empty_artifacts")


def test_a_custom_run_can_be_shown_verified_renamed_and_deleted(empty_artifacts: Path, capsys) -> None:
    task = ["logistic", "--dataset", "digits", "--set", "C=0.1", "--set", "max_iter=50", "--label", " a\x1b b "]
    assert main(["train", *task]) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("logistic@1 ")
    record = store.load_record("digits", "logistic@1")
    assert (record.hyperparameters["C"], record.hyperparameters["max_iter"], record.label) == (0.1, 50, "a b")
    assert (record.chosen_by, record.n_train) == ("hand", 898)

    assert main(["show", "--dataset", "digits"]) == 0
    assert "logistic@1: C 0.1, maximum iterations 50; seed 0, 898 training digits." in capsys.readouterr().out
    main(["show", "--dataset", "digits", "--markdown"])  # tables for documents contain no custom runs
    assert "a b" not in capsys.readouterr().out
    assert main(["verify", "--dataset", "digits"]) == 0
    assert "logistic@1: files and metrics and model verified" in capsys.readouterr().out

    assert main(["rename", "logistic@1", "Mine", "--dataset", "digits"]) == 0
    assert store.load_record("digits", "logistic@1").label == "Mine"
    assert main(["delete", "logistic@1", "--dataset", "digits"]) == 0
    assert not (empty_artifacts / "digits" / "logistic@1").exists()
    capsys.readouterr()
    for command in (["delete", "logistic@1"], ["rename", "logistic@1", "x"], ["cv", "logistic@1"]):
        assert main([*command, "--dataset", "digits"]) == 1
        assert "List the available runs: python -m mnist_core show --dataset digits" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["rename", "logistic", "x"], ["delete", "logistic"]])
def test_runs_of_the_registry_cannot_be_renamed_or_deleted(artifacts: Path, command: list[str], capsys) -> None:
    before = store.load_record("digits", "logistic")
    assert main([*command, "--dataset", "digits"]) == 1
    assert "logistic is not a custom run" in capsys.readouterr().err
    assert store.load_record("digits", "logistic") == before


def test_the_name_of_a_deleted_run_is_not_used_again(capsys) -> None:
    command = ["train", "logistic", "--dataset", "digits", "--subset", "100", "--progress", "json"]
    names = []
    for _ in range(2):
        assert main(command) == 0
        names.append(json.loads(capsys.readouterr().out.splitlines()[-1])["classifier"])
        assert main(["delete", names[-1], "--dataset", "digits"]) == 0
        capsys.readouterr()
    assert names == ["logistic@1", "logistic@2"]


@pytest.mark.parametrize("command", ["cv", "curve", "seeds"])
def test_commands_that_need_all_training_digits_refuse_a_run_on_a_subset(command: str, capsys) -> None:
    train("logistic", "digits", custom=CustomRun(subset=100))
    assert main([command, "logistic@1", "--dataset", "digits"]) == 1
    assert "logistic@1 was trained on 100 of 898 digits" in capsys.readouterr().err


def test_a_custom_run_on_all_training_digits_can_be_cross_validated() -> None:
    pytest.importorskip("cleanlab")
    train("logistic", "digits", custom=CustomRun(changes={"C": 0.1}))
    assert main(["cv", "logistic@1", "--dataset", "digits", "--jobs", "1"]) == 0
    assert main(["verify", "logistic@1", "--dataset", "digits"]) == 0
    assert store.load_record("digits", "logistic@1").cross_validation


def test_a_full_disk_leaves_neither_a_custom_run_nor_its_folder(empty_artifacts: Path, full_disk: str, capsys) -> None:
    assert main(["train", "logistic", "--dataset", "digits", "--custom"]) == 1
    folder = empty_artifacts / "digits"
    assert f"could not be stored in {folder / 'logistic@1'}: {full_disk}" in capsys.readouterr().err
    assert list(folder.iterdir()) == [evaluations_file("digits", custom=True)]
