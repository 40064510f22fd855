"""Learning curves of stored runs."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

from mnist_core import load_dataset, store
from mnist_core.classifiers.linear import Linear
from mnist_core.classifiers.registry import hyperparameters_for
from mnist_core.classifiers.spec import as_rows
from mnist_core.training.learning_curve import measure_learning_curve, points
from tests.conftest import remove_additions


@pytest.fixture
def bare(artifacts):
    """Return a copy of the committed results without learning curves."""
    remove_additions(artifacts / "digits", "learning_curve")
    return artifacts


def test_the_sizes_for_mnist_are_1000_to_40000_and_the_smallest_has_five_subsets():
    wanted = points(60_000)
    assert [size for size, subset in wanted if subset == 0] == [1_000, 2_000, 5_000, 10_000, 20_000, 40_000]
    assert [subset for size, subset in wanted if size == 1_000] == [0, 1, 2, 3, 4]
    assert wanted.count((40_000, 0)) == 1
    assert (40_000, 1) not in wanted


@pytest.mark.parametrize("n_train", [300, 898, 56_000, 60_000])
def test_points_are_distinct_and_smaller_than_the_training_split(n_train):
    wanted = points(n_train)
    assert wanted
    assert len(set(wanted)) == len(wanted)
    assert all(size < n_train for size, _ in wanted)


def test_the_accuracy_of_a_point_matches_scikit_learn_on_the_same_samples(bare):
    data = load_dataset("digits")
    record = measure_learning_curve("logistic", "digits")
    assert [(entry["n_train"], entry["subset"]) for entry in record.learning_curve] == points(len(data.train))
    for entry in record.learning_curve[:2]:
        rows, _ = train_test_split(
            np.arange(len(data.train)),
            train_size=entry["n_train"],
            stratify=data.train.labels,
            random_state=entry["subset"],
        )
        model = LogisticRegression(**hyperparameters_for("logistic", "digits"), random_state=0)
        model.fit(as_rows(data.train.images[rows]), data.train.labels[rows])
        assert entry["test_accuracy"] == pytest.approx(model.score(as_rows(data.test.images), data.test.labels))
    assert store.load_record("digits", "logistic") == record


def test_an_interrupted_curve_continues_with_the_missing_points(bare, monkeypatch):
    fits = []

    def interrupt_third(self, images, labels, **options):
        fits.append(len(images))
        if len(fits) == 3:
            raise KeyboardInterrupt
        return fit(self, images, labels, **options)

    fit = Linear.fit
    monkeypatch.setattr(Linear, "fit", interrupt_third)
    with pytest.raises(KeyboardInterrupt):
        measure_learning_curve("sgd", "digits")
    assert len(store.load_record("digits", "sgd").learning_curve) == 2
    record = measure_learning_curve("sgd", "digits")
    assert len(record.learning_curve) == len(points(record.n_train)) == len(fits) - 1
    measure_learning_curve("sgd", "digits")
    assert len(fits) - 1 == len(record.learning_curve)
    measure_learning_curve("sgd", "digits", again=True)
    assert len(fits) - 1 == 2 * len(record.learning_curve)
