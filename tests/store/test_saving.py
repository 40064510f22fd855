"""Saving runs: no partial run is written, and earlier additions are kept if they still apply."""

import os
import shutil
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from mnist_core import store
from mnist_core.base.errors import ArtifactCorruptError, MnistCoreError
from mnist_core.store import CrossValidation
from tests.conftest import PROJECT
from tests.store.helpers import DATASET, NAME, both_labels, model_of


def test_a_saved_run_is_loaded_unchanged(artifacts):
    record = replace(
        store.load_record(DATASET, NAME),
        cross_validation=CrossValidation(seed=1, created="now", accuracies=(0.5, 0.75), sizes=(2, 4)),
        learning_curve=({"n_train": 100, "subset": 0, "test_accuracy": 0.5, "fit_seconds": 1.0},),
        replicates=({"seed": 1, "test_accuracy": 0.9, "fit_seconds": 1.0},),
        robustness={},  # needs a file that only `save_robustness` writes
    )
    model, scores, labels = model_of(NAME), store.load_scores(record), both_labels(record)
    shutil.rmtree(artifacts)
    saved = store.save_run(record, model=model, scores=scores, labels=labels)
    assert saved == store.load_record(DATASET, NAME)
    assert replace(saved, files=record.files) == record  # other versions of zlib compress to other bytes
    assert model_of(NAME) == model
    np.testing.assert_array_equal(store.load_scores(saved), scores)
    for split, array in labels.items():
        np.testing.assert_array_equal(store.load_labels(saved, split), array)
    images = np.zeros((1, 28, 28), dtype=np.uint8)
    assert store.load_model(saved).predict_proba(images).sum() == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_record_with_a_number_that_is_not_finite_is_not_written(run, value):
    before = store.load_record(DATASET, NAME)
    diverged = replace(before, history=({"epoch": 1, "loss": value, "validation_accuracy": 0.1},))
    with pytest.raises(MnistCoreError, match=r"expected finite numbers in record\.json, found NaN"):
        store.save_run(diverged, model=b"a model", scores=store.load_scores(before), labels=both_labels(before))
    assert store.load_record(DATASET, NAME) == before


@pytest.mark.parametrize("renames", [1, 2, 3])
def test_a_process_killed_while_saving_leaves_the_old_run_or_an_invalid_one(run, renames):
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
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    ended = subprocess.run([sys.executable, "-c", script], env=environment, check=False, timeout=60)
    assert ended.returncode == -9
    if renames == 1:
        assert store.load_record(DATASET, NAME) == before
    else:
        with pytest.raises(ArtifactCorruptError, match=store.MODEL):
            store.load_record(DATASET, NAME)


def test_a_full_disk_leaves_the_old_run(run, monkeypatch):
    before, present = store.load_record(DATASET, NAME), set(run.iterdir())
    scores, labels = store.load_scores(before), both_labels(before)

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        store.save_run(before, model=b"another model", scores=scores, labels=labels)
    assert store.load_record(DATASET, NAME) == before
    assert set(run.iterdir()) == present


def test_damaged_labels_are_repaired_by_the_next_run(artifacts):
    record = store.load_record(DATASET, NAME)
    scores, labels = store.load_scores(record), both_labels(record)
    (artifacts / DATASET / store.LABELS).write_bytes(b"PK damaged")
    with pytest.raises(ArtifactCorruptError, match=store.LABELS):
        store.load_labels(record, "test")
    store.save_run(record, model=b"a model", scores=scores, labels=labels)
    np.testing.assert_array_equal(store.load_labels(record, "train"), labels["train"])


def test_added_results_are_kept_while_the_run_has_the_same_scores(artifacts):
    record = store.load_record(DATASET, NAME)
    shares, labels = {"rotate": [0.9, 0.8]}, np.zeros((2, record.n_test), dtype=np.uint8)
    record = store.save_robustness(record, shares, {"rotate": labels})
    record = store.save_replicates(record, [{"seed": 1, "test_accuracy": 0.9, "fit_seconds": 1.0}])
    assert store.load_record(DATASET, NAME) == record
    np.testing.assert_array_equal(store.load_robustness(record, "rotate"), labels)
    model, scores = model_of(NAME), store.load_scores(record)
    bare = replace(record, files={}, robustness={}, replicates=())
    again = store.save_run(bare, model=model, scores=scores, labels=both_labels(record))
    assert (again.robustness, again.replicates) == (record.robustness, record.replicates)
    other = store.save_run(bare, model=model, scores=1 - scores, labels=both_labels(record))
    assert (other.robustness, other.replicates) == ({}, ())
    assert not (store.run_dir(DATASET, NAME) / "robustness.npz").exists()
