"""The `train` command: stored runs, seeds, failures and interrupts."""

import json
import os
import signal
import sys
from pathlib import Path

import numpy as np
import psutil
import pytest

from mnist_core import store, training
from mnist_core.__main__ import main
from mnist_core.base.errors import ArtifactMissingError, TrainingError
from mnist_core.classifiers.registry import list_classifiers
from mnist_core.store.record import CrossValidation
from mnist_core.store.test_evaluations import evaluations_file
from mnist_core.training import train
from tests.conftest import PROJECT
from tests.processes import TIMEOUT, running, wait_for_line

pytestmark = pytest.mark.usefixtures("empty_artifacts")


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "mnist_core", *arguments]


def test_a_trained_run_is_up_to_date_shown_and_verified(capsys) -> None:
    assert main(["train", "logistic", "--dataset", "digits"]) == 0
    assert "test digits" in capsys.readouterr().out
    record = store.load_record("digits", "logistic")
    assert main(["train", "logistic", "--dataset", "digits"]) == 0
    assert "Up to date" in capsys.readouterr().out
    assert store.load_record("digits", "logistic") == record

    assert main(["show", "--dataset", "digits"]) == 0
    assert f"{100 * record.test_accuracy:.2f} %" in capsys.readouterr().out
    assert main(["show", "--dataset", "digits", "--markdown"]) == 0
    table = capsys.readouterr().out.splitlines()
    assert len({line.count("|") for line in table}) == 1
    assert len(table) == 3

    assert main(["verify", "--dataset", "digits"]) == 0
    assert "logistic: files and metrics and model verified" in capsys.readouterr().out


@pytest.mark.parametrize("damage", ["missing", "empty", "flipped bytes"])
def test_training_a_classifier_repairs_the_labels_of_all_runs(artifacts: Path, damage: str, capsys) -> None:
    path = artifacts / "digits" / store.LABELS
    if damage == "missing":
        path.unlink()
    elif damage == "empty":
        path.write_bytes(b"")
    else:
        path.write_bytes(bytes(byte ^ 0x55 for byte in path.read_bytes()))
    assert main(["train", "logistic", "--dataset", "digits"]) == 0
    assert "Up to date" not in capsys.readouterr().out
    records, problems = store.load_records("digits")
    assert ([record.classifier for record in records], problems) == (list_classifiers("digits"), [])
    for record in records:
        accuracy = (store.load_scores(record).argmax(axis=1) == store.load_labels(record, "test")).mean()
        assert accuracy == pytest.approx(record.test_accuracy)


def test_a_run_is_not_up_to_date_if_another_seed_is_given(artifacts: Path, capsys) -> None:
    def trained(*options: str) -> bool:
        assert main(["train", "logistic", "--dataset", "digits", *options]) == 0
        return "Up to date" not in capsys.readouterr().out

    assert not trained()
    assert not trained("--seed", "0")
    assert trained("--seed", "3")
    assert store.load_record("digits", "logistic").seed == 3
    assert not trained("--seed", "3")
    assert not trained()
    assert trained("--seed", "0")
    assert store.load_record("digits", "logistic").seed == 0


def test_an_up_to_date_run_is_trained_again_only_with_force(artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    stored = store.load_record("digits", "logistic")
    monkeypatch.setattr(training, "train", lambda *task, **options: calls.append(task) or stored)
    assert main(["train", "logistic", "--dataset", "digits"]) == 0
    assert calls == []
    assert main(["train", "logistic", "--dataset", "digits", "--force"]) == 0
    assert calls == [("logistic", "digits")]


def test_training_again_keeps_the_additions_of_a_run_unless_the_seed_differs(artifacts: Path) -> None:
    task = ["train", "logistic", "--dataset", "digits", "--force"]
    assert main(task) == 0  # train on this machine, because rounding differs between machines
    trained = store.load_record("digits", "logistic")
    folds = CrossValidation(seed=1, created="now", accuracies=(0.5, 0.75), sizes=(2, 4))
    scores, issues = np.eye(trained.n_train, 10), {"train": np.array([5]), "test": np.array([7])}
    store.save_cross_validation(trained, folds, temperature=7.0, scores=scores, label_issues=issues)
    store.save_learning_curve(store.load_record("digits", "logistic"), [{"n_train": 100, "test_accuracy": 0.5}])
    before = store.load_record("digits", "logistic")
    assert main(task) == 0
    same = store.load_record("digits", "logistic")
    assert (same.cross_validation, same.temperature) == (folds, 7.0)
    assert (same.learning_curve, same.files) == (before.learning_curve, before.files)
    assert main([*task, "--seed", "3"]) == 0
    other = store.load_record("digits", "logistic")
    assert (other.cross_validation, other.learning_curve) == (None, ())
    assert not (artifacts / "digits" / "logistic" / store.OUT_OF_FOLD).exists()


def test_json_reports_contain_each_epoch(capsys) -> None:
    task = ["mlp", "--dataset", "digits", "--set", "hidden=[16]", "--set", "epochs=3"]
    assert main(["train", *task, "--progress", "json"]) == 0
    reports = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    entries = [report["entry"] for report in reports if "entry" in report]
    assert [entry["epoch"] for entry in entries] == [1, 2, 3, 1, 2, 3]
    assert tuple(entries[:3]) == store.load_record("digits", "mlp@1").history
    assert all("validation_accuracy" not in entry for entry in entries[3:])


def test_a_full_disk_is_reported_in_one_line_and_leaves_no_run(empty_artifacts: Path, full_disk: str, capsys) -> None:
    assert main(["train", "logistic", "--dataset", "digits"]) == 1
    (error,) = capsys.readouterr().err.splitlines()
    assert f"could not be stored in {empty_artifacts / 'digits' / 'logistic'}: {full_disk}." in error
    assert _files(empty_artifacts) == [evaluations_file("digits")]  # the test-set evaluation was logged before


@pytest.mark.parametrize("error", [TrainingError("it cannot be trained."), ZeroDivisionError("a bug")])
def test_the_failure_of_a_classifier_does_not_stop_the_others(error: Exception, monkeypatch, capsys) -> None:
    def failing(name: str, *args, **kwargs):
        if name == "sgd":
            raise error
        return train(name, *args, **kwargs)

    monkeypatch.setattr(training, "train", failing)
    assert main(["train", "sgd", "logistic", "--dataset", "digits"]) == 1
    assert str(error) in capsys.readouterr().err
    assert store.load_record("digits", "logistic")


@pytest.mark.slow
def test_several_classifiers_can_be_trained_at_a_time() -> None:
    with running(_command("train", "logistic", "sgd", "--dataset", "digits", "--jobs", "2"), PROJECT) as process:
        _, errors = process.communicate(timeout=TIMEOUT)
    assert (process.returncode, errors) == (0, "")
    assert {record.classifier for record in store.load_records("digits")[0]} == {"logistic", "sgd"}


def test_ctrl_c_leaves_no_partial_run_and_prints_no_traceback(empty_artifacts: Path) -> None:
    with running(_command("train", "mlp", "--dataset", "digits", "--progress", "json"), PROJECT) as process:
        wait_for_line(process, "Epoch")
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=TIMEOUT)
    assert process.returncode == 1
    assert "Interrupted" in errors
    assert "Traceback" not in errors
    assert _files(empty_artifacts) == []


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["Ctrl-C in a terminal", "kill"])
def test_an_interrupt_ends_all_parallel_trainings_and_their_processes(ending: str) -> None:
    command = _command("train", "mlp", "random-forest", "--dataset", "digits", "--jobs", "2", "--progress", "json")
    with running(command, PROJECT) as process:
        wait_for_line(process, "Epoch")
        workers = psutil.Process(process.pid).children(recursive=True)
        assert len(workers) >= 2
        if ending == "kill":
            process.terminate()
        else:
            os.killpg(process.pid, signal.SIGINT)  # a terminal sends the signal to the whole process group
        _, errors = process.communicate(timeout=30)
        _, orphans = psutil.wait_procs(workers, timeout=30)
    assert (process.returncode, orphans) == (1, [])
    assert "Interrupted" in errors
    assert "Traceback" not in errors
    records, problems = store.load_records("digits")
    assert "mlp" not in {record.classifier for record in records}
    assert {type(problem) for problem in problems} == {ArtifactMissingError}


HANGS_WHILE_WRITING = """
import os, sys, time
from mnist_core.__main__ import main
os.fsync = lambda _: print("writing", flush=True) or time.sleep(60)
sys.exit(main(["train", "logistic", "--dataset", "digits", "--progress", "json"]))
"""


@pytest.mark.slow
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_while_a_run_is_written_leaves_no_temporary_file(
    ending: signal.Signals, empty_artifacts: Path
) -> None:
    with running([sys.executable, "-c", HANGS_WHILE_WRITING], PROJECT) as process:
        wait_for_line(process, "writing")
        process.send_signal(ending)
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 1
    assert errors.strip() == "Interrupted. Finished runs are kept; no partial run was written."
    assert _files(empty_artifacts) == [evaluations_file("digits")]
