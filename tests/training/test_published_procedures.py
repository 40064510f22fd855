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


def with_few_epochs(procedure):
    """Limit the epochs of `sgd-raw`, which does not converge."""
    if procedure.name != "sgd-raw":
        return procedure
    return replace(procedure, build=lambda: SGDClassifier(random_state=0, max_iter=5, tol=None))


@pytest.fixture
def digits_data(tmp_path, monkeypatch):
    """Reduce the procedures to three, measure them on the UCI digits, and return these."""
    monkeypatch.setenv("MNIST_ARTIFACTS_DIR", str(tmp_path))
    monkeypatch.setattr(published_procedures, "DATASET", "digits")
    names = ("sgd-default", "sgd-raw", "nystroem-50")
    procedures = published_procedures.procedures()
    wanted = [with_few_epochs(procedure) for procedure in procedures if procedure.name in names]
    monkeypatch.setattr(published_procedures, "procedures", lambda: wanted)
    return load_dataset("digits")


def test_every_claim_has_a_procedure_or_a_classifier():
    procedures = {procedure.name for procedure in published_procedures.procedures()}
    classifiers = {f"run:{name}" for name in list_classifiers()}
    assert {claim.measured for claim in PUBLISHED_CLAIMS} <= procedures | classifiers


def test_the_measured_accuracies_match_scikit_learn(digits_data):
    found, train, test = published_procedures.measure_procedures(), digits_data.train, digits_data.test
    model = SGDClassifier(random_state=0).fit(as_rows(train.images), train.labels)
    assert found["sgd-default"].train_accuracy == model.score(as_rows(train.images), train.labels)
    assert found["sgd-default"].test_accuracy == model.score(as_rows(test.images), test.labels)
    assert len(found["sgd-raw"].fold_accuracies) == 5
    assert found["sgd-raw"].test_accuracy is None
    assert 0.8 < found["nystroem-50"].test_accuracy < 1
    assert claims.load_measurements(digits_data.spec.fingerprint) == found
    log = load_evaluations("digits")
    assert log["purpose"].tolist() == ["claim", "claim"]  # sgd-raw is cross-validated, not evaluated on the test set
    assert dict(zip(log["classifier"], log["test_accuracy"], strict=True)) == {
        name: found[name].test_accuracy for name in ("sgd-default", "nystroem-50")
    }


@pytest.mark.usefixtures("digits_data")
def test_an_interrupted_measurement_continues_with_the_missing_procedures(monkeypatch):
    done, interrupts = [], [1]

    def interrupt_second(procedure, *data):
        if len(done) in interrupts:
            raise KeyboardInterrupt
        done.append(procedure.name)
        return measure(procedure, *data)

    measure = published_procedures._measure
    monkeypatch.setattr(published_procedures, "_measure", interrupt_second)
    with pytest.raises(KeyboardInterrupt):
        published_procedures.measure_procedures()
    interrupts.clear()
    published_procedures.measure_procedures()
    assert sorted(done) == ["nystroem-50", "sgd-default", "sgd-raw"]


def test_rows_are_converted_back_to_the_same_pixels():
    images = np.arange(784, dtype=np.uint8).reshape(1, 28, 28)
    np.testing.assert_array_equal(published_procedures._as_images(as_rows(images)), images)
