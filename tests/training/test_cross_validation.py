"""Cross-validation of classifiers on the UCI digits."""

import json
from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from mnist_core import load_dataset, store
from mnist_core.base.errors import ArtifactMissingError
from mnist_core.base.quantization import MAX_STEPS, STEPS_PER_NAT
from mnist_core.classifiers.linear import Linear
from mnist_core.classifiers.registry import hyperparameters_for
from mnist_core.classifiers.spec import as_rows
from mnist_core.evaluation.metrics import softmax
from mnist_core.training import cross_validation
from mnist_core.training.cross_validation import cross_validate
from mnist_core.training.splits import FOLDS, fold_of_each
from mnist_core.training.temperature import fit_temperature
from tests.conftest import remove_additions

pytest.importorskip("cleanlab", reason="cleanlab is not installed (pip install -r requirements-train.txt)")

FLOOR = np.exp(-MAX_STEPS / STEPS_PER_NAT)
"""Smallest probability that is stored for a class other than the label."""


@pytest.fixture
def bare(artifacts):
    """Return a copy of the committed results without cross-validations."""
    remove_additions(artifacts / "digits", "cross_validation")
    return artifacts


@pytest.fixture(scope="module")
def training():
    return load_dataset("digits").train


def cross_validated(*names):
    """Cross-validate classifiers, and return the outcomes by name."""
    return {outcome.classifier: outcome for outcome in cross_validate(names, "digits")}


def test_folds_are_stratified_and_every_sample_is_held_out_once(training):
    folds = fold_of_each(training.labels)
    for digit in range(10):
        counts = np.bincount(folds[training.labels == digit], minlength=FOLDS)
        assert np.ptp(counts) <= 1
    assert set(folds.tolist()) == set(range(FOLDS))


def test_out_of_fold_scores_match_cross_val_predict(bare, training):
    record = cross_validated("sgd")["sgd"].record
    values = hyperparameters_for("sgd", "digits")
    model = SGDClassifier(
        alpha=values["alpha"], average=values["average"], max_iter=values["epochs"], tol=None, random_state=0
    )
    splitter = StratifiedKFold(FOLDS, shuffle=True, random_state=42)
    expected = cross_val_predict(
        model, as_rows(training.images), training.labels, cv=splitter, method="decision_function"
    )
    np.testing.assert_array_equal(store.load_out_of_fold(record).argmax(axis=1), expected.argmax(axis=1))
    assert record.cross_validation.accuracy == (expected.argmax(axis=1) == training.labels).mean()
    assert record.temperature == pytest.approx(fit_temperature(expected, training.labels), rel=1e-3)
    stored = softmax(store.load_out_of_fold(record), record.temperature)
    np.testing.assert_allclose(stored, softmax(expected, record.temperature), rtol=0.02, atol=FLOOR)


def test_the_temperature_is_fitted_on_out_of_fold_scores_and_the_test_scores_stay(bare):
    path = bare / "digits" / "logistic" / store.RECORD
    path.write_text(json.dumps(json.loads(path.read_text()) | {"temperature": 123.0}))
    before = store.load_record("digits", "logistic")
    after = cross_validated("logistic")["logistic"].record
    assert after == store.load_record("digits", "logistic")
    found = fit_temperature(store.load_out_of_fold(after), store.load_labels(after, "train"))
    assert after.temperature == pytest.approx(found, rel=5e-3)  # stored scores are rounded and have a floor
    assert (after.test_accuracy, after.files[store.PREDICTIONS]) == (
        before.test_accuracy,
        before.files[store.PREDICTIONS],
    )
    assert not (bare / "digits" / "logistic" / "folds").exists()


def test_an_interrupted_cross_validation_continues_with_the_missing_folds(bare, monkeypatch):
    scored = []

    def interrupt_fourth(model, fold, *data):
        scored.append(fold)
        if len(scored) == 4:
            raise KeyboardInterrupt
        return score_fold(model, fold, *data)

    score_fold = cross_validation._score_fold
    monkeypatch.setattr(cross_validation, "_score_fold", interrupt_fourth)
    with pytest.raises(KeyboardInterrupt):
        cross_validated("sgd")
    assert store.load_record("digits", "sgd").cross_validation is None
    kept = sorted((bare / "digits" / "sgd" / "folds").iterdir())
    assert len(kept) == 3
    kept[0].write_bytes(b"PK damaged")
    first, scored[:] = list(scored), [9] * 10
    outcome = cross_validated("sgd")["sgd"]
    assert sorted(scored[10:]) == sorted({0, 1, 2, 3, 4} - {int(path.stem[-1]) for path in kept[1:]})
    assert len(outcome.record.cross_validation.accuracies) == FOLDS
    assert first[:3] != scored[10:]


def test_stored_folds_of_other_hyperparameters_seeds_or_data_are_not_used(bare, monkeypatch):
    record = store.load_record("digits", "sgd")
    file = cross_validation._fold_file(record, 0)
    for change in ({"hyperparameters": {"alpha": 1}}, {"seed": 7}, {"fingerprint": "other"}):
        assert cross_validation._fold_file(replace(record, **change), 0) != file


def test_a_classifier_that_fails_is_reported_and_the_others_are_finished(bare, monkeypatch):
    fit = Linear.fit

    def fail_if_scaled(self, *data, **options):
        if self._scaler is not None:
            raise ValueError("singular matrix")
        return fit(self, *data, **options)

    monkeypatch.setattr(Linear, "fit", fail_if_scaled)
    outcomes = cross_validated("sgd-scaled", "sgd")
    assert outcomes["sgd-scaled"].record is None
    assert "singular matrix" in outcomes["sgd-scaled"].error
    assert outcomes["sgd"].record.cross_validation.accuracy > 0.9


def test_a_missing_run_is_reported(tmp_path, monkeypatch):
    monkeypatch.setenv("MNIST_ARTIFACTS_DIR", str(tmp_path))
    with pytest.raises(ArtifactMissingError, match="train sgd --dataset digits"):
        cross_validated("sgd")
