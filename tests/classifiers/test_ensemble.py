"""Served ensembles, and the file of their members."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_core import load_classifier
from mnist_core.base.errors import MnistCoreError
from mnist_core.classifiers.ensemble import EnsembleClassifier, Member, from_json, to_json
from mnist_core.classifiers.spec import Served

IMAGES = np.zeros((30, 28, 28), dtype=np.uint8)


class FixedScores(Served):
    """A model with random but fixed scores that counts its calls."""

    def __init__(self, seed):
        self.calls, self._scores = 0, np.random.default_rng(seed).normal(0, 5, (len(IMAGES), 10)).astype(np.float32)

    def scores(self, images):
        self.calls += 1
        return self._scores[: len(images)]


def random_members(seed, k=3):
    """Return members with random weights and temperatures, and their models by name."""
    rng = np.random.default_rng(seed)
    weights, temperatures = rng.dirichlet(np.ones(k)), rng.uniform(0.2, 5, k)
    members = [Member(f"m{i}", float(weights[i]), float(temperatures[i]), "a", "b") for i in range(k)]
    return members, {f"m{i}": FixedScores((seed, i)) for i in range(k)}


@given(st.integers(0, 1000), st.floats(0.3, 3))
def test_probabilities_are_the_weighted_geometric_mean_of_the_members_at_the_temperature(seed, temperature):
    members, models = random_members(seed)
    product = np.ones((len(IMAGES), 10))
    for member in members:
        powers = np.exp(models[member.name].scores(IMAGES).astype(float) / member.temperature)
        product *= (powers / powers.sum(axis=1, keepdims=True)).clip(min=np.exp(-12)) ** member.weight
    expected = product ** (1 / temperature)
    expected /= expected.sum(axis=1, keepdims=True)
    ensemble = EnsembleClassifier(members, models, temperature)
    proba, y_pred = ensemble.predict_proba(IMAGES), ensemble.predict(IMAGES)
    np.testing.assert_allclose(proba, expected, rtol=1e-4, atol=1e-7)
    assert (proba.dtype, ensemble.scores(IMAGES).dtype, y_pred.dtype) == (np.float32, np.float32, np.uint8)
    np.testing.assert_array_equal(y_pred, expected.argmax(axis=1))


def test_a_member_whose_scores_are_known_is_not_evaluated():
    members, models = random_members(0)
    ensemble = EnsembleClassifier(members, models)
    expected = ensemble.scores(IMAGES)
    known = {"m0": models["m0"].scores(IMAGES), "m2": models["m2"].scores(IMAGES), "other": np.zeros(1)}
    calls = [model.calls for model in models.values()]
    np.testing.assert_array_equal(ensemble.scores_given(IMAGES, known), expected)
    assert [model.calls for model in models.values()] == [calls[0], calls[1] + 1, calls[2]]


def test_an_ensemble_accepts_and_refuses_the_same_images_as_a_single_classifier():
    models = {name: load_classifier(name, "digits") for name in ("logistic", "sgd")}
    ensemble = EnsembleClassifier(
        [Member(name, 0.5, model.temperature, "a", "b") for name, model in models.items()], models
    )
    assert ensemble.predict_proba(IMAGES[:0]).shape == (0, 10)
    many = np.random.default_rng(0).integers(0, 256, (250, 28, 28), dtype=np.uint8)
    together, alone = ensemble.predict_proba(many)[[0, 249]], ensemble.predict_proba(many[[0, 249]])
    np.testing.assert_allclose(together, alone, atol=1e-6)
    for images in (IMAGES.astype(np.float32), IMAGES[0], IMAGES.reshape(-1, 784), [[0]]):
        with pytest.raises(MnistCoreError, match=r"Expected images as a uint8 array of shape \(n, 28, 28\), found"):
            ensemble.scores(images)


def test_stored_members_are_loaded_unchanged():
    members, _ = random_members(7)
    assert from_json(to_json(members)) == tuple(members)


@pytest.mark.parametrize(
    "changes",
    [
        {"weight": float("nan")},
        {"weight": -0.1},
        {"weight": 2.0},
        {"temperature": 0.0},
        {"temperature": -1.0},
        {"temperature": float("nan")},
        {"temperature": float("inf")},
    ],
)
def test_invalid_weights_and_temperatures_are_refused(changes):
    (first, *others), _ = random_members(7)
    (field,) = changes
    with pytest.raises(ValueError, match=rf"Expected .*, found .* - at `\$\[0\]\.{field}`"):
        from_json(to_json([replace(first, **changes), *others]))


def test_a_negative_weight_is_refused_even_if_the_weights_sum_to_one():
    one = random_members(7)[0][0]
    with pytest.raises(ValueError, match=r"Expected .*, found .* - at `\$\[\d\]\.weight`"):
        from_json(to_json([replace(one, weight=2.0), replace(one, weight=-1.0)]))
