"""The command line: exit statuses, messages, and what is said about a run that is not in order."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mnist_core import store
from mnist_core.__main__ import main
from mnist_core.commands import check
from mnist_core.commands import train as train_command
from mnist_core.errors import DatasetUnavailableError, TrainingError
from mnist_core.training import train

PROJECT = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def artifacts(tmp_path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MNIST_ARTIFACTS_DIR", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train", "sdg"], "There is no classifier named 'sdg'. Choose one of: sgd, sgd-scaled"),
        (["train", "sgd", "--dataset", "minst"], "There is no dataset named 'minst'. Choose one of: mnist"),
        (["verify", "sdg"], "Choose one of: sgd"),
        (["show", "--dataset", "minst"], "Choose one of: mnist"),
        (["fetch", "minst"], "Choose one of: mnist"),
        (["train"], "Say what to train: --all, or any of sgd"),
        (["train", "sgd", "--jobs", "0"], "--jobs"),
        ([], "COMMAND"),
    ],
)
def test_a_wrong_call_exits_with_2_and_says_what_is_right(arguments: list[str], message: str, capsys) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("command", [[], ["fetch"], ["train"], ["show"], ["verify"]])
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


def _change_a_byte(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def test_verify_finds_a_changed_file_and_a_changed_figure(artifacts: Path, capsys) -> None:
    train("logistic", "digits")
    folder = artifacts / "digits" / "logistic"
    fields = json.loads((folder / "record.json").read_text())
    (folder / "record.json").write_text(json.dumps({**fields, "test_accuracy": 0.999}))
    assert main(["verify", "--dataset", "digits"]) == 1
    assert "the record says 99.9000% right" in capsys.readouterr().err
    _change_a_byte(folder / "model.onnx.gz")
    assert main(["verify", "logistic", "--dataset", "digits"]) == 1
    assert "model.onnx.gz should have sha256" in capsys.readouterr().err


def test_verify_finds_predictions_of_another_model(artifacts: Path, capsys) -> None:
    train("logistic", "digits")
    record = train("sgd", "digits")
    store.save_run(
        store.load_record("digits", "logistic"),
        model=_model_bytes(artifacts / "digits" / "sgd"),
        scores=store.load_scores(store.load_record("digits", "logistic")),
        labels=store.load_labels(record),
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


def test_ctrl_c_ends_quietly_without_half_a_run(artifacts: Path) -> None:
    command = _command("train", "mlp", "--dataset", "digits", "--progress", "json")
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        while "Epoch" not in process.stdout.readline():
            pass
        process.send_signal(signal.SIGINT)
        process.stdout.read()
        complaint = process.stderr.read()
    assert process.returncode == 130
    assert "Interrupted" in complaint
    assert "Traceback" not in complaint
    assert not list(artifacts.glob("**/*.*"))
