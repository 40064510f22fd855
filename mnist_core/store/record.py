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
"""The members of an ensemble, in place of a model."""
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
    accuracies : tuple of float in 0..1
        One for each fold.
    sizes : tuple of int
        Number of samples in each fold.
    """

    seed: int
    created: str
    accuracies: Annotated[tuple[Share, ...], Meta(min_length=2)]
    sizes: tuple[PositiveCount, ...]

    def __post_init__(self) -> None:
        """Require one size for each accuracy."""
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
    fingerprint : str
        Fingerprint of the dataset.
    temperature : float
        Fitted on out-of-fold scores if the run is cross-validated, else on the validation split.
    history : mappings with "epoch", "loss", "validation_accuracy"
        Of the training that had a validation split.
    learning_curve : mappings with "n_train", "subset", "test_accuracy", "fit_seconds"
        One for each training on a part of the training split. "subset" is the seed that drew the part.
    replicates : mappings with "seed", "test_accuracy", "fit_seconds"
        One for each training with the same hyperparameters on the whole training split, with another seed.
    robustness : mapping of str to sequence of float
        Test accuracy at each severity of a transform, mildest first. The name of another dataset holds one value: the
        accuracy on all its samples.
    fit_seconds, n_holdout, holdout_accuracy
        Of an ensemble: the sum of its members' fits and its own; all training samples; the accuracy on them with
        weights that were fitted on the other folds.
    chosen_by : str
        How the hyperparameters were chosen.
    label : str
        Label that the user gave the run. Empty: the registry's label is shown.
    details : mapping
        Facts about the fitted model. "member_bytes" holds the sizes of the models of an ensemble's members.
    labels_sha256 : str
        As of `arrays.hash_labels`.
    files : mapping of str to StoredFile
        The files beside the record.
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
    """Return a record as the JSON text that is stored; MnistCoreError if it holds NaN or an infinity."""
    try:
        return (json.dumps(asdict(record), indent=1, sort_keys=True, allow_nan=False) + "\n").encode()
    except ValueError as error:
        name = f"{record.classifier} on {record.dataset}"
        raise MnistCoreError(f"{name}: expected finite numbers in {RECORD}, found NaN or infinity.") from error
