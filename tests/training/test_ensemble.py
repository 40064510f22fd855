"""Training, storing and evaluating an ensemble of two fast classifiers on the UCI digits."""

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from mnist_core import load_classifier, load_dataset, store
from mnist_core.__main__ import main
from mnist_core.base.errors import ArtifactCorruptError, ArtifactStaleError, TrainingError
from mnist_core.classifiers.onnx.served import OnnxClassifier
from mnist_core.classifiers.registry import get_trainable_spec, list_classifiers
from mnist_core.evaluation.metrics import softmax
from mnist_core.images.transforms import TRANSFORMS
from mnist_core.store.record import ENSEMBLE
from mnist_core.store.test_evaluations import hyperparameters_digest, load_evaluations
from mnist_core.training import robustness, train, up_to_date
from mnist_core.training.ensemble_weights import cross_fitted_scores, fit_weights
from mnist_core.training.label_issues import find_label_issues
from mnist_core.training.robustness import measure_robustness
from mnist_core.training.seeds import train_seeds
from mnist_core.training.splits import fold_of_each
from mnist_core.training.temperature import fit_temperature
from tests.conftest import remove_additions

pytestmark = pytest.mark.usefixtures("ensemble_artifacts")
NAME, MEMBERS = "ensemble", ("logistic", "sgd")
DATASET_OPTION = ["--dataset", "digits"]


def stored(name=NAME):
    """Return the record of a stored run."""
    return store.load_record("digits", name)


def weights():
    """Return the weights of the stored ensemble."""
    return [member.weight for member in store.load_members(stored())]


def test_a_stored_ensemble_is_verified_and_predicts_the_weighted_geometric_mean_of_its_members(capsys):
    assert main(["verify", NAME, *DATASET_OPTION]) == 0
    record, data = stored(), load_dataset("digits")
    ensemble = load_classifier(NAME, "digits")
    powers = 1.0
    for name, weight in zip(MEMBERS, weights(), strict=True):
        proba = load_classifier(name, "digits").predict_proba(data.test.images).astype(float)
        powers *= proba.clip(min=np.exp(-12)) ** (weight / record.temperature)
    expected = powers / powers.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(ensemble.predict_proba(data.test.images), expected, rtol=1e-3, atol=1e-6)
    assert (ensemble.predict(data.test.images) == data.test.labels).mean() == record.test_accuracy
    assert (ensemble.predict(data.train.images) == data.train.labels).mean() == record.train_accuracy
    np.testing.assert_array_equal(store.load_scores(record), ensemble.scores(data.test.images))


def test_an_ensemble_has_no_model_file_and_its_time_and_size_include_the_members(ensemble_artifacts):
    record, members = stored(), [stored(name) for name in MEMBERS]
    assert not (ensemble_artifacts / NAME / store.MODEL).exists()
    assert record.files[ENSEMBLE]["bytes"] < 1000
    assert record.model_bytes == record.files[ENSEMBLE]["bytes"] + sum(member.model_bytes for member in members)
    assert record.details == {"member_bytes": [member.model_bytes for member in members]}
    fits = sum(member.fit_seconds for member in members)
    assert fits < record.fit_seconds < fits + 5
    assert (record.history, record.learning_curve, record.replicates) == ((), (), ())


def test_the_stored_weights_use_all_samples_and_the_cross_validation_uses_the_other_folds():
    record, labels = stored(), load_dataset("digits").train.labels
    logits = [store.load_out_of_fold(stored(name)) / stored(name).temperature for name in MEMBERS]
    assert weights() == pytest.approx(fit_weights(logits, labels).tolist())
    scores, folds = cross_fitted_scores(logits, labels, fold_of_each(labels)), fold_of_each(labels)
    correct = scores.argmax(axis=1) == labels
    assert record.cross_validation.accuracies == tuple(correct[folds == fold].mean() for fold in range(5))
    assert (record.n_holdout, record.holdout_accuracy) == (len(labels), correct.mean())
    assert record.temperature == fit_temperature(scores, labels)
    loaded = softmax(store.load_out_of_fold(record), record.temperature)
    np.testing.assert_allclose(loaded, softmax(scores, record.temperature), rtol=0.02, atol=1e-5)
    proba = softmax(scores, record.temperature)
    np.testing.assert_array_equal(store.load_label_issues(record, "train"), find_label_issues(labels, proba))
    test = softmax(store.load_scores(record), record.temperature)
    found = find_label_issues(store.load_labels(record, "test"), test)
    np.testing.assert_array_equal(store.load_label_issues(record, "test"), found)


def test_the_test_set_is_evaluated_once_and_logged():
    log, digest = load_evaluations("digits"), hyperparameters_digest(stored().hyperparameters)
    (entry,) = log[log["recipe"] == digest].to_dict("records")
    assert (entry["purpose"], entry["test_accuracy"]) == ("run", stored().test_accuracy)


@pytest.mark.parametrize("damage", ["another seed", "missing", "corrupt"])
def test_an_ensemble_is_stale_if_a_member_is_retrained_missing_or_corrupt(ensemble_artifacts, damage, capsys):
    if damage == "another seed":
        assert main(["train", "sgd", *DATASET_OPTION, "--seed", "3"]) == 0
        assert "ensemble on digits: its member sgd was retrained after the ensemble." in capsys.readouterr().err
    elif damage == "missing":
        shutil.rmtree(ensemble_artifacts / "sgd")
    else:
        (ensemble_artifacts / "sgd" / store.MODEL).write_bytes(b"another model")
    with pytest.raises(
        ArtifactStaleError, match=r"its member sgd (was|cannot).*Train it again: .*train ensemble --dataset digits"
    ):
        stored()
    assert up_to_date(NAME, "digits") is None
    assert NAME in [problem.classifier for problem in store.load_records("digits")[1]]


def test_results_added_to_a_member_do_not_change_the_ensemble():
    before = stored()
    store.save_replicates(stored("sgd"), [{"seed": 1, "test_accuracy": 0.9, "fit_seconds": 1.0}])
    assert stored() == before


def test_missing_members_must_be_trained_and_then_cross_validated(ensemble_artifacts):
    shutil.rmtree(ensemble_artifacts / "sgd")
    remove_additions(ensemble_artifacts, "cross_validation")
    expected = r"train sgd --dataset digits, then python -m mnist_core cv logistic sgd --dataset digits$"
    with pytest.raises(TrainingError, match=expected):
        train(NAME, "digits")


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b'[{"name": "sgd"}]', b"[]"])
def test_an_invalid_members_file_is_corrupt_even_if_its_hash_matches_the_record(ensemble_artifacts, content):
    path = ensemble_artifacts / NAME / store.RECORD
    record = json.loads(path.read_text())
    (ensemble_artifacts / NAME / ENSEMBLE).write_bytes(content)
    with pytest.raises(ArtifactCorruptError, match=ENSEMBLE):
        stored()
    record["files"][ENSEMBLE] = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    path.write_text(json.dumps(record))
    with pytest.raises(ArtifactCorruptError, match=ENSEMBLE):
        stored()


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_a_training_that_fails_at_the_end_does_not_change_the_stored_run(ensemble_artifacts, error, monkeypatch):
    def fail(*_):
        raise error

    before = {path: path.read_bytes() for path in (ensemble_artifacts / NAME).iterdir()}
    train("sgd", "digits", seed=3)
    assert main(["cv", "sgd", *DATASET_OPTION, "--jobs", "1"]) == 0
    monkeypatch.setattr("mnist_core.training.out_of_fold.find_label_issues", fail)
    with pytest.raises(error):
        train(NAME, "digits")
    assert {path: path.read_bytes() for path in (ensemble_artifacts / NAME).iterdir()} == before


def test_results_added_to_an_ensemble_stay_if_the_same_ensemble_is_trained_again(ensemble_artifacts, monkeypatch):
    monkeypatch.setattr(robustness, "TRANSFORMS", {"shift": TRANSFORMS["shift"]})
    before = measure_robustness([NAME], "digits")[0].record
    again = train(NAME, "digits")
    assert (again.robustness, again.files) == (before.robustness, before.files)


def test_an_ensemble_without_cross_validation_is_not_up_to_date(ensemble_artifacts):
    assert up_to_date(NAME, "digits") == stored()
    remove_additions(ensemble_artifacts, "cross_validation")
    assert up_to_date(NAME, "digits") is None


@pytest.mark.parametrize(("logit_factor", "temperature_factor"), [(1, 2), (2, 1)])
def test_an_ensemble_with_outdated_weights_can_be_served_but_is_not_up_to_date(
    ensemble_artifacts, logit_factor, temperature_factor
):
    before, member = stored(), stored("sgd")
    temperature = temperature_factor * member.temperature
    scores = logit_factor * temperature_factor * store.load_out_of_fold(member)
    label_issues = {split: store.load_label_issues(member, split) for split in ("train", "test")}
    store.save_cross_validation(
        member, member.cross_validation, temperature=temperature, scores=scores, label_issues=label_issues
    )
    assert stored() == before
    assert up_to_date(NAME, "digits") is None
    assert main(["train", NAME, *DATASET_OPTION]) == 0
    assert up_to_date(NAME, "digits") == stored()


def test_with_another_seed_the_members_are_retrained_and_the_weights_stay(ensemble_artifacts):
    data, before = load_dataset("digits"), stored()
    record = train_seeds(NAME, "digits", count=3)
    assert [entry["seed"] for entry in record.replicates] == [1, 2]
    for entry in record.replicates:
        logs = 0.0
        for name, weight in zip(MEMBERS, weights(), strict=True):
            estimator = get_trainable_spec(name).build(stored(name).hyperparameters, int(entry["seed"]))
            estimator.fit(data.train.images, data.train.labels)
            proba = softmax(estimator.scores(data.test.images), stored(name).temperature)
            logs += weight * np.log(proba.astype(float).clip(min=np.exp(-12)))
        assert entry["test_accuracy"] == (logs.argmax(axis=1) == data.test.labels).mean()
    assert (record.test_accuracy, record.files) == (before.test_accuracy, before.files)
    assert [stored(name).replicates for name in MEMBERS] == [(), ()]  # they are not stored with the members


@pytest.mark.parametrize("file", [store.PREDICTIONS, store.ROBUSTNESS, store.LABEL_ISSUES, store.OUT_OF_FOLD])
def test_an_ensemble_depends_only_on_the_models_of_its_members(ensemble_artifacts, file):
    before = stored()
    (ensemble_artifacts / "sgd" / file).write_bytes(b"damaged")
    with pytest.raises(ArtifactCorruptError):
        stored("sgd")
    assert stored() == before
    assert load_classifier(NAME, "digits")


def test_loading_all_records_reads_each_model_once(ensemble_artifacts, monkeypatch):
    for name in set(list_classifiers("digits")) - {NAME, *MEMBERS}:
        shutil.rmtree(ensemble_artifacts / name, ignore_errors=True)
    read, read_bytes = [], Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: read.append(path) or read_bytes(path))
    records, _ = store.load_records("digits")
    assert [record.classifier for record in records] == ["sgd", "logistic", NAME]
    assert sum(path.name == store.MODEL for path in read) == len(MEMBERS)


def test_robustness_evaluates_the_ensemble_and_each_member_once(ensemble_artifacts, monkeypatch):
    monkeypatch.setattr(robustness, "TRANSFORMS", {"shift": TRANSFORMS["shift"]})
    remove_additions(ensemble_artifacts, "robustness")
    alone = measure_robustness([NAME], "digits")[0].record
    expected = store.load_robustness(alone, "shift")
    calls, scores = [], OnnxClassifier.scores
    monkeypatch.setattr(OnnxClassifier, "scores", lambda *arguments: calls.append(1) or scores(*arguments))
    loaded, init = [], OnnxClassifier.__init__
    monkeypatch.setattr(OnnxClassifier, "__init__", lambda *arguments: loaded.append(1) or init(*arguments))
    together = measure_robustness([NAME, *MEMBERS], "digits", again=True)[::-1]
    assert len(loaded) == len(MEMBERS)
    calls.clear()
    measure_robustness([*MEMBERS, NAME], "digits", again=True)
    np.testing.assert_array_equal(store.load_robustness(together[-1].record, "shift"), expected)
    assert len(calls) == len(MEMBERS) * len(TRANSFORMS["shift"].severities)
