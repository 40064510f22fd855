"""Robustness of stored models on distorted images."""

import json
import shutil

import numpy as np
import pytest

from mnist_core import load_dataset, store
from mnist_core.classifiers.onnx.served import OnnxClassifier
from mnist_core.images.transforms import TRANSFORMS, distort
from mnist_core.training import robustness
from mnist_core.training.robustness import measure_robustness
from tests.conftest import PROJECT, remove_additions

NAME, OTHER = "sgd", "logistic"


@pytest.fixture
def bare(artifacts):
    """Return a copy of the committed results without robustness."""
    remove_additions(artifacts / "digits", "robustness")
    return artifacts


@pytest.fixture
def two_transforms(monkeypatch):
    """Reduce the transforms to two, for tests that do not depend on the number of transforms."""
    monkeypatch.setattr(robustness, "TRANSFORMS", {name: TRANSFORMS[name] for name in ("shift", "noise")})


@pytest.fixture
def counted(monkeypatch):
    """Record each distortion, and the number of images in each call of a model."""
    counts = {"distorted": [], "scored": []}

    def count_distort(images, transform, amount, indices):
        counts["distorted"].append((transform, amount))
        return distort(images, transform, amount, indices)

    def count_scores(self, images):
        counts["scored"].append(len(images))
        return scores(self, images)

    scores = OnnxClassifier.scores
    monkeypatch.setattr(robustness, "distort", count_distort)
    monkeypatch.setattr(OnnxClassifier, "scores", count_scores)
    return counts


@pytest.mark.usefixtures("bare")
def test_stored_labels_are_the_predictions_for_the_distorted_test_images():
    (outcome,) = measure_robustness([NAME], "digits")
    record, test = store.load_record("digits", NAME), load_dataset("digits").test
    assert outcome.record == record
    assert record.robustness.keys() == TRANSFORMS.keys()
    model = store.load_model(record)
    for name, transform in TRANSFORMS.items():
        labels = store.load_robustness(record, name)
        assert (labels.dtype, labels.shape) == (np.uint8, (5, len(test)))
        assert record.robustness[name] == pytest.approx((labels == test.labels).mean(axis=1))
        changed = distort(test.images, name, transform.severities[1], np.arange(len(test)))
        assert np.array_equal(labels[1], model.predict(changed))


@pytest.mark.usefixtures("bare", "two_transforms")
def test_images_are_distorted_once_for_all_classifiers(counted):
    outcomes = measure_robustness([NAME, OTHER], "digits")
    assert [outcome.classifier for outcome in outcomes] == [NAME, OTHER]
    assert len(counted["distorted"]) == len(set(counted["distorted"])) == 2 * 5
    assert len(counted["scored"]) == 2 * 2 * 5


@pytest.mark.usefixtures("bare", "two_transforms")
def test_only_missing_tests_are_measured_unless_all_are_requested(counted):
    measure_robustness([NAME], "digits")
    before = store.load_record("digits", NAME)
    counted["scored"].clear()
    measure_robustness([NAME, OTHER], "digits")
    assert len(counted["scored"]) == 2 * 5
    assert store.load_record("digits", NAME) == before
    measure_robustness([NAME], "digits", again=True)
    assert len(counted["scored"]) == 2 * 2 * 5
    assert store.load_record("digits", NAME).robustness == before.robustness


@pytest.mark.usefixtures("bare", "two_transforms")
def test_an_interrupted_measurement_continues_with_the_missing_tests(counted):
    def interrupt(message, share=None, *, entry=None):
        if message.startswith("Noise"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        measure_robustness([NAME], "digits", progress=interrupt)
    assert list(store.load_record("digits", NAME).robustness) == ["shift"]
    counted["distorted"].clear()
    (outcome,) = measure_robustness([NAME], "digits")
    assert {name for name, _ in counted["distorted"]} == {"noise"}
    assert outcome.record.robustness.keys() == {"shift", "noise"}
    assert store.load_robustness(outcome.record, "shift").shape == (5, 899)


@pytest.mark.usefixtures("bare", "two_transforms")
def test_progress_increases_to_1():
    reported = []

    def report(message, share=None, *, entry=None):
        reported.append(share)

    measure_robustness([NAME, OTHER], "digits", progress=report)
    shares = [share for share in reported if share is not None]
    assert shares == sorted(shares)
    assert shares[-1] == 1


@pytest.mark.usefixtures("two_transforms")
def test_a_damaged_or_missing_run_does_not_stop_the_others(bare):
    (bare / "digits" / NAME / store.MODEL).write_bytes(b"damaged")
    damaged, missing, good = measure_robustness([NAME, "mlp@7", OTHER], "digits")
    assert damaged.record is None
    assert store.MODEL in damaged.error
    assert missing.record is None
    assert good.record.robustness.keys() == {"shift", "noise"}


@pytest.mark.usefixtures("two_transforms")
def test_results_of_a_run_that_is_retrained_during_the_measurement_are_not_stored(bare):
    folder = bare / "digits" / NAME

    def retrain(message, share=None, *, entry=None):
        if message.startswith("Shift 5"):
            record = json.loads((folder / "record.json").read_text())
            shutil.copy(bare / "digits" / OTHER / store.MODEL, folder / store.MODEL)
            model = json.loads((bare / "digits" / OTHER / "record.json").read_text())["files"][store.MODEL]
            record["files"][store.MODEL] = model
            (folder / "record.json").write_text(json.dumps(record))

    (outcome,) = measure_robustness([NAME], "digits", progress=retrain)
    assert outcome.record is None
    assert "retrained in the meantime" in outcome.error
    assert store.load_record("digits", NAME).robustness == {}


@pytest.mark.usefixtures("two_transforms")
def test_results_that_are_added_during_the_measurement_are_kept(bare):
    added = {"n_train": 7, "subset": 0, "test_accuracy": 0.5, "fit_seconds": 1.0}

    def add(message, share=None, *, entry=None):
        if message.startswith("Noise 0.5"):
            store.save_learning_curve(store.load_record("digits", NAME), [added])

    (outcome,) = measure_robustness([NAME], "digits", progress=add)
    assert outcome.record.learning_curve == (added,)
    assert store.load_record("digits", NAME).robustness.keys() == {"shift", "noise"}


@pytest.mark.mnist
def test_models_of_mnist_are_also_evaluated_on_all_uci_digits(tmp_path, monkeypatch):
    for name in (NAME, store.LABELS):
        source, target = PROJECT / "artifacts" / "mnist" / name, tmp_path / "mnist" / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
    monkeypatch.setenv("MNIST_ARTIFACTS_DIR", str(tmp_path))
    monkeypatch.setattr(robustness, "TRANSFORMS", {})
    (outcome,) = measure_robustness([NAME], "mnist", again=True)
    digits = load_dataset("digits")
    images = np.concatenate([digits.train.images, digits.test.images])
    labels = np.concatenate([digits.train.labels, digits.test.labels])
    found = store.load_model(outcome.record).predict(images)
    assert np.array_equal(store.load_robustness(outcome.record, "digits"), found[None])
    assert outcome.record.robustness["digits"] == [pytest.approx((found == labels).mean())]
    assert robustness.tests_of("mnist-stratified")[-1] == "digits"
    assert "digits" not in robustness.tests_of("digits")
