import pytest

from mnist_core import load_dataset, store
from mnist_core.base.errors import ArtifactMissingError
from mnist_core.classifiers.registry import get_classifier_spec
from mnist_core.training.seeds import train_seeds


def test_other_seeds_are_the_same_recipe_on_the_whole_training_split(artifacts):
    record = train_seeds("sgd", "digits", count=3)
    data = load_dataset("digits")
    assert [entry["seed"] for entry in record.replicates] == [1, 2]
    for entry in record.replicates:
        estimator = get_classifier_spec("sgd").build(record.hyperparameters, int(entry["seed"]))
        estimator.fit(data.train.images, data.train.labels)
        right = estimator.predict(data.test.images) == data.test.labels
        assert entry["test_accuracy"] == pytest.approx(right.mean())
    mean, spread, n = record.seeds_accuracy
    assert n == 3
    assert mean == pytest.approx((record.test_accuracy + sum(e["test_accuracy"] for e in record.replicates)) / 3)
    assert spread > 0


def test_what_is_there_is_not_trained_again_and_what_is_missing_is_added(artifacts):
    first = train_seeds("logistic", "digits", count=2)
    more = train_seeds("logistic", "digits", count=3)
    assert more.replicates[0] == first.replicates[0]
    assert len(more.replicates) == 2
    assert train_seeds("logistic", "digits", count=3) == more == store.load_record("digits", "logistic")


def test_the_stored_run_stays_the_one_that_is_shown(artifacts):
    before = store.load_record("digits", "logistic")
    after = train_seeds("logistic", "digits", count=2)
    assert (after.test_accuracy, after.files) == (before.test_accuracy, before.files)


def test_without_a_run_there_is_nothing_to_repeat(artifacts):
    (artifacts / "digits" / "sgd" / "record.json").unlink()
    with pytest.raises(ArtifactMissingError):
        train_seeds("sgd", "digits")
