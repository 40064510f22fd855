"""The command line: exit statuses, messages, and what is said about a run that is not in order."""

import contextlib
import errno
import hashlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import psutil
import pytest

from mnist_core import store
from mnist_core.__main__ import main
from mnist_core.base.errors import ArtifactMissingError, DatasetUnavailableError, TrainingError
from mnist_core.base.progress import Progress
from mnist_core.classifiers.registry import list_classifiers
from mnist_core.cli import check
from mnist_core.cli import train as train_command
from mnist_core.datasets import download, sources
from mnist_core.store.record import CrossValidation
from mnist_core.store.test_evaluations import evaluations_file
from mnist_core.training import train

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def empty(tmp_path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where runs are kept: nothing yet, unless a test asks for `artifacts`, copies of the committed ones."""
    monkeypatch.setenv("MNIST_ARTIFACTS_DIR", str(tmp_path / "empty"))
    return tmp_path / "empty"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train", "sdg"], "There is no classifier named 'sdg'. Choose one of: sgd, sgd-scaled"),
        (["train", "sgd", "--dataset", "minst"], "There is no dataset named 'minst'. Choose one of: mnist"),
        (["verify", "sdg"], "Choose one of: sgd"),
        (["show", "--dataset", "minst"], "Choose one of: mnist"),
        (["fetch", "minst"], "Choose one of: mnist"),
        (["train"], "Say which classifiers: --all, or any of sgd"),
        (["train", "sgd", "--jobs", "0"], "--jobs"),
        (["train", "logistic", "--set", "C"], "argument --set: expected NAME=VALUE, found 'C'"),
        (["train", "logistic", "--set", "D=3"], "logistic has no hyperparameter D. It has: C, max_iter, tol."),
        (["train", "logistic", "--set", "C=much"], 'Expected C of logistic to be a number, such as 1.0, found "much"'),
        (["train", "sgd", "logistic", "--subset", "300"], "are for one classifier at a time"),
        (["train", "--all", "--custom"], "are for one classifier at a time"),
        (["train", "logistic@1"], "logistic@1 is a run of your own. To make another, train logistic with --custom"),
        (["rename", "logistic@x", "Mine"], "There is no classifier named 'logistic@x'"),
        ([], "COMMAND"),
    ],
)
def test_a_wrong_call_exits_with_2_and_says_what_is_right(arguments: list[str], message: str, capsys) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("command", [[], ["fetch"], ["train"], ["show"], ["verify"], ["rename"], ["delete"]])
def test_help_is_everywhere(command: list[str], capsys) -> None:
    with pytest.raises(SystemExit) as exit_:
        main([*command, "--help"])
    assert exit_.value.code == 0
    assert "usage: python -m mnist_core" in capsys.readouterr().out


def test_digits_need_no_fetching(capsys) -> None:
    assert main(["fetch", "digits"]) == 0
    assert "needs no files" in capsys.readouterr().out


def test_nothing_trained_is_a_failure_that_says_what_to_do(capsys) -> None:
    assert main(["show", "--dataset", "digits"]) == 1
    assert "python -m mnist_core train sgd --dataset digits" in capsys.readouterr().err
    assert main(["verify", "--dataset", "digits"]) == 1
    assert "No classifier has been trained" in capsys.readouterr().err


def test_train_show_verify(capsys) -> None:
    assert main(["train", "logistic", "--dataset", "digits"]) == 0
    assert "test digits" in capsys.readouterr().out
    record = store.load_record("digits", "logistic")
    assert main(["train", "logistic", "--dataset", "digits"]) == 0
    assert "Up to date" in capsys.readouterr().out
    assert store.load_record("digits", "logistic") == record

    assert main(["show", "--dataset", "digits"]) == 0
    assert f"{record.test_accuracy:.2%}" in capsys.readouterr().out
    assert main(["show", "--dataset", "digits", "--markdown"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert len({line.count("|") for line in shown}) == 1
    assert len(shown) == 3

    assert main(["verify", "--dataset", "digits"]) == 0
    assert "logistic: files and metrics and model in order" in capsys.readouterr().out


@pytest.mark.parametrize("damage", ["missing", "empty", "flipped bytes"])
def test_training_one_mends_the_labels_of_all(artifacts: Path, damage: str, capsys) -> None:
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


def test_a_seed_that_is_given_is_that_of_the_run(artifacts: Path, capsys) -> None:
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


def test_an_up_to_date_run_is_left_alone_unless_forced(artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    stored = store.load_record("digits", "logistic")
    monkeypatch.setattr(train_command, "train", lambda *task, **options: asked.append(task) or stored)
    assert main(["train", "logistic", "--dataset", "digits"]) == 0
    assert asked == []
    assert main(["train", "logistic", "--dataset", "digits", "--force"]) == 0
    assert asked == [("logistic", "digits")]


def test_a_full_disk_is_one_clear_line(empty: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    assert main(["train", "logistic", "--dataset", "digits"]) == 1
    (complaint,) = capsys.readouterr().err.splitlines()
    assert f"could not be stored in {empty / 'digits' / 'logistic'}: {os.strerror(errno.ENOSPC)}." in complaint
    assert _files(empty) == [evaluations_file("digits")]  # the test split was read, whatever became of the run


@pytest.mark.parametrize("command", ["curve", "seeds", "robustness"])
def test_a_full_disk_is_one_clear_line_for_what_is_added_to_a_run(
    command, artifacts: Path, monkeypatch, capsys
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    before = store.load_record("digits", "logistic")
    monkeypatch.setattr(os, "fsync", full)
    assert main([command, "logistic", "--dataset", "digits", "--force"]) == 1
    complaint = capsys.readouterr().err.splitlines()[-1]
    assert os.strerror(errno.ENOSPC) in complaint
    assert complaint.endswith("Make room there, or allow it, and run this again.")
    assert store.load_record("digits", "logistic") == before


def test_a_fetch_says_how_far_it_is_in_few_lines(monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    def fetch(name: str, progress: Progress) -> Path:
        progress("Downloading", None)
        for done in range(1001):
            progress("Downloading", done / 1000)
        return Path("here")

    monkeypatch.setattr(check, "fetch_dataset", fetch)
    assert main(["fetch", "mnist"]) == 0
    *said, last = capsys.readouterr().out.splitlines()
    assert said == ["Downloading", *(f"Downloading: {tens}%" for tens in range(10, 101, 10))]
    assert last.startswith("mnist is here and verified")


def test_a_test_that_lacks_mnist_downloads_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.setattr(sources, "PROJECT_ROOT", tmp_path / "project")
    monkeypatch.setattr(sources.platformdirs, "user_cache_dir", lambda app: str(tmp_path / app))
    monkeypatch.setenv("MNIST_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(download, "urlopen", lambda *_, **__: pytest.fail("a mirror was asked"))
    monkeypatch.setattr(sources, "bring_from_openml", lambda *_: pytest.fail("OpenML was asked"))
    assert main(["fetch", "mnist"]) == 1
    assert "OpenML: not asked" in capsys.readouterr().err
    assert not (tmp_path / "mnist-dashboard").exists()


def test_a_changed_training_is_a_run_of_ones_own_to_show_verify_rename_and_delete(empty: Path, capsys) -> None:
    task = ["logistic", "--dataset", "digits", "--set", "C=0.1", "--set", "max_iter=50", "--label", " a\x1b b "]
    assert main(["train", *task]) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("logistic@1 ")
    record = store.load_record("digits", "logistic@1")
    assert (record.hyperparameters["C"], record.hyperparameters["max_iter"], record.label) == (0.1, 50, "a b")
    assert (record.chosen_by, record.n_train) == ("hand", 898)

    assert main(["show", "--dataset", "digits"]) == 0
    assert "logistic@1: C 0.1, max iter 50; seed 0, 898 training digits." in capsys.readouterr().out
    main(["show", "--dataset", "digits", "--markdown"])  # which others read, who have only the registry's
    assert "a b" not in capsys.readouterr().out
    assert main(["verify", "--dataset", "digits"]) == 0
    assert "logistic@1: files and metrics and model in order" in capsys.readouterr().out

    assert main(["rename", "logistic@1", "Mine", "--dataset", "digits"]) == 0
    assert store.load_record("digits", "logistic@1").label == "Mine"
    assert main(["delete", "logistic@1", "--dataset", "digits"]) == 0
    assert not (empty / "digits" / "logistic@1").exists()
    capsys.readouterr()
    for command in (["delete", "logistic@1"], ["rename", "logistic@1", "x"], ["cv", "logistic@1"]):
        assert main([*command, "--dataset", "digits"]) == 1
        assert "See which there are: python -m mnist_core show --dataset digits" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["rename", "logistic", "x"], ["delete", "logistic"]])
def test_the_registrys_runs_are_neither_renamed_nor_deleted(artifacts: Path, command: list[str], capsys) -> None:
    before = store.load_record("digits", "logistic")
    assert main([*command, "--dataset", "digits"]) == 1
    assert "logistic is a run of the registry" in capsys.readouterr().err
    assert store.load_record("digits", "logistic") == before


def test_the_name_of_a_deleted_run_is_never_given_again(capsys) -> None:
    train = ["train", "logistic", "--dataset", "digits", "--subset", "100", "--progress", "json"]
    names = []
    for _ in range(2):
        assert main(train) == 0
        names.append(json.loads(capsys.readouterr().out.splitlines()[-1])["classifier"])
        assert main(["delete", names[-1], "--dataset", "digits"]) == 0
        capsys.readouterr()
    assert names == ["logistic@1", "logistic@2"]


@pytest.mark.parametrize("command", ["cv", "curve", "seeds"])
def test_what_needs_all_digits_refuses_a_run_that_was_trained_on_some(command: str, capsys) -> None:
    train("logistic", "digits", subset=100, store_as="logistic@1")
    assert main([command, "logistic@1", "--dataset", "digits"]) == 1
    assert "logistic@1 was trained on 100 of 898 digits" in capsys.readouterr().err


def test_a_run_of_ones_own_on_all_digits_is_cross_validated_like_any_other(capsys) -> None:
    pytest.importorskip("cleanlab")
    train("logistic", "digits", changes={"C": 0.1}, store_as="logistic@1")
    assert main(["cv", "logistic@1", "--dataset", "digits", "--jobs", "1"]) == 0
    assert main(["verify", "logistic@1", "--dataset", "digits"]) == 0
    assert store.load_record("digits", "logistic@1").cross_validation


def test_json_reports_hand_over_each_epoch(capsys) -> None:
    task = ["mlp", "--dataset", "digits", "--set", "hidden=[16]", "--set", "epochs=3"]
    assert main(["train", *task, "--progress", "json"]) == 0
    reports = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    entries = [report["entry"] for report in reports if "entry" in report]
    assert [entry["epoch"] for entry in entries] == [1, 2, 3, 1, 2, 3]
    assert tuple(entries[:3]) == store.load_record("digits", "mlp@1").history
    assert all("validation_accuracy" not in entry for entry in entries[3:])


def test_a_full_disk_leaves_no_run_of_ones_own_nor_its_folder(
    empty: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    assert main(["train", "logistic", "--dataset", "digits", "--custom"]) == 1
    assert (
        f"could not be stored in {empty / 'digits' / 'logistic@1'}: {os.strerror(errno.ENOSPC)}"
        in capsys.readouterr().err
    )
    assert list((empty / "digits").iterdir()) == [evaluations_file("digits", custom=True)]


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def _change_a_byte(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def test_verify_finds_a_changed_file_and_a_changed_figure(empty: Path, capsys) -> None:
    train("logistic", "digits")
    folder = empty / "digits" / "logistic"
    fields = json.loads((folder / "record.json").read_text())
    (folder / "record.json").write_text(json.dumps({**fields, "test_accuracy": 0.999}))
    assert main(["verify", "--dataset", "digits"]) == 1
    assert "the record says 99.9000% right" in capsys.readouterr().err
    _change_a_byte(folder / "model.onnx.gz")
    assert main(["verify", "logistic", "--dataset", "digits"]) == 1
    assert "model.onnx.gz should have sha256" in capsys.readouterr().err


def test_verify_finds_predictions_of_another_model(empty: Path, capsys) -> None:
    train("logistic", "digits")
    record = train("sgd", "digits")
    store.save_run(
        store.load_record("digits", "logistic"),
        model=_model_bytes(empty / "digits" / "sgd"),
        scores=store.load_scores(store.load_record("digits", "logistic")),
        labels={split: store.load_labels(record, split) for split in ("train", "test")},
    )
    assert main(["verify", "logistic", "--dataset", "digits"]) == 1
    assert "the model's scores differ by" in capsys.readouterr().err


def _model_bytes(folder: Path) -> bytes:
    import gzip

    return gzip.decompress((folder / "model.onnx.gz").read_bytes())


def test_verify_without_images_says_so(monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    train("logistic", "digits")

    def unavailable(name: str) -> None:
        raise DatasetUnavailableError(name, [("cache", "empty")], "Connect.")

    monkeypatch.setattr(check, "load_dataset", unavailable)
    assert main(["verify", "--dataset", "digits"]) == 0
    shown = capsys.readouterr().out
    assert "images are not at hand" in shown
    assert "logistic: files and metrics in order" in shown


@pytest.mark.parametrize("error", [TrainingError("it cannot be."), ZeroDivisionError("a bug")])
def test_the_failure_of_one_does_not_stop_the_others(error: Exception, monkeypatch, capsys) -> None:
    def failing(name: str, *args, **kwargs):
        if name == "sgd":
            raise error
        return train(name, *args, **kwargs)

    monkeypatch.setattr(train_command, "train", failing)
    assert main(["train", "sgd", "logistic", "--dataset", "digits"]) == 1
    assert str(error) in capsys.readouterr().err
    assert store.load_record("digits", "logistic")


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "mnist_core", *arguments]


def test_several_at_a_time() -> None:
    command = _command("train", "logistic", "sgd", "--dataset", "digits", "--jobs", "2")
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert {record.classifier for record in store.load_records("digits")[0]} == {"logistic", "sgd"}


def test_ctrl_c_ends_quietly_without_half_a_run(empty: Path) -> None:
    command = _command("train", "mlp", "--dataset", "digits", "--progress", "json")
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        while "Epoch" not in process.stdout.readline():
            pass
        process.send_signal(signal.SIGINT)
        process.stdout.read()
        complaint = process.stderr.read()
    assert process.returncode == 1
    assert "Interrupted" in complaint
    assert "Traceback" not in complaint
    assert _files(empty) == []


@pytest.mark.parametrize("ending", ["Ctrl-C in a terminal", "kill"])
def test_an_interrupt_ends_several_at_a_time_and_leaves_none_behind(ending: str) -> None:
    command = _command("train", "mlp", "random-forest", "--dataset", "digits", "--jobs", "2", "--progress", "json")
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=PROJECT, start_new_session=True, **pipes) as process:
        while "Epoch" not in process.stdout.readline():
            pass
        workers = psutil.Process(process.pid).children(recursive=True)
        assert len(workers) >= 2
        try:
            if ending == "kill":
                process.terminate()
            else:
                os.killpg(process.pid, signal.SIGINT)  # a terminal tells every process of the group
            _, complaint = process.communicate(timeout=10)
            _, orphans = psutil.wait_procs(workers, timeout=10)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    assert (process.returncode, orphans) == (1, [])
    assert "Interrupted" in complaint
    assert "Traceback" not in complaint
    records, problems = store.load_records("digits")
    assert "mlp" not in {record.classifier for record in records}
    assert {type(problem) for problem in problems} == {ArtifactMissingError}


INTERRUPTED_WHILE_WRITING = """
import os, sys, time
from mnist_core.__main__ import main
os.fsync = lambda _: print("writing", flush=True) or time.sleep(60)
sys.exit(main(["train", "logistic", "--dataset", "digits", "--progress", "json"]))
"""


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_while_a_run_is_written_leaves_no_temporary_file(ending: signal.Signals, empty: Path) -> None:
    command = [sys.executable, "-c", INTERRUPTED_WHILE_WRITING]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        while "writing" not in process.stdout.readline():
            pass
        process.send_signal(ending)
        _, complaint = process.communicate(timeout=30)
    assert process.returncode == 1
    assert complaint.strip() == "Interrupted. Runs stored before stay; nothing is stored by halves."
    assert _files(empty) == [evaluations_file("digits")]


def test_cv_and_curve_add_to_stored_runs_and_are_not_repeated_without_force(artifacts: Path, capsys) -> None:
    pytest.importorskip("cleanlab")
    task = ["logistic", "--dataset", "digits"]
    assert main(["cv", *task, "--force", "--jobs", "2"]) == 0
    before = store.load_record("digits", "logistic")
    capsys.readouterr()
    assert main(["cv", *task]) == 0
    assert "--force does it again" in capsys.readouterr().out
    assert store.load_record("digits", "logistic") == before
    assert main(["cv", *task, "--force", "--jobs", "1"]) == 0
    assert "out of fold" in capsys.readouterr().out
    after = store.load_record("digits", "logistic")
    assert after.cross_validation.accuracies == pytest.approx(before.cross_validation.accuracies)
    assert after.temperature == pytest.approx(before.temperature, rel=1e-3)
    assert main(["curve", *task]) == 0
    assert main(["verify", *task]) == 0


def test_retraining_the_same_recipe_keeps_what_was_learnt_of_it_and_another_seed_does_not(artifacts: Path) -> None:
    task = ["train", "logistic", "--dataset", "digits", "--force"]
    assert main(task) == 0  # on this machine: another one may round otherwise
    trained = store.load_record("digits", "logistic")
    folds = CrossValidation(seed=1, created="now", accuracies=(0.5, 0.75), sizes=(2, 4))
    scores, suspects = np.eye(trained.n_train, 10), {"train": np.array([5]), "test": np.array([7])}
    store.save_cross_validation(trained, folds, temperature=7.0, scores=scores, label_issues=suspects)
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


def test_verify_finds_folds_and_out_of_fold_scores_that_do_not_fit_the_record(artifacts: Path, capsys) -> None:
    pytest.importorskip("cleanlab")
    assert main(["cv", "sgd", "--dataset", "digits"]) == 0  # unless it has been
    run = artifacts / "digits" / "sgd"
    record = json.loads((run / store.RECORD).read_text())
    record["cross_validation"]["accuracies"][2] += 0.01
    with np.load(run / store.OUT_OF_FOLD) as kept:
        data = store.pack_arrays(steps=kept["steps"] // 2)
    (run / store.OUT_OF_FOLD).write_bytes(data)
    record["files"][store.OUT_OF_FOLD] = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
    (run / store.RECORD).write_text(json.dumps(record))
    assert main(["verify", "sgd", "--dataset", "digits"]) == 1
    complaints = capsys.readouterr().err
    assert "fold 3" in complaints
    assert "temperature" in complaints
