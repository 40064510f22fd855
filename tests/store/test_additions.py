"""Results that are added to stored runs: cross-validation, learning curve, other seeds, robustness."""

from dataclasses import replace

import numpy as np
import pytest

from mnist_core import store
from mnist_core.base.errors import ArtifactCorruptError, ArtifactMissingError, ArtifactStaleError
from mnist_core.store import CrossValidation
from tests.store.helpers import DATASET, NAME, both_labels, save_custom_run

ENTRY = {"n_train": 7, "subset": 0, "test_accuracy": 0.5, "fit_seconds": 1.0}
ADDITIONS = {
    "learning_curve": lambda run: store.save_learning_curve(run, [ENTRY]),
    "replicates": lambda run: store.save_replicates(run, [{"seed": 9, "test_accuracy": 0.5, "fit_seconds": 1.0}]),
    "robustness": lambda run: store.save_robustness(run, {"shift": [0.5]}, {"shift": np.zeros((1, run.n_test), int)}),
}


def cross_validated():
    """Return the run with a cross-validation, and its out-of-fold scores."""
    record = store.load_record(DATASET, NAME)
    scores = np.random.default_rng(0).normal(0, 30, (record.n_train, 10)).astype(np.float32)
    label_issues = {"train": np.array([5, 2]), "test": np.array([], dtype=int)}
    folds = CrossValidation(seed=1, created="now", accuracies=(0.5, 0.75), sizes=(2, 4))
    return store.save_cross_validation(record, folds, temperature=7.0, scores=scores, label_issues=label_issues), scores


def test_out_of_fold_scores_and_label_issues_are_loaded_unchanged_and_read_only(artifacts):
    saved, scores = cross_validated()
    assert saved == store.load_record(DATASET, NAME)
    assert (saved.temperature, saved.cross_validation.correct, saved.cross_validation.accuracy) == (7.0, 4, 4 / 6)
    loaded = store.load_out_of_fold(saved)
    np.testing.assert_array_equal(loaded.argmax(axis=1), scores.argmax(axis=1))
    differences = scores - scores.max(axis=1, keepdims=True)
    of_the_label = np.eye(10, dtype=bool)[store.load_labels(saved, "train")]
    expected = np.where(of_the_label, differences, differences.clip(-12 * 7.0))
    np.testing.assert_allclose(loaded, expected, atol=7 / 64)
    assert store.load_label_issues(saved, "train").tolist() == [5, 2]
    assert store.load_label_issues(saved, "test").tolist() == []
    for array in (loaded, store.load_label_issues(saved, "train")):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


@pytest.mark.parametrize("name", [store.OUT_OF_FOLD, store.LABEL_ISSUES])
def test_the_files_of_a_cross_validation_are_verified(run, name):
    cross_validated()
    (run / name).write_bytes(b"PK damaged")
    with pytest.raises(ArtifactCorruptError, match=name):
        store.load_record(DATASET, NAME)


@pytest.mark.parametrize("first", ADDITIONS)
@pytest.mark.parametrize("second", ADDITIONS)
def test_results_that_are_added_at_the_same_time_are_all_kept(artifacts, first, second):
    loaded_by_both = store.load_record(DATASET, NAME)
    added = ADDITIONS[first](loaded_by_both)
    ADDITIONS[second](loaded_by_both)
    assert getattr(store.load_record(DATASET, NAME), first) == getattr(added, first)


@pytest.mark.parametrize("field", ADDITIONS)
def test_results_are_not_added_to_a_run_that_was_retrained_in_the_meantime(artifacts, field):
    before = store.load_record(DATASET, NAME)
    retrained = replace(before, robustness={})
    store.save_run(retrained, model=b"another", scores=store.load_scores(before), labels=both_labels(before))
    with pytest.raises(ArtifactStaleError, match="retrained in the meantime"):
        ADDITIONS[field](before)


def test_results_are_not_added_to_a_run_that_was_deleted_in_the_meantime(artifacts):
    custom = save_custom_run(1)
    store.delete_run(DATASET, custom.classifier)
    for add in (
        lambda: store.rename_run(custom, "Mine"),
        lambda: store.save_learning_curve(custom, []),
        lambda: store.save_replicates(custom, []),
        lambda: store.save_robustness(custom, {}, {}),
    ):
        with pytest.raises(ArtifactMissingError, match="it was deleted"):
            add()
    assert not store.run_dir(DATASET, custom.classifier).exists()


@pytest.mark.parametrize("shape", [(1, 899), (2, 898), (899,)])
def test_labels_of_distorted_samples_that_do_not_match_the_accuracies_are_corrupt(artifacts, shape):
    labels = np.zeros(shape, dtype=np.uint8)
    record = store.save_robustness(store.load_record(DATASET, NAME), {"rotate": [0.9, 0.8]}, {"rotate": labels})
    with pytest.raises(ArtifactCorruptError, match=r"hold rotate in shape \(2, 899\), found"):
        store.load_robustness(record, "rotate")


def test_the_predictions_for_another_dataset_cover_both_its_splits(artifacts):
    labels = np.zeros((1, 1797), dtype=np.uint8)
    record = store.save_robustness(store.load_record(DATASET, NAME), {"digits": [0.1]}, {"digits": labels})
    assert store.load_robustness(record, "digits").shape == (1, 1797)
