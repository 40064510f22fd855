"""The record of a run: hyperparameters, measurements, and the hashes of the files beside it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from statistics import fmean, stdev
from typing import Annotated, Any, TypedDict

from msgspec import Meta

from mnist_core.base.errors import MnistCoreError
from mnist_core.base.schema import Count, Number, Positive, PositiveCount, Seconds, Share

SCHEMA = 3
RECORD, MODEL, PREDICTIONS, LABELS = "record.json", "model.onnx.gz", "predictions.npz", "labels.npz"
ENSEMBLE = "vote.json"
"""File with the members of an ensemble. An ensemble has it in place of a model."""
OUT_OF_FOLD, LABEL_ISSUES, ROBUSTNESS = "out-of-fold.npz", "suspects.npz", "robustness.npz"


class StoredFile(TypedDict):
    """Hash and size in bytes of a file beside the record."""

    sha256: str
    bytes: Count


@dataclass(frozen=True)
class CrossValidation:
    """Accuracies of stratified folds of the training split, each scored by a model that was trained on the others.

    Attributes
    ----------
    seed : int
        Seed of the division into folds.
    created : str
        Time of the cross-validation, ISO 8601 in UTC.
    accuracies : tuple of float in 0..1
        Accuracy of each fold.
    sizes : tuple of int
        Number of samples in each fold.
    """

    seed: int
    created: str
    accuracies: Annotated[tuple[Share, ...], Meta(min_length=2)]
    sizes: tuple[PositiveCount, ...]

    def __post_init__(self) -> None:
        """Raise ValueError unless there is one size for each accuracy."""
        if len(self.accuracies) != len(self.sizes):
            raise ValueError(f"Expected one size for each of {len(self.accuracies)} folds, found {len(self.sizes)}")

    @property
    def correct(self) -> int:
        """Number of correctly classified samples in all folds."""
        return round(sum(accuracy * size for accuracy, size in zip(self.accuracies, self.sizes, strict=True)))

    @property
    def accuracy(self) -> float:
        """Share of correctly classified samples in all folds, 0..1."""
        return self.correct / sum(self.sizes)

    @property
    def spread(self) -> float:
        """Standard deviation of the accuracies of the folds."""
        return stdev(self.accuracies)


@dataclass(frozen=True)
class Record:
    """One classifier trained on one dataset.

    Times are wall-clock seconds on a machine with `cores` cores. Predictions are timed with the served model on one
    core. Accuracies are shares in 0..1. The annotations are the schema of `record.json`: reading validates them.

    Attributes
    ----------
    classifier, dataset : str
        Name of the classifier or custom run, and name of the dataset.
    fingerprint : str
        Fingerprint of the dataset.
    hyperparameters : mapping
    seed : int
        Seed of the estimator, of the validation split and of the subset.
    n_train, n_holdout, n_test : int
        Numbers of samples in the training data, in the validation split and in the test split. For an ensemble,
        `n_holdout` is the number of all training samples.
    created : str
        Time of the training, ISO 8601 in UTC.
    fit_seconds : float
        Time of the fit on all training data. For an ensemble, the sum of the fits of its members and its own.
    predict_seconds, predict_one_seconds : float
        Prediction time of the test split, and median prediction time of one sample.
    cores : int
        Cores of the machine.
    versions : mapping of package to version
    train_accuracy, holdout_accuracy, test_accuracy : float in 0..1
        For an ensemble, `holdout_accuracy` is that of its cross-validation: each fold is predicted with weights that
        were fitted on the other folds.
    temperature : float
        Temperature of the softmax, fitted on out-of-fold scores if the run is cross-validated, else on the validation
        split.
    history : mappings with "epoch", "loss", "validation_accuracy"
        One for each epoch of the training with a validation split. Empty for classifiers without epochs.
    cross_validation : CrossValidation or None
    learning_curve : mappings with "n_train", "subset", "test_accuracy", "fit_seconds"
        One for each training on a subset of the training split. "subset" is the seed of the subset.
    replicates : mappings with "seed", "test_accuracy", "fit_seconds"
        One for each training with the same hyperparameters on the whole training split, with another seed.
    robustness : mapping of str to sequence of float
        For a transform: test accuracy at each severity, mildest first. For another dataset: one value, the accuracy on
        all its samples.
    chosen_by : str
        How the hyperparameters were chosen. The text follows "chosen by".
    label : str
        Label that the user gave the run. Empty: the registry's label is shown.
    details : mapping
        Facts about the fitted model. "member_bytes" holds the sizes of the models of an ensemble's members.
    labels_sha256 : str
        Hash of the labels of both splits: see `arrays.hash_labels`.
    files : mapping of file name to StoredFile
        The files beside the record.
    schema : int
        Version of this schema.
    """

    classifier: str
    dataset: str
    fingerprint: str
    hyperparameters: Mapping[str, Any]
    seed: int
    n_train: PositiveCount
    n_holdout: Count
    n_test: PositiveCount
    created: str
    fit_seconds: Seconds
    predict_seconds: Seconds
    predict_one_seconds: Seconds
    cores: PositiveCount
    versions: Mapping[str, str]
    train_accuracy: Share
    holdout_accuracy: Share
    test_accuracy: Share
    temperature: Positive
    history: tuple[Mapping[str, Number], ...] = ()
    cross_validation: CrossValidation | None = None
    learning_curve: tuple[Mapping[str, Number], ...] = ()
    replicates: tuple[Mapping[str, Number], ...] = ()
    robustness: Mapping[str, Annotated[Sequence[Share], Meta(min_length=1)]] = field(default_factory=dict)
    chosen_by: str = ""
    label: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    labels_sha256: str = ""
    files: Mapping[str, StoredFile] = field(default_factory=dict)
    schema: int = SCHEMA

    @cached_property
    def key(self) -> str:
        """Hash of the record's content. Caches use it as their key."""
        return hashlib.sha256(to_json(self)).hexdigest()[:16]

    @property
    def predict_10_000_seconds(self) -> float:
        """Prediction time of 10,000 samples, scaled from that of the test split."""
        return self.predict_seconds / self.n_test * 10_000

    @property
    def seeds_accuracy(self) -> tuple[float, float, int]:
        """Mean test accuracy over all seeds, its standard deviation (0 for one seed), and the number of seeds."""
        found = [self.test_accuracy, *(entry["test_accuracy"] for entry in self.replicates)]
        return fmean(found), stdev(found) if len(found) > 1 else 0.0, len(found)

    @property
    def model_file(self) -> str:
        """Name of the file with the model, or with the members of an ensemble."""
        return ENSEMBLE if ENSEMBLE in self.files else MODEL

    @property
    def model_bytes(self) -> int:
        """Size of the compressed model in bytes. An ensemble's includes the models of its members."""
        return self.files[self.model_file]["bytes"] + sum(self.details.get("member_bytes", ()))


def to_json(record: Record) -> bytes:
    """Return the stored JSON text of a record. Raise MnistCoreError if the record holds NaN or an infinity."""
    try:
        return (json.dumps(asdict(record), indent=1, sort_keys=True, allow_nan=False) + "\n").encode()
    except ValueError as error:
        name = f"{record.classifier} on {record.dataset}"
        raise MnistCoreError(f"{name}: expected finite numbers in {RECORD}, found NaN or infinity.") from error
