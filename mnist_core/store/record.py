"""The record of a run: what went in, what came out, and the hashes of the files beside it."""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from statistics import fmean, stdev
from typing import Any, get_origin

from mnist_core.base.errors import ArtifactCorruptError, ArtifactStaleError

SCHEMA = 3
RECORD, MODEL, PREDICTIONS, LABELS = "record.json", "model.onnx.gz", "predictions.npz", "labels.npz"
ENSEMBLE = "vote.json"
"""In place of the model of a classifier that votes over others."""
OUT_OF_FOLD, LABEL_ISSUES, ROBUSTNESS = "out-of-fold.npz", "suspects.npz", "robustness.npz"


@dataclass(frozen=True)
class CrossValidation:
    """Stratified folds of the training split, each scored by a model that was trained on the others.

    Attributes
    ----------
    seed : int
        Of the division into folds.
    accuracies : floats in 0..1
        Of each fold.
    sizes : ints
        Digits in each fold.
    """

    seed: int
    created: str
    accuracies: tuple[float, ...]
    sizes: tuple[int, ...]

    @property
    def correct(self) -> int:
        """Digits of all folds that were classified correctly."""
        return round(sum(accuracy * size for accuracy, size in zip(self.accuracies, self.sizes, strict=True)))

    @property
    def accuracy(self) -> float:
        """Share of all digits that were classified correctly, 0..1."""
        return self.correct / sum(self.sizes)

    @property
    def spread(self) -> float:
        """Standard deviation of the folds' accuracies."""
        return stdev(self.accuracies)


@dataclass(frozen=True)
class Record:
    """One classifier trained on one dataset.

    Times are wall-clock seconds on a machine of `cores` cores; predictions are timed through the served model on one of
    them. Accuracies are shares in 0..1.

    Attributes
    ----------
    temperature : float
        Fitted on out-of-fold scores where there is a cross-validation, else on held-out digits.
    history : mappings with "epoch", "loss", "validation_accuracy"
        Of the training that held digits out.
    learning_curve : mappings with "n_train", "subset", "test_accuracy", "fit_seconds"
        One entry for each training on part of the training split; `subset` is the seed that drew it.
    replicates : mappings with "seed", "test_accuracy", "fit_seconds"
        The same recipe trained on the whole training split with other seeds.
    robustness : mapping of transform to accuracies
        Test accuracy at each severity, the mildest first. Under another dataset's name the accuracy on all its digits.
    fit_seconds, n_holdout, holdout_accuracy
        Of a vote: its members' and its own; all training digits, by weights that other folds gave.
    chosen_by : str
        How the hyperparameters were found.
    label : str
        What its owner calls it; empty for the registry's label.
    """

    classifier: str
    dataset: str
    fingerprint: str
    hyperparameters: Mapping[str, Any]
    seed: int
    n_train: int
    n_holdout: int
    n_test: int
    created: str
    fit_seconds: float
    predict_seconds: float
    predict_one_seconds: float
    cores: int
    versions: Mapping[str, str]
    train_accuracy: float
    holdout_accuracy: float
    test_accuracy: float
    temperature: float
    history: tuple[Mapping[str, float], ...] = ()
    cross_validation: CrossValidation | None = None
    learning_curve: tuple[Mapping[str, float], ...] = ()
    replicates: tuple[Mapping[str, float], ...] = ()
    robustness: Mapping[str, Any] = field(default_factory=dict)
    chosen_by: str = ""
    label: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    labels_sha256: str = ""
    files: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    schema: int = SCHEMA

    @cached_property
    def key(self) -> str:
        """Changes whenever the run's content does: what caches are keyed on."""
        return hashlib.sha256(to_json(self)).hexdigest()[:16]

    @property
    def predict_10_000_seconds(self) -> float:
        """Prediction time of 10,000 digits, scaled from the test split's."""
        return self.predict_seconds / self.n_test * 10_000

    @property
    def seeds_accuracy(self) -> tuple[float, float, int]:
        """Mean test accuracy over all seeds it was trained with, their standard deviation (0 for one), how many."""
        found = [self.test_accuracy, *(entry["test_accuracy"] for entry in self.replicates)]
        return fmean(found), stdev(found) if len(found) > 1 else 0.0, len(found)

    @property
    def model_file(self) -> str:
        """The name of the file that holds the model, or says whose it votes over."""
        return ENSEMBLE if ENSEMBLE in self.files else MODEL

    @property
    def model_bytes(self) -> int:
        """Size of the stored model in bytes, compressed; of a vote with its members' models, which it needs."""
        return int(self.files[self.model_file]["bytes"]) + sum(self.details.get("member_bytes", ()))


def to_json(record: Record) -> bytes:
    """A record as it is stored."""
    return (json.dumps(asdict(record), indent=1, sort_keys=True) + "\n").encode()


def from_json(data: bytes, dataset: str, classifier: str) -> Record:
    """The record of this run, every field checked.

    Raises
    ------
    ArtifactStaleError
        It has another schema.
    ArtifactCorruptError
        It is no record, or another run's.
    """

    def corrupt(reason: str) -> ArtifactCorruptError:
        return ArtifactCorruptError(dataset, classifier, f"{RECORD} {reason}")

    try:
        found = json.loads(data)
    except ValueError as error:
        raise corrupt(f"cannot be read ({error}).") from error
    if not isinstance(found, dict):
        raise corrupt("should hold an object, it holds something else.")
    if (schema := found.get("schema")) != SCHEMA:
        reason = f"{RECORD} has schema {schema}, this version reads {SCHEMA}."
        raise ArtifactStaleError(dataset, classifier, reason)
    expected = {item.name: item.type for item in fields(Record)}
    if odd := sorted(expected.keys() ^ found.keys()):
        raise corrupt(f"has missing or unknown fields: {', '.join(odd)}.")
    if odd := [name for name, kind in expected.items() if not _fits(found[name], kind)]:
        raise corrupt(f"has fields of the wrong type: {', '.join(odd)}.")
    files = found["files"]
    model = ENSEMBLE if ENSEMBLE in files else MODEL
    described = all({"sha256", "bytes"} <= dict(files.get(name) or {}).keys() for name in (model, PREDICTIONS))
    if not described or found["temperature"] <= 0:
        raise corrupt("describes no usable run: its files' hashes or its temperature are missing.")
    if not _are_bytes(found["details"].get("member_bytes", [])):
        raise corrupt("has sizes of members' models that are none.")
    if not all(_are_shares(shares) for shares in found["robustness"].values()):
        raise corrupt("has a robustness that is no accuracies.")
    if found["robustness"] and ROBUSTNESS not in files:
        raise corrupt(f"has accuracies of distorted digits without {ROBUSTNESS}.")
    if (found["dataset"], found["classifier"]) != (dataset, classifier):
        raise corrupt(f"belongs to {found['classifier']} on {found['dataset']}.")
    lists: dict[str, Any] = {name: tuple(found[name]) for name in ("history", "learning_curve", "replicates")}
    folds = found["cross_validation"]
    if folds is not None:
        names = {item.name for item in fields(CrossValidation)}
        if folds.keys() != names or len(folds["accuracies"]) != len(folds["sizes"]) or not folds["sizes"]:
            raise corrupt("has a cross-validation without its folds.")
        lists["cross_validation"] = CrossValidation(
            **{**folds, "accuracies": tuple(folds["accuracies"]), "sizes": tuple(folds["sizes"])}
        )
    return Record(**{**found, **lists})


def _are_shares(values: object) -> bool:
    """Whether a value of a JSON file is a list of numbers in 0..1, and not empty."""
    return isinstance(values, list) and bool(values) and all(_fits(item, float) and 0 <= item <= 1 for item in values)


def _are_bytes(values: object) -> bool:
    """Whether a value of a JSON file is a list of whole numbers, none negative."""
    return isinstance(values, list) and all(_fits(item, int) and item >= 0 for item in values)


def _fits(value: object, kind: Any) -> bool:
    """Whether a value of a JSON file is of a field's type."""
    if kind == CrossValidation | None:
        return value is None or isinstance(value, dict)
    origin = get_origin(kind) or kind
    if origin is tuple:
        return isinstance(value, list)
    if origin is float:
        return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return isinstance(value, origin) and not isinstance(value, bool)
