"""Loading runs: valid runs are loaded, and invalid runs are reported."""

import hashlib
import json
import os
import shutil

import numpy as np
import pytest

from mnist_core import store
from mnist_core.base.errors import (
    ArtifactCorruptError,
    ArtifactMissingError,
    ArtifactStaleError,
    UnknownNameError,
)
from mnist_core.classifiers.registry import list_classifiers
from tests.conftest import remove_additions
from tests.store.helpers import DATASET, NAME, both_labels, edit_record


def test_loaded_arrays_are_read_only(artifacts):
    record = store.load_record(DATASET, NAME)
    for array in (store.load_scores(record), store.load_labels(record, "test")):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_a_missing_run_is_reported(run):
    shutil.rmtree(run)
    with pytest.raises(ArtifactMissingError, match=r"train logistic --dataset digits"):
        store.load_record(DATASET, NAME)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"schema": 0}, "has schema 0, this version reads"),
        ({"fingerprint": "other"}, "trained on data other"),
        ({"hyperparameters": {"C": 99}}, r"other hyperparameters than the registry's \(C"),
    ],
)
def test_a_run_with_another_schema_data_or_hyperparameters_is_stale(run, change, reason):
    edit_record(run, **change)
    with pytest.raises(ArtifactStaleError, match=reason):
        store.load_record(DATASET, NAME)


@pytest.mark.parametrize("name", [store.MODEL, store.PREDICTIONS])
@pytest.mark.parametrize("damage", ["truncated", "flipped", "foreign", "missing"])
def test_a_file_without_the_recorded_hash_is_corrupt(run, name, damage):
    path = run / name
    data = bytearray(path.read_bytes())
    if damage == "truncated":
        path.write_bytes(data[: len(data) // 2])
    elif damage == "flipped":
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
    elif damage == "foreign":
        shutil.copy(run.parent / "sgd" / name, path)
    else:
        path.unlink()
    with pytest.raises(ArtifactCorruptError, match=name):
        store.load_record(DATASET, NAME)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema": 1}', '"pickle"', "[" * 100_000])
def test_a_file_that_is_not_a_record_is_reported_and_not_used(run, text):
    (run / store.RECORD).write_text(text)
    with pytest.raises((ArtifactCorruptError, ArtifactStaleError), match=store.RECORD):
        store.load_record(DATASET, NAME)


def test_the_record_of_another_run_is_corrupt(run):
    shutil.copy(run.parent / "sgd" / store.RECORD, run / store.RECORD)
    with pytest.raises(ArtifactCorruptError, match="Expected the record of logistic on digits, found that of sgd on"):
        store.load_record(DATASET, NAME)


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("history", None, r"Expected `array`, got `null`, found None - at `\$\.history`"),
        ("history", [{"epoch": "1"}], r"got `str` - at `\$\.history\[0\]\[\.\.\.\]`"),
        ("history", [{"loss": float("inf")}], r"found inf - at `\$\.history\[0\]\.loss`"),
        ("hyperparameters", [1], r"Expected `object`, got `array` - at `\$\.hyperparameters`"),
        ("test_accuracy", None, r"Expected `float`, got `null`, found None - at `\$\.test_accuracy`"),
        ("test_accuracy", True, r"Expected `float`, got `bool`, found True - at `\$\.test_accuracy`"),
        ("test_accuracy", 1.5, r"Expected `float` <= 1\.0, found 1\.5 - at `\$\.test_accuracy`"),
        ("temperature", 0, r"Expected `float` > 0\.0, found 0 - at `\$\.temperature`"),
        ("temperature", float("nan"), r"found nan - at `\$\.temperature`"),
        ("fit_seconds", float("inf"), r"Expected a finite number, found inf - at `\$\.fit_seconds`"),
        ("fit_seconds", -1.0, r"Expected `float` >= 0\.0, found -1\.0 - at `\$\.fit_seconds`"),
        ("n_test", "899", r"Expected `int`, got `str`, found '899' - at `\$\.n_test`"),
        ("n_test", 0, r"Expected `int` >= 1, found 0 - at `\$\.n_test`"),
        ("versions", {"python": 3}, r"Expected `str`, got `int` - at `\$\.versions"),
        ("robustness", [0.9], r"Expected `object`, got `array` - at `\$\.robustness`"),
        ("robustness", {"rotate": 0.9}, r"Expected `array`, got `float` - at `\$\.robustness"),
        ("robustness", {"rotate": []}, r"Expected `array` of length >= 1 - at `\$\.robustness"),
        ("robustness", {"rotate": [0.9, 1.1]}, r"Expected `float` <= 1\.0 - at `\$\.robustness.*\[1\]`"),
        ("robustness", {"rotate": [float("nan")]}, r"\$\.robustness"),
        ("files", {}, r"Expected the hashes of model\.onnx\.gz, predictions\.npz.*, found none - at `\$\.files`"),
        ("files", {"model.onnx.gz": {"sha256": "0"}, "predictions.npz": None}, r"\$\.files"),
        ("files", {"model.onnx.gz": {"sha256": "0", "bytes": -1}}, r"Expected `int` >= 0 - at `\$\.files"),
        ("schema_", 3, r"Missing or unknown fields: schema_ - at `\$`"),
    ],
)
def test_a_record_with_an_invalid_field_is_corrupt(run, field, value, reason):
    edit_record(run, **{field: value})
    with pytest.raises(ArtifactCorruptError, match=rf"{store.RECORD} is not valid: .*{reason}") as refusal:
        store.load_record(DATASET, NAME)
    assert "Train it again: python -m mnist_core train logistic --dataset digits" in str(refusal.value)


def test_a_record_without_one_of_its_fields_is_corrupt(run):
    whole = json.loads((run / store.RECORD).read_text())
    for field in whole.keys() - {"schema"}:
        (run / store.RECORD).write_text(json.dumps({name: value for name, value in whole.items() if name != field}))
        with pytest.raises(ArtifactCorruptError, match=rf"(M|m)issing .*\b{field}\b"):
            store.load_record(DATASET, NAME)


@pytest.mark.parametrize("sizes", [None, ["x"], [1.5], [True], [-1], 7, {}])
def test_invalid_sizes_of_member_models_are_corrupt(run, sizes):
    edit_record(run, details={"member_bytes": sizes})
    with pytest.raises(ArtifactCorruptError, match=r"Expected .* - at `\$\.details\.member_bytes"):
        store.load_record(DATASET, NAME)


@pytest.mark.parametrize(
    "folds",
    [
        {},
        {"seed": 1, "created": "", "accuracies": [0.9], "sizes": []},
        {"seed": 1, "created": "", "accuracies": [0.9, 0.8], "sizes": [10]},
        {"seed": 1, "created": "", "accuracies": [0.9, 1.8], "sizes": [10, 10]},
        {"seed": 1, "created": "", "accuracies": [0.9, 0.8], "sizes": [10, 0]},
        {"accuracies": [], "sizes": []},
        [0.9],
    ],
)
def test_an_incomplete_cross_validation_is_corrupt(run, folds):
    edit_record(run, cross_validation=folds)
    with pytest.raises(ArtifactCorruptError, match=r"\$\.cross_validation"):
        store.load_record(DATASET, NAME)


def test_accuracies_on_distorted_samples_without_their_labels_are_corrupt(run):
    remove_additions(run.parent, "robustness")
    edit_record(run, robustness={"rotate": [0.9]})
    with pytest.raises(ArtifactCorruptError, match=f"Expected the hashes of {store.ROBUSTNESS}, found none"):
        store.load_record(DATASET, NAME)


@pytest.mark.parametrize("content", [b"", b"PK damaged", b"\x93NUMPY garbage", b"\x80\x04pickle"])
@pytest.mark.parametrize("name", [store.LABELS, store.PREDICTIONS, store.MODEL])
def test_an_unreadable_file_is_corrupt_even_if_its_hash_is_the_recorded_one(run, name, content):
    path = run.parent / name if name == store.LABELS else run / name
    path.write_bytes(content)
    files = json.loads((run / store.RECORD).read_text())["files"]
    if name in files:
        edit_record(run, files=files | {name: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}})

    def load_test_labels(record):
        return store.load_labels(record, "test")

    load = {store.LABELS: load_test_labels, store.PREDICTIONS: store.load_scores, store.MODEL: store.load_model}[name]
    with pytest.raises(ArtifactCorruptError, match=name):
        load(store.load_record(DATASET, NAME))


def test_a_byte_flipped_anywhere_in_the_labels_is_detected(artifacts):
    record, path = store.load_record(DATASET, NAME), artifacts / DATASET / store.LABELS
    whole = path.read_bytes()
    for place in range(0, len(whole), 7):
        damaged = bytearray(whole)
        damaged[place] ^= 0x55
        path.write_bytes(damaged)
        try:
            labels = both_labels(record)
        except ArtifactCorruptError:
            continue
        assert hashlib.sha256(labels["train"].tobytes() + labels["test"].tobytes()).hexdigest() == record.labels_sha256


def test_labels_that_the_run_was_not_scored_on_are_refused(artifacts):
    record = store.load_record(DATASET, NAME)
    zeros = {"train": np.zeros(record.n_train, dtype=np.uint8), "test": np.zeros(record.n_test, dtype=np.uint8)}
    np.savez(artifacts / DATASET / store.LABELS, **zeros)
    with pytest.raises(ArtifactCorruptError, match=store.LABELS):
        store.load_labels(record, "test")


def test_scores_that_are_not_finite_are_corrupt(run):
    record = store.load_record(DATASET, NAME)
    scores = store.load_scores(record).copy()
    scores[0, :2] = np.nan, np.inf
    record = store.save_run(record, model=b"a model", scores=scores, labels=both_labels(record))
    with pytest.raises(ArtifactCorruptError, match=r"found shape \(899, 10\) with 2 NaN or infinite values"):
        store.load_scores(record)


def test_one_unusable_run_does_not_affect_the_others(run):
    (run / store.MODEL).unlink()
    records, problems = store.load_records(DATASET)
    assert [problem.classifier for problem in problems] == [NAME]
    assert [record.classifier for record in records] == [name for name in list_classifiers(DATASET) if name != NAME]


def test_a_pickle_is_never_loaded(run):
    """An object array in the predictions raises an error, even if the record has its hash."""
    predictions = run / store.PREDICTIONS
    np.savez(predictions, scores=np.array([{"a": 1}], dtype=object))
    data = predictions.read_bytes()
    files = json.loads((run / store.RECORD).read_text())["files"]
    files[store.PREDICTIONS] = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
    edit_record(run, files=files)
    with pytest.raises(ArtifactCorruptError, match="allow_pickle=False"):
        store.load_scores(store.load_record(DATASET, NAME))


def test_the_signature_changes_with_any_file(artifacts):
    before = store.signature(DATASET)
    assert before == store.signature(DATASET)
    os.utime(artifacts / DATASET / NAME / store.MODEL, (1, 1))
    assert store.signature(DATASET) != before


def test_the_error_for_an_unknown_name_lists_the_known_names():
    with pytest.raises(UnknownNameError, match="random-forest"):
        store.load_record("mnist", "randomforest")
    with pytest.raises(UnknownNameError, match="digits"):
        store.load_record("fashion", "sgd")
