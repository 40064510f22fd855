"""Rules that every single classifier of the registry obeys: training, export, storing and serving."""

import subprocess
import sys
from dataclasses import dataclass

import numpy as np
import pytest

from mnist_core.base.errors import MnistCoreError, TrainingError, UnknownNameError
from mnist_core.classifiers.onnx.served import CHUNK, OnnxClassifier
from mnist_core.classifiers.registry import (
    CLASSIFIERS,
    get_classifier_spec,
    get_trainable_spec,
    hyperparameters_for,
    is_ensemble,
    list_base_classifiers,
    list_classifiers,
    members_of,
    origin_of,
    search_space_of,
)
from mnist_core.classifiers.spec import ClassifierSpec, EnsembleSpec, Estimator, History, Hyperparameters
from mnist_core.datasets import Split, get_dataset_spec, list_datasets, load_dataset
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


def test_the_exported_model_predicts_the_scores_and_labels_of_the_estimator(trained: Trained) -> None:
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


def test_no_images_give_no_probabilities(trained: Trained) -> None:
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


SEEDED = [name for name, spec in CLASSIFIERS.items() if not (spec.requires or is_ensemble(name))]
"""The single classifiers that are trained without PyTorch."""


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        *(pytest.param(name, {}, marks=pytest.mark.slow if name in SMALLER else ()) for name in SEEDED),
        *((name, SMALLER[name]) for name in SEEDED if name in SMALLER),
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


@pytest.mark.parametrize(
    "images",
    [
        np.zeros((2, 28, 28), np.float32),
        np.zeros((28, 28), np.uint8),
        np.zeros((2, 784), np.uint8),
        [[0]],
    ],
)
def test_images_of_another_type_or_shape_are_refused_with_what_was_expected(images) -> None:
    spec = get_trainable_spec("logistic")
    digits = load_dataset("digits").train
    estimator = spec.build({**spec.hyperparameters, "max_iter": 5}, 0)
    with pytest.warns(match="converge"):
        estimator.fit(digits.images[:100], digits.labels[:100])
    served = OnnxClassifier(estimator.to_onnx().SerializeToString())
    with pytest.raises(MnistCoreError, match=r"Expected images as a uint8 array of shape \(n, 28, 28\), found"):
        served.scores(images)


def test_bytes_that_are_not_a_model_are_refused() -> None:
    with pytest.raises(MnistCoreError, match="cannot read the model"):
        OnnxClassifier(b"no model")


def test_an_unknown_name_is_refused_with_the_names_that_exist() -> None:
    assert all(name == spec.name for name, spec in CLASSIFIERS.items())
    assert list_classifiers("digits") == list(CLASSIFIERS)
    with pytest.raises(UnknownNameError, match="sgd, sgd-scaled"):
        get_classifier_spec("sdg")


@pytest.mark.parametrize("dataset", list_datasets())
def test_a_dataset_overrides_only_existing_hyperparameters(dataset: str) -> None:
    for name, overrides in get_dataset_spec(dataset).overrides.items():
        assert overrides.keys() <= CLASSIFIERS[name].hyperparameters.keys()
        assert {**hyperparameters_for(name, dataset)} == {**CLASSIFIERS[name].hyperparameters, **overrides}


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_a_search_space_has_only_existing_hyperparameters(name: str) -> None:
    assert search_space_of(name).keys() <= CLASSIFIERS[name].hyperparameters.keys()


def test_the_members_of_an_ensemble_are_earlier_single_classifiers() -> None:
    names = list(CLASSIFIERS)
    for name in names:
        members = members_of(name)
        assert all(names.index(member) < names.index(name) for member in members)
        assert not any(is_ensemble(member) for member in members)
        assert len(set(members)) == len(members)


def test_the_nine_base_classifiers_neither_refine_another_one_nor_are_ensembles() -> None:
    bases = list_base_classifiers()
    assert len(bases) == 9
    for name in CLASSIFIERS.keys() - set(bases):
        assert is_ensemble(name) != (CLASSIFIERS[name].refines in CLASSIFIERS)


def test_the_ensemble_combines_the_refined_classifier_of_each_family() -> None:
    refined = {name: origin_of(name) for name, spec in CLASSIFIERS.items() if spec.refines}
    assert set(members_of("ensemble")) == set(refined)
    assert len(set(refined.values())) == len(refined)


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_a_spec_is_either_trainable_or_an_ensemble(name: str) -> None:
    assert isinstance(CLASSIFIERS[name], EnsembleSpec if is_ensemble(name) else ClassifierSpec)
    assert is_ensemble(name) == bool(members_of(name)) == bool(members_of(f"{name}@1"))
    if is_ensemble(name):
        assert CLASSIFIERS[name].hyperparameters == {"members": list(members_of(name))}


@pytest.mark.parametrize("name", ["ensemble", "ensemble@1"])
def test_an_ensemble_is_not_trainable_and_its_members_and_command_are_named(name: str) -> None:
    members = ", ".join(members_of(name))
    expected = f"Tuning needs a single classifier, found the ensemble {name}. Use its members instead: {members}."
    with pytest.raises(TrainingError, match=f"{expected}.*run: python -m mnist_core train ensemble$"):
        get_trainable_spec(name, purpose="Tuning")
    with pytest.raises(UnknownNameError):
        get_trainable_spec("sdg")


@pytest.mark.parametrize("module", ["registry", "onnx.served", "ensemble"])
def test_serving_imports_no_package_for_training(module: str) -> None:
    code = (
        f"import sys, mnist_core.classifiers.{module}\n"
        "print(*(name for name in ('sklearn', 'torch', 'onnx', 'scipy') if name in sys.modules))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert found.stdout.strip() == ""


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
