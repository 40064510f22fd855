"""The `verify` command: changes of stored runs that it reports."""

import gzip
import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from mnist_core import store
from mnist_core.__main__ import main
from mnist_core.base.errors import DatasetUnavailableError
from mnist_core.cli import verify
from mnist_core.training import train

pytestmark = pytest.mark.usefixtures("empty_artifacts")


def _change_a_byte(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def test_a_changed_file_and_a_changed_accuracy_are_reported(empty_artifacts: Path, capsys) -> None:
    train("logistic", "digits")
    folder = empty_artifacts / "digits" / "logistic"
    fields = json.loads((folder / "record.json").read_text())
    (folder / "record.json").write_text(json.dumps({**fields, "test_accuracy": 0.999}))
    assert main(["verify", "--dataset", "digits"]) == 1
    assert "test accuracy: expected 99.9000 % (record), found 9" in capsys.readouterr().err
    _change_a_byte(folder / "model.onnx.gz")
    assert main(["verify", "logistic", "--dataset", "digits"]) == 1
    assert "model.onnx.gz should have sha256" in capsys.readouterr().err


def test_predictions_of_another_model_are_reported(empty_artifacts: Path, capsys) -> None:
    train("logistic", "digits")
    record = train("sgd", "digits")
    store.save_run(
        store.load_record("digits", "logistic"),
        model=gzip.decompress((empty_artifacts / "digits" / "sgd" / "model.onnx.gz").read_bytes()),
        scores=store.load_scores(store.load_record("digits", "logistic")),
        labels={split: store.load_labels(record, split) for split in ("train", "test")},
    )
    assert main(["verify", "logistic", "--dataset", "digits"]) == 1
    assert "the model's scores differ from the stored ones by" in capsys.readouterr().err


def test_files_and_metrics_are_checked_without_images(monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    train("logistic", "digits")

    def unavailable(name: str) -> None:
        raise DatasetUnavailableError(name, [("cache", "empty")], "Connect.")

    monkeypatch.setattr(verify, "load_dataset", unavailable)
    assert main(["verify", "--dataset", "digits"]) == 0
    output = capsys.readouterr().out
    assert "Images unavailable" in output
    assert "logistic: files and metrics verified" in output


def test_folds_and_out_of_fold_scores_that_differ_from_the_record_are_reported(artifacts: Path, capsys) -> None:
    pytest.importorskip("cleanlab")
    assert main(["cv", "sgd", "--dataset", "digits"]) == 0  # has no effect if the committed run is cross-validated
    run = artifacts / "digits" / "sgd"
    record = json.loads((run / store.RECORD).read_text())
    record["cross_validation"]["accuracies"][2] += 0.01
    with np.load(run / store.OUT_OF_FOLD) as stored:
        data = store.pack_arrays(steps=stored["steps"] // 2)
    (run / store.OUT_OF_FOLD).write_bytes(data)
    record["files"][store.OUT_OF_FOLD] = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
    (run / store.RECORD).write_text(json.dumps(record))
    assert main(["verify", "sgd", "--dataset", "digits"]) == 1
    problems = capsys.readouterr().err
    assert "fold 3" in problems
    assert "temperature" in problems
