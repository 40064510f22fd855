"""Other people's recipes, measured on the UCI digits to be quick."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import SGDClassifier

from mnist_core import load_dataset
from mnist_core.classifiers.registry import list_classifiers
from mnist_core.classifiers.spec import as_rows
from mnist_core.store import claims
from mnist_core.store.claims import CLAIMS_MADE
from mnist_core.store.test_evaluations import load_evaluations
from mnist_core.training import published_recipes


def not_to_convergence(recipe):
    """`sgd-raw` never settles, which takes a while: here it gives up early."""
    if recipe.name != "sgd-raw":
        return recipe
    return replace(recipe, build=lambda: SGDClassifier(random_state=0, max_iter=5, tol=None))


@pytest.fixture
def on_digits(tmp_path, monkeypatch):
    monkeypatch.setenv("MNIST_ARTIFACTS_DIR", str(tmp_path))
    monkeypatch.setattr(published_recipes, "DATASET", "digits")
    names = ("sgd-default", "sgd-raw", "nystroem-50")
    wanted = [not_to_convergence(recipe) for recipe in published_recipes.recipes() if recipe.name in names]
    monkeypatch.setattr(published_recipes, "recipes", lambda: wanted)
    return load_dataset("digits")


def test_every_claim_has_a_recipe_or_a_classifier_that_answers_it():
    known = {recipe.name for recipe in published_recipes.recipes()} | {f"run:{name}" for name in list_classifiers()}
    assert {claim.measured for claim in CLAIMS_MADE} <= known


def test_a_recipe_is_measured_as_scikit_learn_would(on_digits):
    found = published_recipes.measure_recipes()
    model = SGDClassifier(random_state=0).fit(as_rows(on_digits.train.images), on_digits.train.labels)
    assert found["sgd-default"].train_accuracy == model.score(as_rows(on_digits.train.images), on_digits.train.labels)
    assert found["sgd-default"].test_accuracy == model.score(as_rows(on_digits.test.images), on_digits.test.labels)
    assert len(found["sgd-raw"].fold_accuracies) == 5
    assert found["sgd-raw"].test_accuracy is None
    assert 0.8 < found["nystroem-50"].test_accuracy < 1
    assert claims.load_measurements(on_digits.spec.fingerprint) == found
    log = load_evaluations("digits")
    assert log["purpose"].tolist() == ["claim", "claim"]  # the one that is cross-validated does not see the test split
    assert dict(zip(log["classifier"], log["test_accuracy"], strict=True)) == {
        name: found[name].test_accuracy for name in ("sgd-default", "nystroem-50")
    }


def test_what_was_measured_is_not_measured_again_and_an_interruption_loses_nothing(on_digits, monkeypatch):
    done = []

    def measure(recipe, *data):
        if len(done) == 1:
            raise KeyboardInterrupt
        done.append(recipe.name)
        return real(recipe, *data)

    real = published_recipes._measure
    monkeypatch.setattr(published_recipes, "_measure", measure)
    with pytest.raises(KeyboardInterrupt):
        published_recipes.measure_recipes()
    monkeypatch.setattr(
        published_recipes, "_measure", lambda recipe, *data: done.append(recipe.name) or real(recipe, *data)
    )
    published_recipes.measure_recipes()
    assert sorted(done) == ["nystroem-50", "sgd-default", "sgd-raw"]


def test_pixels_survive_the_way_to_rows_and_back():
    images = np.arange(784, dtype=np.uint8).reshape(1, 28, 28)
    np.testing.assert_array_equal(published_recipes._as_images(as_rows(images)), images)
