"""Trainings of stored runs with other seeds."""

import pytest

from mnist_core import load_dataset, store
from mnist_core.base.errors import ArtifactMissingError
from mnist_core.classifiers.registry import get_trainable_spec
from mnist_core.training.seeds import train_seeds


def test_other_seeds_use_the_same_hyperparameters_on_the_whole_training_split(artifacts):
    record = train_seeds("sgd", "digits", count=3)
    data = load_dataset("digits")
    assert [entry["seed"] for entry in record.replicates] == [1, 2]
    for entry in record.replicates:
        estimator = get_trainable_spec("sgd").build(record.hyperparameters, int(entry["seed"]))
        estimator.fit(data.train.images, data.train.labels)
        correct = estimator.predict(data.test.images) == data.test.labels
        assert entry["test_accuracy"] == pytest.approx(correct.mean())
    mean, spread, n = record.seeds_accuracy
    assert n == 3
    assert mean == pytest.approx((record.test_accuracy + sum(e["test_accuracy"] for e in record.replicates)) / 3)
    assert spread > 0


def test_only_missing_seeds_are_trained(artifacts):
    first = train_seeds("logistic", "digits", count=2)
    more = train_seeds("logistic", "digits", count=3)
    assert more.replicates[0] == first.replicates[0]
    assert len(more.replicates) == 2
    assert train_seeds("logistic", "digits", count=3) == more == store.load_record("digits", "logistic")


def test_other_seeds_do_not_change_the_stored_model(artifacts):
    before = store.load_record("digits", "logistic")
    after = train_seeds("logistic", "digits", count=2)
    assert (after.test_accuracy, after.files) == (before.test_accuracy, before.files)


def test_a_missing_run_is_reported(artifacts):
    (artifacts / "digits" / "sgd" / "record.json").unlink()
    with pytest.raises(ArtifactMissingError):
        train_seeds("sgd", "digits")
