"""Training of single classifiers: the data that is used, the stored runs, and trainings that store no run."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from mnist_core import store
from mnist_core.base.errors import ArtifactMissingError, TrainingError
from mnist_core.classifiers.registry import CLASSIFIERS, get_trainable_spec
from mnist_core.datasets import load_dataset
from mnist_core.training import CustomRun, train, up_to_date


@pytest.fixture(autouse=True)
def artifacts(tmp_path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("MNIST_ARTIFACTS_DIR", str(tmp_path))
    yield
    assert not list(tmp_path.glob("**/*.tmp"))


LOGISTIC = get_trainable_spec("logistic")


class Spy:
    """Logistic regression that records the data that it is fitted on."""

    seen: list[dict[str, Any]] = []  # noqa: RUF012 - shared, because train builds two estimators

    def __init__(self, *, score_offset: float = 0.0) -> None:
        self._inner = LOGISTIC.build(LOGISTIC.hyperparameters, 0)
        self._score_offset = score_offset
        self.details: dict[str, Any] = {"kind": "spy"}

    def fit(self, images, labels, *, validation=None, progress=None):
        Spy.seen.append({"images": images, "validation": validation})
        return self._inner.fit(images, labels)

    def scores(self, images):
        scores = self._inner.scores(images)
        return scores + self._score_offset * np.ptp(scores)

    def predict(self, images):
        return self._inner.predict(images)

    def to_onnx(self):
        return self._inner.to_onnx()


@pytest.fixture
def spy(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = replace(LOGISTIC, build=lambda hyperparameters, seed: Spy())
    monkeypatch.setitem(CLASSIFIERS, "logistic", spec)
    Spy.seen.clear()


def _digits(images: np.ndarray) -> list[bytes]:
    return [image.tobytes() for image in images]


@pytest.mark.usefixtures("spy")
def test_the_first_training_leaves_out_the_validation_split_and_the_second_uses_all_data() -> None:
    record = train("logistic", "digits")
    data = load_dataset("digits")
    first, final = Spy.seen
    kept, held = _digits(first["images"]), _digits(first["validation"][0])
    assert sorted(kept + held) == sorted(_digits(data.train.images)) == sorted(_digits(final["images"]))
    assert record.n_holdout == len(held) == pytest.approx(len(data.train) / 6, abs=1)
    assert final["validation"] is None
    assert record.details == {"kind": "spy"}


def test_the_record_agrees_with_the_stored_files() -> None:
    record = train("logistic", "digits", seed=3)
    data = load_dataset("digits")
    assert record == store.load_record("digits", "logistic")
    model = store.load_model(record)
    np.testing.assert_array_equal(store.load_labels(record, "test"), data.test.labels)
    np.testing.assert_array_equal(store.load_scores(record), model.scores(data.test.images))
    assert record.test_accuracy == (model.predict(data.test.images) == data.test.labels).mean() > 0.9
    assert record.train_accuracy == (model.predict(data.train.images) == data.train.labels).mean()
    assert (record.n_train, record.n_test, record.seed) == (898, 899, 3)
    assert min(record.fit_seconds, record.predict_seconds, record.predict_one_seconds, record.temperature) > 0
    assert {"python", "numpy", "scikit-learn", "onnxruntime"} <= record.versions.keys()


@pytest.mark.parametrize("file", ["labels.npz", "logistic/predictions.npz", "logistic/model.onnx.gz"])
def test_a_run_is_up_to_date_if_its_seed_matches_and_its_files_are_readable(tmp_path, file: str) -> None:
    record = train("logistic", "digits", seed=3)
    assert up_to_date("logistic", "digits") == up_to_date("logistic", "digits", seed=3) == record
    assert up_to_date("logistic", "digits", seed=0) is None
    (tmp_path / "digits" / file).write_bytes(b"")
    assert up_to_date("logistic", "digits") is None


def test_the_history_is_recorded_in_the_training_with_a_validation_split(monkeypatch: pytest.MonkeyPatch) -> None:
    small = replace(CLASSIFIERS["mlp"], hyperparameters={**CLASSIFIERS["mlp"].hyperparameters, "hidden": [16]})
    monkeypatch.setitem(CLASSIFIERS, "mlp", small)
    record = train("mlp", "digits")
    assert len(record.history) == record.hyperparameters["epochs"]
    assert record.history[-1]["validation_accuracy"] == record.holdout_accuracy


@pytest.mark.parametrize("score_offset", [0.01, np.nan])
def test_an_export_that_differs_from_the_trained_model_is_not_stored(
    score_offset: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = replace(LOGISTIC, build=lambda hyperparameters, seed: Spy(score_offset=score_offset))
    monkeypatch.setitem(CLASSIFIERS, "logistic", spec)
    with pytest.raises(TrainingError, match="differs from the trained one: scores differ by"):
        train("logistic", "digits")
    with pytest.raises(ArtifactMissingError):
        store.load_record("digits", "logistic")


def test_the_export_of_a_classifier_with_equal_scores_is_accepted() -> None:
    record = train("logistic", "digits", custom=CustomRun(changes={"tol": 10.0}))
    assert np.ptp(store.load_scores(record)) == 0
    assert record.test_accuracy < 0.2


def test_a_missing_package_is_reported_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CLASSIFIERS, "cnn", replace(CLASSIFIERS["cnn"], requires=("no_such_package",)))
    with pytest.raises(TrainingError, match=r"needs no_such_package.*pip install -r requirements-train\.txt"):
        train("cnn", "digits")


def test_an_exception_in_progress_ends_the_training_without_a_stored_run() -> None:
    class CancelledError(Exception):
        pass

    def report(message: str, share: float | None = None, *, entry: object = None) -> None:
        if "All data" in message:
            raise CancelledError

    with pytest.raises(CancelledError):
        train("logistic", "digits", progress=report)
    with pytest.raises(ArtifactMissingError):
        store.load_record("digits", "logistic")


def test_changes_and_a_subset_are_stored_as_a_custom_run():
    before = train("logistic", "digits")
    record = train("logistic", "digits", custom=CustomRun(changes={"C": 0.3}, subset=300, label="Less"))
    assert (record.classifier, record.n_train, record.label) == ("logistic@1", 300, "Less")
    assert record.hyperparameters == {**before.hyperparameters, "C": 0.3}
    assert store.load_record("digits", "logistic@1") == record
    assert store.load_record("digits", "logistic") == before


def test_a_custom_run_gets_the_next_free_number_and_replaces_no_run():
    names = [train("logistic", "digits", custom=CustomRun(subset=100)).classifier for _ in range(2)]
    assert names == ["logistic@1", "logistic@2"]
    with pytest.raises(ArtifactMissingError):
        store.load_record("digits", "logistic")


@pytest.mark.parametrize("options", [{"changes": {"C": 0.3}}, {"subset": 300}, {"label": "Less"}])
def test_changes_a_subset_and_a_label_need_a_custom_run(options):
    with pytest.raises(TypeError):
        train("logistic", "digits", **options)


@pytest.mark.parametrize(
    ("custom", "reason"),
    [
        (CustomRun(changes={"depth": 3}), "no hyperparameter depth"),
        (CustomRun(subset=99), "Expected a subset of 100 to 898 digits, found 99"),
        (CustomRun(subset=9000), "found 9,000"),
    ],
)
def test_an_invalid_custom_run_is_refused_before_the_training(custom, reason, spy, tmp_path):
    with pytest.raises(TrainingError, match=reason):
        train("logistic", "digits", custom=custom)
    assert Spy.seen == []
    assert not (tmp_path / "digits").exists()
