"""Training keeps its promises: what it looks at, what it stores, and when it stores nothing."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from mnist_core import store
from mnist_core.base.errors import ArtifactMissingError, TrainingError
from mnist_core.classifiers.registry import CLASSIFIERS
from mnist_core.datasets import load_dataset
from mnist_core.training import train, up_to_date


@pytest.fixture(autouse=True)
def artifacts(tmp_path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("MNIST_ARTIFACTS_DIR", str(tmp_path))
    yield
    assert not list(tmp_path.glob("**/*.tmp"))


LOGISTIC = CLASSIFIERS["logistic"]


class Spy:
    """Logistic regression that remembers what it was shown."""

    seen: list[dict[str, Any]] = []  # noqa: RUF012 - shared on purpose: train builds two of them

    def __init__(self, *, off_by: float = 0.0) -> None:
        self._inner = LOGISTIC.build(LOGISTIC.hyperparameters, 0)
        self._off_by = off_by
        self.details: dict[str, Any] = {"kind": "spy"}

    def fit(self, images, labels, *, validation=None, progress=None):
        Spy.seen.append({"images": images, "validation": validation})
        return self._inner.fit(images, labels)

    def scores(self, images):
        scores = self._inner.scores(images)
        return scores + self._off_by * np.ptp(scores)

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
def test_held_out_digits_are_not_trained_on_and_test_digits_are_never_shown() -> None:
    record = train("logistic", "digits")
    data = load_dataset("digits")
    rehearsal, final = Spy.seen
    kept, held = _digits(rehearsal["images"]), _digits(rehearsal["validation"][0])
    assert sorted(kept + held) == sorted(_digits(data.train.images)) == sorted(_digits(final["images"]))
    assert record.n_holdout == len(held) == pytest.approx(len(data.train) / 6, abs=1)
    assert final["validation"] is None
    assert record.details == {"kind": "spy"}


def test_the_record_says_what_the_stored_files_say() -> None:
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
def test_a_run_is_up_to_date_while_all_that_shows_it_can_be_read(tmp_path, file: str) -> None:
    record = train("logistic", "digits", seed=3)
    assert up_to_date("logistic", "digits") == up_to_date("logistic", "digits", seed=3) == record
    assert up_to_date("logistic", "digits", seed=0) is None
    (tmp_path / "digits" / file).write_bytes(b"")
    assert up_to_date("logistic", "digits") is None


def test_history_comes_from_the_run_that_has_held_out_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    few = replace(CLASSIFIERS["mlp"], hyperparameters={**CLASSIFIERS["mlp"].hyperparameters, "hidden": [16]})
    monkeypatch.setitem(CLASSIFIERS, "mlp", few)
    record = train("mlp", "digits")
    assert len(record.history) == record.hyperparameters["epochs"]
    assert record.history[-1]["validation_accuracy"] == record.holdout_accuracy


@pytest.mark.parametrize("off_by", [0.01, np.nan])
def test_an_export_that_is_not_the_trained_model_is_not_stored(off_by: float, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = replace(LOGISTIC, build=lambda hyperparameters, seed: Spy(off_by=off_by))
    monkeypatch.setitem(CLASSIFIERS, "logistic", spec)
    with pytest.raises(TrainingError, match="not the trained one: scores differ by"):
        train("logistic", "digits")
    with pytest.raises(ArtifactMissingError):
        store.load_record("digits", "logistic")


def test_a_classifier_that_learned_nothing_is_compared_with_its_export_like_any_other() -> None:
    record = train("logistic", "digits", changes={"tol": 10.0}, store_as="logistic@1")
    assert np.ptp(store.load_scores(record)) == 0
    assert record.test_accuracy < 0.2


def test_a_missing_package_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CLASSIFIERS, "cnn", replace(CLASSIFIERS["cnn"], requires=("no_such_package",)))
    with pytest.raises(TrainingError, match=r"needs no_such_package.*pip install -r requirements-train\.txt"):
        train("cnn", "digits")


def test_progress_may_cancel_and_then_nothing_is_stored() -> None:
    class CancelledError(Exception):
        pass

    def report(message: str, share: float | None = None, *, entry: object = None) -> None:
        if "All digits" in message:
            raise CancelledError

    with pytest.raises(CancelledError):
        train("logistic", "digits", progress=report)
    with pytest.raises(ArtifactMissingError):
        store.load_record("digits", "logistic")


def test_changes_and_a_subset_are_stored_under_a_name_of_ones_own(artifacts):
    before = train("logistic", "digits")
    record = train("logistic", "digits", changes={"C": 0.3}, subset=300, store_as="logistic@1", label="Less")
    assert (record.classifier, record.n_train, record.label) == ("logistic@1", 300, "Less")
    assert record.hyperparameters == {**before.hyperparameters, "C": 0.3}
    assert store.load_record("digits", "logistic@1") == record
    assert store.load_record("digits", "logistic") == before


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"changes": {"C": 0.3}}, "store it as logistic@1"),
        ({"subset": 300}, "store it as logistic@1"),
        ({"changes": {"depth": 3}, "store_as": "logistic@1"}, "no hyperparameter depth"),
        ({"subset": 99, "store_as": "logistic@1"}, "Expected a subset of 100 to 898 digits, found 99"),
        ({"subset": 9000, "store_as": "logistic@1"}, "found 9,000"),
    ],
)
def test_a_change_that_cannot_be_is_refused_before_anything_is_trained(artifacts, options, reason):
    with pytest.raises(TrainingError, match=reason):
        train("logistic", "digits", **options)
