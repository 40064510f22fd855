import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from mnist_core import store
from mnist_core.base.errors import (
    ArtifactCorruptError,
    ArtifactMissingError,
    ArtifactStaleError,
    MnistCoreError,
    UnknownNameError,
)
from mnist_core.classifiers.registry import chosen_by, is_ensemble, list_classifiers
from mnist_core.store.record import CrossValidation
from mnist_core.store.test_evaluations import load_evaluations, recipe_digest
from mnist_core.store.tuning_advice import how_chosen
from mnist_core.training import robustness
from mnist_core.training.learning_curve import points
from tests.conftest import PROJECT, take_away

DATASET, NAME = "digits", "logistic"


@pytest.fixture
def run(artifacts):
    return artifacts / DATASET / NAME


def edit(run, **changes):
    path = run / store.RECORD
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def both_labels(record):
    return {split: store.load_labels(record, split) for split in ("train", "test")}


def test_every_committed_run_is_whole_and_scores_what_its_record_says():
    for dataset in ("mnist", "digits"):
        records, problems = store.load_records(dataset)
        assert not problems
        assert [record.classifier for record in records] == list_classifiers(dataset)
        for record in records:
            labels, scores = store.load_labels(record, "test"), store.load_scores(record)
            assert (scores.argmax(axis=1) == labels).mean() == pytest.approx(record.test_accuracy), record.classifier


def test_a_saved_run_comes_back_as_it_was(artifacts):
    record = replace(
        store.load_record(DATASET, NAME),
        cross_validation=CrossValidation(seed=1, created="now", accuracies=(0.5, 0.75), sizes=(2, 4)),
        learning_curve=({"n_train": 100, "subset": 0, "test_accuracy": 0.5, "fit_seconds": 1.0},),
        replicates=({"seed": 1, "test_accuracy": 0.9, "fit_seconds": 1.0},),
        robustness={},  # which needs a file that only `save_robustness` writes
    )
    model = gzip.decompress((artifacts / DATASET / NAME / store.MODEL).read_bytes())
    scores, labels = store.load_scores(record), both_labels(record)
    shutil.rmtree(artifacts)
    saved = store.save_run(record, model=model, scores=scores, labels=labels)
    assert saved == store.load_record(DATASET, NAME)
    assert replace(saved, files=record.files) == record  # another zlib packs the same content otherwise
    assert gzip.decompress((artifacts / DATASET / NAME / store.MODEL).read_bytes()) == model
    np.testing.assert_array_equal(store.load_scores(saved), scores)
    for split, array in labels.items():
        np.testing.assert_array_equal(store.load_labels(saved, split), array)
    images = np.zeros((1, 28, 28), dtype=np.uint8)
    assert store.load_model(saved).predict_proba(images).sum() == pytest.approx(1, abs=1e-6)


def test_what_is_loaded_cannot_be_changed(artifacts):
    record = store.load_record(DATASET, NAME)
    for array in (store.load_scores(record), store.load_labels(record, "test")):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_a_run_that_is_not_there_is_missing(run):
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
def test_a_run_made_otherwise_is_stale(run, change, reason):
    edit(run, **change)
    with pytest.raises(ArtifactStaleError, match=reason):
        store.load_record(DATASET, NAME)


@pytest.mark.parametrize("name", [store.MODEL, store.PREDICTIONS])
@pytest.mark.parametrize("damage", ["truncated", "flipped", "foreign", "gone"])
def test_a_file_that_is_not_the_recorded_one_is_corrupt(run, name, damage):
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


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema": 1}', '"pickle"'])
def test_a_record_that_is_none_is_reported_and_not_used(run, text):
    (run / store.RECORD).write_text(text)
    with pytest.raises((ArtifactCorruptError, ArtifactStaleError), match=store.RECORD):
        store.load_record(DATASET, NAME)


def test_a_record_of_another_run_is_corrupt(run):
    shutil.copy(run.parent / "sgd" / store.RECORD, run / store.RECORD)
    with pytest.raises(ArtifactCorruptError, match="belongs to sgd on digits"):
        store.load_record(DATASET, NAME)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("history", None),
        ("hyperparameters", [1]),
        ("test_accuracy", None),
        ("test_accuracy", True),
        ("temperature", 0),
        ("temperature", float("nan")),
        ("n_test", "899"),
        ("robustness", [0.9]),
        ("robustness", {"rotate": 0.9}),
        ("robustness", {"rotate": []}),
        ("robustness", {"rotate": [0.9, 1.1]}),
        ("robustness", {"rotate": [float("nan")]}),
        ("files", {}),
        ("files", {"model.onnx.gz": {"sha256": "0"}, "predictions.npz": None}),
    ],
)
def test_a_record_with_a_field_of_the_wrong_type_is_corrupt(run, field, value):
    edit(run, **{field: value})
    with pytest.raises(ArtifactCorruptError, match=store.RECORD):
        store.load_record(DATASET, NAME)


def test_accuracies_of_distorted_digits_without_their_labels_are_corrupt(run):
    take_away(run.parent, "robustness")
    edit(run, robustness={"rotate": [0.9]})
    with pytest.raises(ArtifactCorruptError, match=f"{store.RECORD} has accuracies of distorted digits without"):
        store.load_record(DATASET, NAME)


@pytest.mark.parametrize("content", [b"", b"PK damaged", b"\x93NUMPY garbage", b"\x80\x04pickle"])
@pytest.mark.parametrize("name", [store.LABELS, store.PREDICTIONS, store.MODEL])
def test_a_file_that_cannot_be_read_is_corrupt_even_with_the_hash_of_the_record(run, name, content):
    path = run.parent / name if name == store.LABELS else run / name
    path.write_bytes(content)
    files = json.loads((run / store.RECORD).read_text())["files"]
    if name in files:
        edit(run, files=files | {name: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}})

    def test_labels(record):
        return store.load_labels(record, "test")

    load = {store.LABELS: test_labels, store.PREDICTIONS: store.load_scores, store.MODEL: store.load_model}[name]
    with pytest.raises(ArtifactCorruptError, match=name):
        load(store.load_record(DATASET, NAME))


def test_a_byte_flipped_anywhere_in_the_labels_is_refused(artifacts):
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


def test_labels_other_than_those_it_was_scored_on_are_refused(artifacts):
    record = store.load_record(DATASET, NAME)
    zeros = {"train": np.zeros(record.n_train, dtype=np.uint8), "test": np.zeros(record.n_test, dtype=np.uint8)}
    np.savez(artifacts / DATASET / store.LABELS, **zeros)
    with pytest.raises(ArtifactCorruptError, match=store.LABELS):
        store.load_labels(record, "test")


def test_one_bad_run_leaves_the_others_usable(run):
    (run / store.MODEL).unlink()
    records, problems = store.load_records(DATASET)
    assert [problem.classifier for problem in problems] == [NAME]
    assert [record.classifier for record in records] == [name for name in list_classifiers(DATASET) if name != NAME]


def test_a_pickle_is_never_loaded(run):
    """An object array in the predictions, hashes and all, raises instead of running what it holds."""
    predictions = run / store.PREDICTIONS
    np.savez(predictions, scores=np.array([{"a": 1}], dtype=object))
    data = predictions.read_bytes()
    files = json.loads((run / store.RECORD).read_text())["files"]
    files[store.PREDICTIONS] = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
    edit(run, files=files)
    with pytest.raises(ArtifactCorruptError, match="allow_pickle=False"):
        store.load_scores(store.load_record(DATASET, NAME))


@pytest.mark.parametrize("renames", [1, 2, 3])
def test_a_process_killed_while_it_saves_leaves_a_whole_run_or_one_that_is_refused(run, renames):
    before = store.load_record(DATASET, NAME)
    script = f"""
import os
from mnist_core import store
record = store.load_record({DATASET!r}, {NAME!r})
scores = store.load_scores(record)
labels = {{split: store.load_labels(record, split) for split in ("train", "test")}}
rename, done = os.replace, []
def replace(source, target):
    done.append(target)
    if len(done) == {renames}:
        os.kill(os.getpid(), 9)
    rename(source, target)
os.replace = replace
store.save_run(record, model=b"another model", scores=scores, labels=labels)
"""
    ended = subprocess.run([sys.executable, "-c", script], env={**os.environ, "PYTHONPATH": str(PROJECT)}, check=False)
    assert ended.returncode == -9
    if renames == 1:
        assert store.load_record(DATASET, NAME) == before
    else:
        with pytest.raises(ArtifactCorruptError, match=store.MODEL):
            store.load_record(DATASET, NAME)


def test_a_disk_that_is_full_leaves_the_old_run(run, monkeypatch):
    before, there = store.load_record(DATASET, NAME), set(run.iterdir())
    scores, labels = store.load_scores(before), both_labels(before)

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        store.save_run(before, model=b"another model", scores=scores, labels=labels)
    assert store.load_record(DATASET, NAME) == before
    assert set(run.iterdir()) == there


def test_labels_that_were_damaged_are_mended_by_the_next_run(artifacts):
    record = store.load_record(DATASET, NAME)
    scores, labels = store.load_scores(record), both_labels(record)
    (artifacts / DATASET / store.LABELS).write_bytes(b"PK damaged")
    with pytest.raises(ArtifactCorruptError, match=store.LABELS):
        store.load_labels(record, "test")
    store.save_run(record, model=b"a model", scores=scores, labels=labels)
    np.testing.assert_array_equal(store.load_labels(record, "train"), labels["train"])


def test_signature_changes_with_any_file(artifacts):
    before = store.signature(DATASET)
    assert before == store.signature(DATASET)
    os.utime(artifacts / DATASET / NAME / store.MODEL, (1, 1))
    assert store.signature(DATASET) != before


def test_a_wrong_name_lists_the_right_ones():
    with pytest.raises(UnknownNameError, match="random-forest"):
        store.load_record("mnist", "randomforest")
    with pytest.raises(UnknownNameError, match="digits"):
        store.load_record("fashion", "sgd")


def cross_validated():
    """The run with a cross-validation, and its scores."""
    record = store.load_record(DATASET, NAME)
    scores = np.random.default_rng(0).normal(0, 30, (record.n_train, 10)).astype(np.float32)
    label_issues = {"train": np.array([5, 2]), "test": np.array([], dtype=int)}
    folds = CrossValidation(seed=1, created="now", accuracies=(0.5, 0.75), sizes=(2, 4))
    return store.save_cross_validation(record, folds, temperature=7.0, scores=scores, label_issues=label_issues), scores


def test_out_of_fold_scores_and_suspects_come_back_and_cannot_be_changed(artifacts):
    saved, scores = cross_validated()
    assert saved == store.load_record(DATASET, NAME)
    assert (saved.temperature, saved.cross_validation.correct, saved.cross_validation.accuracy) == (7.0, 4, 4 / 6)
    kept = store.load_out_of_fold(saved)
    np.testing.assert_array_equal(kept.argmax(axis=1), scores.argmax(axis=1))
    below, custom = (
        scores - scores.max(axis=1, keepdims=True),
        np.eye(10, dtype=bool)[store.load_labels(saved, "train")],
    )
    np.testing.assert_allclose(kept, np.where(custom, below, below.clip(-12 * 7.0)), atol=7 / 64)
    assert store.load_label_issues(saved, "train").tolist() == [5, 2]
    assert store.load_label_issues(saved, "test").tolist() == []
    for array in (kept, store.load_label_issues(saved, "train")):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


@pytest.mark.parametrize("sizes", [None, ["x"], [1.5], [True], [-1], 7, {}])
def test_sizes_of_members_that_are_none_are_corrupt(run, sizes):
    edit(run, details={"member_bytes": sizes})
    with pytest.raises(ArtifactCorruptError, match="sizes of members' models"):
        store.load_record(DATASET, NAME)


@pytest.mark.parametrize("name", [store.OUT_OF_FOLD, store.LABEL_ISSUES])
def test_what_cross_validation_added_is_verified_like_all_else(run, name):
    cross_validated()
    (run / name).write_bytes(b"PK damaged")
    with pytest.raises(ArtifactCorruptError, match=name):
        store.load_record(DATASET, NAME)


@pytest.mark.parametrize(
    "folds", [{}, {"seed": 1, "created": "", "accuracies": [0.9], "sizes": []}, {"accuracies": [], "sizes": []}, [0.9]]
)
def test_a_cross_validation_without_its_folds_is_corrupt(run, folds):
    edit(run, cross_validation=folds)
    with pytest.raises(ArtifactCorruptError):
        store.load_record(DATASET, NAME)


@pytest.mark.parametrize("dataset", ["mnist", "digits"])
def test_every_committed_run_is_cross_validated_and_has_its_learning_curve(dataset):
    """But for one that votes over others: a vote has no learning curve of its own."""
    records, _ = store.load_records(dataset)
    for record in records:
        labels, scores = store.load_labels(record, "train"), store.load_out_of_fold(record)
        right = int((scores.argmax(axis=1) == labels).sum())
        assert (record.cross_validation.correct, sum(record.cross_validation.sizes)) == (right, record.n_train)
        expected = [] if is_ensemble(record.classifier) else points(record.n_train)
        assert [(entry["n_train"], entry["subset"]) for entry in record.learning_curve] == expected


@pytest.mark.parametrize("dataset", ["mnist", "mnist-stratified", "digits"])
def test_every_committed_run_has_been_shown_every_distortion(dataset):
    for record in store.load_records(dataset)[0]:
        assert set(record.robustness) == set(robustness.tests_of(dataset)), record.classifier


@pytest.mark.parametrize("dataset", ["mnist", "mnist-stratified", "digits"])
def test_every_committed_run_is_in_the_log_of_readings_and_says_who_chose_its_settings(dataset):
    log = load_evaluations(dataset)
    for record in store.load_records(dataset)[0]:
        mine = log[(log["classifier"] == record.classifier) & (log["purpose"] == "run")]
        assert recipe_digest(record.hyperparameters) in set(mine["recipe"]), record.classifier
        tuned = how_chosen(dataset, record.classifier, record.hyperparameters)
        assert record.chosen_by in (chosen_by(record.classifier, dataset), tuned)


def keep_as_own(number, **changes):
    """A copy of the run under a name of one's own."""
    record = store.load_record(DATASET, NAME)
    bare = replace(record, files={}, cross_validation=None, learning_curve=(), replicates=(), robustness={})
    custom = replace(bare, classifier=f"{NAME}@{number}", hyperparameters={"C": 7.0}, **changes)
    model = gzip.decompress((store.run_dir(DATASET, NAME) / store.MODEL).read_bytes())
    return store.save_run(custom, model=model, scores=store.load_scores(record), labels=both_labels(record))


def test_a_run_of_ones_own_is_listed_and_loaded_beside_the_others(artifacts):
    assert store.next_name(DATASET, "mlp") == "mlp@1"
    custom = keep_as_own(1, label="Mine")
    assert store.list_runs(DATASET) == [*list_classifiers(DATASET), f"{NAME}@1"]
    assert store.next_name(DATASET, "mlp") == "mlp@2"
    assert store.load_record(DATASET, f"{NAME}@1") == custom
    assert store.load_records(DATASET)[0][-1] == custom
    assert store.load_classifier(f"{NAME}@1", DATASET).temperature == custom.temperature


def test_a_name_is_claimed_once_and_what_fails_leaves_nothing(artifacts):
    with store.reserved_name(DATASET, NAME, gone=["sgd@4", "no name", None]) as first:
        with store.reserved_name(DATASET, "mlp") as second:
            assert (first, second) == (f"{NAME}@5", "mlp@6")
        interrupted = store.reserved_name(DATASET, "mlp")
        third = interrupted.__enter__()
        (store.run_dir(DATASET, third) / store.MODEL).write_bytes(b"half a model")
        assert not interrupted.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert third == "mlp@7"
    assert not store.run_dir(DATASET, third).exists()
    assert store.list_runs(DATASET) == list_classifiers(DATASET)  # a folder is no run


def test_a_name_that_another_process_takes_meanwhile_is_passed_over(artifacts, monkeypatch):
    named, taken = store.next_name, []

    def too_late(*place, gone=()):
        name = named(*place, gone=gone)
        if not taken:
            store.run_dir(DATASET, name).mkdir()
            taken.append(name)
        return name

    monkeypatch.setattr(store, "next_name", too_late)
    with store.reserved_name(DATASET, NAME) as name:
        assert (taken, name) == ([f"{NAME}@1"], f"{NAME}@2")


ENTRY = {"n_train": 7, "subset": 0, "test_accuracy": 0.5, "fit_seconds": 1.0}
ADDITIONS = {
    "learning_curve": lambda run: store.save_learning_curve(run, [ENTRY]),
    "replicates": lambda run: store.save_replicates(run, [{"seed": 9, "test_accuracy": 0.5, "fit_seconds": 1.0}]),
    "robustness": lambda run: store.save_robustness(run, {"shift": [0.5]}, {"shift": np.zeros((1, run.n_test), int)}),
}


@pytest.mark.parametrize("first", ADDITIONS)
@pytest.mark.parametrize("second", ADDITIONS)
def test_what_is_measured_at_the_same_time_is_all_kept(artifacts, first, second):
    seen_by_both = store.load_record(DATASET, NAME)
    added = ADDITIONS[first](seen_by_both)
    ADDITIONS[second](seen_by_both)
    assert getattr(store.load_record(DATASET, NAME), first) == getattr(added, first)


@pytest.mark.parametrize("what", ADDITIONS)
def test_nothing_is_added_to_a_run_that_was_trained_anew_meanwhile(artifacts, what):
    before = store.load_record(DATASET, NAME)
    anew = replace(before, robustness={})
    scores = store.load_scores(before)
    labels = {split: store.load_labels(before, split) for split in ("train", "test")}
    store.save_run(anew, model=b"another", scores=scores, labels=labels)
    with pytest.raises(ArtifactStaleError, match="trained anew meanwhile"):
        ADDITIONS[what](before)


def test_nothing_is_added_to_a_run_that_was_deleted_meanwhile(artifacts):
    custom = keep_as_own(1)
    store.delete_run(DATASET, custom.classifier)
    for add in (
        lambda: store.rename_run(custom, "Mine"),
        lambda: store.save_learning_curve(custom, []),
        lambda: store.save_replicates(custom, []),
        lambda: store.save_robustness(custom, {}, {}),
    ):
        with pytest.raises(ArtifactMissingError, match="it has been deleted"):
            add()
    assert not store.run_dir(DATASET, custom.classifier).exists()


def test_a_damaged_run_of_ones_own_is_to_be_deleted_not_trained_again(artifacts):
    custom = keep_as_own(1)
    (store.run_dir(DATASET, custom.classifier) / store.MODEL).unlink()
    with pytest.raises(ArtifactCorruptError, match=rf"Delete it: python -m mnist_core delete {NAME}@1 --dataset"):
        store.load_record(DATASET, custom.classifier)


def test_a_run_of_ones_own_can_be_renamed_and_deleted_and_the_registrys_cannot_be_deleted(artifacts):
    custom = keep_as_own(3)
    before = store.signature(DATASET)
    assert store.rename_run(custom, "  Another \n name ").label == "Another name"
    assert store.load_record(DATASET, custom.classifier).label == "Another name"
    assert store.signature(DATASET) != before
    store.delete_run(DATASET, custom.classifier)
    assert store.list_runs(DATASET) == list_classifiers(DATASET)
    with pytest.raises(MnistCoreError, match="run of the registry"):
        store.delete_run(DATASET, NAME)
    store.load_record(DATASET, NAME)


@pytest.mark.parametrize("name", ["other@1", f"{NAME}@x", f"{NAME}@", "@1", f"{NAME}@1@2", f"../{NAME}@1"])
def test_only_a_classifier_and_a_number_make_a_name_of_ones_own(artifacts, name):
    (artifacts / DATASET / name).mkdir(parents=True, exist_ok=True)
    (artifacts / DATASET / name / store.RECORD).write_text("{}")
    assert store.list_runs(DATASET) == list_classifiers(DATASET)
    with pytest.raises(UnknownNameError):
        store.delete_run(DATASET, name)


def test_what_was_added_to_a_run_comes_back_and_stays_while_the_run_does(artifacts):
    record = store.load_record(DATASET, NAME)
    shares, labels = {"rotate": [0.9, 0.8]}, np.zeros((2, record.n_test), dtype=np.uint8)
    record = store.save_robustness(record, shares, {"rotate": labels})
    record = store.save_replicates(record, [{"seed": 1, "test_accuracy": 0.9, "fit_seconds": 1.0}])
    assert store.load_record(DATASET, NAME) == record
    np.testing.assert_array_equal(store.load_robustness(record, "rotate"), labels)
    model = gzip.decompress((store.run_dir(DATASET, NAME) / store.MODEL).read_bytes())
    bare = replace(record, files={}, robustness={}, replicates=())
    again = store.save_run(bare, model=model, scores=store.load_scores(record), labels=both_labels(record))
    assert (again.robustness, again.replicates) == (record.robustness, record.replicates)
    other = store.save_run(bare, model=model, scores=1 - store.load_scores(record), labels=both_labels(record))
    assert (other.robustness, other.replicates) == ({}, ())
    assert not (store.run_dir(DATASET, NAME) / "robustness.npz").exists()


@pytest.mark.parametrize("shape", [(1, 899), (2, 898), (899,)])
def test_labels_of_distorted_digits_that_are_not_those_of_the_accuracies_are_corrupt(artifacts, shape):
    labels = np.zeros(shape, dtype=np.uint8)
    record = store.save_robustness(store.load_record(DATASET, NAME), {"rotate": [0.9, 0.8]}, {"rotate": labels})
    with pytest.raises(ArtifactCorruptError, match=r"hold rotate in shape \(2, 899\), found"):
        store.load_robustness(record, "rotate")


def test_another_datasets_digits_are_all_of_them(artifacts):
    labels = np.zeros((1, 1797), dtype=np.uint8)
    record = store.save_robustness(store.load_record(DATASET, NAME), {"digits": [0.1]}, {"digits": labels})
    assert store.load_robustness(record, "digits").shape == (1, 1797)
