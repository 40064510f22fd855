"""The committed runs: complete, consistent and in the current format."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from mnist_core import store
from mnist_core.classifiers import ensemble
from mnist_core.classifiers.registry import chosen_by, is_ensemble, list_classifiers
from mnist_core.datasets import get_dataset_spec
from mnist_core.store.claims import DATASET as CLAIMS_DATASET
from mnist_core.store.claims import claims_file, load_measurements, save_measurements
from mnist_core.store.reading import parse_record
from mnist_core.store.record import to_json
from mnist_core.store.test_evaluations import hyperparameters_digest, load_evaluations
from mnist_core.store.tuning_advice import how_chosen
from mnist_core.store.tuning_history import load_history
from mnist_core.training import robustness
from mnist_core.training.learning_curve import points
from tests.conftest import PROJECT

ARTIFACTS = PROJECT / "artifacts"
DATASETS = ("mnist", "mnist-stratified", "digits")


def stored(name: str) -> list[Path]:
    """Return all committed files with this name."""
    return sorted(ARTIFACTS.glob(f"*/*/{name}"))


@pytest.mark.parametrize("path", stored("record.json"), ids=lambda path: "/".join(path.parts[-3:-1]))
def test_saving_a_loaded_record_gives_the_same_bytes(path):
    record = parse_record(path.read_bytes(), *path.parts[-3:-1])
    assert to_json(record) == path.read_bytes()


@pytest.mark.parametrize("path", stored("vote.json"), ids=lambda path: "/".join(path.parts[-3:-1]))
def test_saving_loaded_ensemble_members_gives_the_same_bytes(path):
    assert ensemble.to_json(ensemble.from_json(path.read_bytes())) == path.read_bytes()


@pytest.mark.parametrize("path", stored("tuning.json"), ids=lambda path: "/".join(path.parts[-3:-1]))
def test_saving_a_loaded_tuning_history_gives_the_same_bytes(path):
    history = load_history(*path.parts[-3:-1])
    assert (json.dumps(asdict(history), indent=1) + "\n").encode() == path.read_bytes()


def test_saving_loaded_measurements_gives_the_same_bytes(tmp_path, monkeypatch):
    fingerprint = get_dataset_spec(CLAIMS_DATASET).fingerprint
    measurements, content = load_measurements(fingerprint), claims_file().read_bytes()
    monkeypatch.setenv("MNIST_ARTIFACTS_DIR", str(tmp_path))
    save_measurements(measurements, fingerprint)
    assert measurements
    assert claims_file().read_bytes() == content


@pytest.mark.parametrize("dataset", ["mnist", "digits"])
def test_every_committed_run_is_usable_and_has_the_accuracy_of_its_record(dataset):
    records, problems = store.load_records(dataset)
    assert not problems
    assert [record.classifier for record in records] == list_classifiers(dataset)
    for record in records:
        labels, scores = store.load_labels(record, "test"), store.load_scores(record)
        assert (scores.argmax(axis=1) == labels).mean() == pytest.approx(record.test_accuracy), record.classifier


@pytest.mark.parametrize("dataset", ["mnist", "digits"])
def test_every_committed_run_is_cross_validated_and_has_its_learning_curve(dataset):
    """Only ensembles have no learning curve."""
    records, _ = store.load_records(dataset)
    for record in records:
        labels, scores = store.load_labels(record, "train"), store.load_out_of_fold(record)
        correct = int((scores.argmax(axis=1) == labels).sum())
        assert (record.cross_validation.correct, sum(record.cross_validation.sizes)) == (correct, record.n_train)
        expected = [] if is_ensemble(record.classifier) else points(record.n_train)
        assert [(entry["n_train"], entry["subset"]) for entry in record.learning_curve] == expected


@pytest.mark.parametrize("dataset", DATASETS)
def test_every_committed_run_was_evaluated_on_all_distortions(dataset):
    for record in store.load_records(dataset)[0]:
        assert set(record.robustness) == set(robustness.tests_of(dataset)), record.classifier


@pytest.mark.parametrize("dataset", DATASETS)
def test_every_committed_run_is_logged_and_records_how_its_hyperparameters_were_chosen(dataset):
    log = load_evaluations(dataset)
    for record in store.load_records(dataset)[0]:
        entries = log[(log["classifier"] == record.classifier) & (log["purpose"] == "run")]
        assert hyperparameters_digest(record.hyperparameters) in set(entries["recipe"]), record.classifier
        tuned = how_chosen(dataset, record.classifier, record.hyperparameters)
        assert record.chosen_by in (chosen_by(record.classifier, dataset), tuned)
