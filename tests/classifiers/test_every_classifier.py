"""Rules for every single classifier of the registry: training, export, storing and serving."""

from dataclasses import dataclass

import numpy as np
import pytest

from mnist_core.classifiers.onnx.served import CHUNK, OnnxClassifier
from mnist_core.classifiers.registry import (
    CLASSIFIERS,
    get_trainable_spec,
    hyperparameters_for,
    is_ensemble,
)
from mnist_core.classifiers.spec import Estimator, History, Hyperparameters
from mnist_core.datasets import Split, get_dataset_spec, load_dataset
from mnist_core.store import Record, load_model, save_run

SMALLER = {
    "cnn": {"epochs": 8, "width": 4},
    "cnn-refined": {"epochs": 8, "width": 4},
    "mlp-refined": {"epochs": 15, "hidden": [100, 100]},
    "mlp": {"epochs": 5},
    "random-forest": {"n_estimators": 20},
    "random-forest-refined": {"n_estimators": 20},
    "sgd-features": {"patches": 32},
}


@dataclass(frozen=True)
class Trained:
    name: str
    estimator: Estimator
    history: History
    model: bytes
    test: Split


PARAMETERS = [
    pytest.param(name, marks=pytest.mark.torch if "torch" in spec.requires else ())
    for name, spec in CLASSIFIERS.items()
    if not is_ensemble(name)
]
"""The single classifiers. Ensembles are tested in test_ensemble.py."""


@pytest.fixture(scope="module", params=PARAMETERS)
def trained(request: pytest.FixtureRequest) -> Trained:
    spec, digits = get_trainable_spec(request.param), load_dataset("digits")
    estimator = spec.build(hyperparameters_for(spec.name, "digits") | SMALLER.get(spec.name, {}), 0)
    validation = digits.test.images[:100], digits.test.labels[:100]
    history = estimator.fit(digits.train.images, digits.train.labels, validation=validation)
    return Trained(spec.name, estimator, history, estimator.to_onnx().SerializeToString(), digits.test)


def test_the_exported_model_has_the_scores_and_labels_of_the_estimator(trained: Trained) -> None:
    expected = trained.estimator.scores(trained.test.images)
    found = OnnxClassifier(trained.model).scores(trained.test.images)
    assert found.dtype == expected.dtype == np.float32
    assert found.shape == expected.shape == (len(trained.test), 10)
    assert np.abs(found - expected).max() <= 1e-3 * np.ptp(expected)
    assert (found.argmax(axis=1) == trained.estimator.predict(trained.test.images)).mean() >= 0.999


def test_the_accuracy_on_the_test_set_is_above_85_percent(trained: Trained) -> None:
    assert (OnnxClassifier(trained.model).predict(trained.test.images) == trained.test.labels).mean() > 0.85


@pytest.mark.parametrize("temperature", [1e-3, 1.0, 50.0])
def test_probabilities_sum_to_one_and_are_highest_for_the_predicted_label(trained: Trained, temperature: float) -> None:
    served = OnnxClassifier(trained.model, temperature)
    proba, labels = served.predict_proba(trained.test.images), served.predict(trained.test.images)
    assert proba.dtype == np.float32
    assert labels.dtype == np.uint8
    np.testing.assert_allclose(proba.sum(axis=1), 1, atol=1e-6)
    assert (proba[np.arange(len(labels)), labels] == proba.max(axis=1)).all()


def test_the_scores_of_an_image_do_not_depend_on_the_batch(trained: Trained) -> None:
    served, images = OnnxClassifier(trained.model), trained.test.images[: CHUNK + 3]
    together = served.scores(images)
    alone = np.concatenate([served.scores(images[i : i + 1]) for i in (0, CHUNK - 1, CHUNK, CHUNK + 2)])
    np.testing.assert_allclose(alone, together[[0, CHUNK - 1, CHUNK, CHUNK + 2]], atol=1e-4 * np.ptp(together))


def test_an_empty_array_of_images_gives_an_empty_array_of_probabilities(trained: Trained) -> None:
    assert OnnxClassifier(trained.model).predict_proba(trained.test.images[:0]).shape == (0, 10)


def test_only_networks_have_a_history_of_epochs(trained: Trained) -> None:
    if CLASSIFIERS[trained.name].family != "network":
        assert trained.history == []
        return
    assert [entry["epoch"] for entry in trained.history] == list(range(1, len(trained.history) + 1))
    assert trained.history[-1]["loss"] < trained.history[0]["loss"]
    assert 0 <= trained.history[-1]["validation_accuracy"] <= 1


def test_a_stored_model_predicts_the_same_after_loading(
    trained: Trained, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_ARTIFACTS_DIR", str(tmp_path))
    served = OnnxClassifier(trained.model, 2.0)
    labels = {"train": np.zeros(10, dtype=np.uint8), "test": trained.test.labels}
    scores = served.scores(trained.test.images)
    record = save_run(_record(trained), model=trained.model, scores=scores, labels=labels)
    images = trained.test.images[:50]
    np.testing.assert_array_equal(load_model(record).predict_proba(images), served.predict_proba(images))


DETERMINISTIC = [name for name, spec in CLASSIFIERS.items() if not (spec.requires or is_ensemble(name))]
"""The single classifiers that are trained without PyTorch. Their results depend only on the seed."""


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        *(pytest.param(name, {}, id=name, marks=pytest.mark.slow if name in SMALLER else ()) for name in DETERMINISTIC),
        *(pytest.param(name, SMALLER[name], id=f"{name}-smaller") for name in DETERMINISTIC if name in SMALLER),
    ],
)
def test_the_same_seed_gives_the_same_scores(name: str, changes: Hyperparameters) -> None:
    images, labels = load_dataset("digits").train.images[:300], load_dataset("digits").train.labels[:300]
    scores = []
    for _ in range(2):
        estimator = get_trainable_spec(name).build(hyperparameters_for(name, "digits") | changes, 3)
        estimator.fit(images, labels)
        scores.append(estimator.scores(images))
    np.testing.assert_array_equal(*scores)


def _record(trained: Trained) -> Record:
    return Record(
        classifier=trained.name,
        dataset="digits",
        fingerprint=get_dataset_spec("digits").fingerprint,
        hyperparameters={},
        seed=0,
        n_train=898,
        n_holdout=150,
        n_test=len(trained.test),
        created="2024-01-01T00:00:00+00:00",
        fit_seconds=1.0,
        predict_seconds=1.0,
        predict_one_seconds=0.001,
        cores=2,
        versions={},
        train_accuracy=1.0,
        holdout_accuracy=1.0,
        test_accuracy=1.0,
        temperature=2.0,
    )
