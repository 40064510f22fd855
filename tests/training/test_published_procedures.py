"""Published training procedures, measured on the UCI digits to save time."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import SGDClassifier

from mnist_core import load_dataset
from mnist_core.classifiers.registry import list_classifiers
from mnist_core.classifiers.spec import as_rows
from mnist_core.store import claims
from mnist_core.store.claims import PUBLISHED_CLAIMS
from mnist_core.store.test_evaluations import load_evaluations
from mnist_core.training import published_procedures


def without_convergence(procedure):
    """Limit the epochs of `sgd-raw`, which does not converge."""
    if procedure.name != "sgd-raw":
        return procedure
    return replace(procedure, build=lambda: SGDClassifier(random_state=0, max_iter=5, tol=None))


@pytest.fixture
def on_digits(tmp_path, monkeypatch):
    monkeypatch.setenv("MNIST_ARTIFACTS_DIR", str(tmp_path))
    monkeypatch.setattr(published_procedures, "DATASET", "digits")
    names = ("sgd-default", "sgd-raw", "nystroem-50")
    procedures = published_procedures.procedures()
    wanted = [without_convergence(procedure) for procedure in procedures if procedure.name in names]
    monkeypatch.setattr(published_procedures, "procedures", lambda: wanted)
    return load_dataset("digits")


def test_every_claim_has_a_procedure_or_a_classifier():
    procedures = {procedure.name for procedure in published_procedures.procedures()}
    classifiers = {f"run:{name}" for name in list_classifiers()}
    assert {claim.measured for claim in PUBLISHED_CLAIMS} <= procedures | classifiers


def test_the_measured_accuracies_are_those_of_scikit_learn(on_digits):
    found = published_procedures.measure_procedures()
    model = SGDClassifier(random_state=0).fit(as_rows(on_digits.train.images), on_digits.train.labels)
    assert found["sgd-default"].train_accuracy == model.score(as_rows(on_digits.train.images), on_digits.train.labels)
    assert found["sgd-default"].test_accuracy == model.score(as_rows(on_digits.test.images), on_digits.test.labels)
    assert len(found["sgd-raw"].fold_accuracies) == 5
    assert found["sgd-raw"].test_accuracy is None
    assert 0.8 < found["nystroem-50"].test_accuracy < 1
    assert claims.load_measurements(on_digits.spec.fingerprint) == found
    log = load_evaluations("digits")
    assert log["purpose"].tolist() == ["claim", "claim"]  # the cross-validated one is not evaluated on the test set
    assert dict(zip(log["classifier"], log["test_accuracy"], strict=True)) == {
        name: found[name].test_accuracy for name in ("sgd-default", "nystroem-50")
    }


def test_an_interrupted_measurement_continues_with_the_missing_procedures(on_digits, monkeypatch):
    done = []

    def measure(procedure, *data):
        if len(done) == 1:
            raise KeyboardInterrupt
        done.append(procedure.name)
        return real(procedure, *data)

    real = published_procedures._measure
    monkeypatch.setattr(published_procedures, "_measure", measure)
    with pytest.raises(KeyboardInterrupt):
        published_procedures.measure_procedures()
    monkeypatch.setattr(
        published_procedures, "_measure", lambda procedure, *data: done.append(procedure.name) or real(procedure, *data)
    )
    published_procedures.measure_procedures()
    assert sorted(done) == ["nystroem-50", "sgd-default", "sgd-raw"]


def test_rows_are_converted_back_to_the_same_pixels():
    images = np.arange(784, dtype=np.uint8).reshape(1, 28, 28)
    np.testing.assert_array_equal(published_procedures._as_images(as_rows(images)), images)
