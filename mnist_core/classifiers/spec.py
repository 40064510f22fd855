"""Interfaces of classifiers: how a classifier is specified, trained and served."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

import numpy as np

from mnist_core.base.progress import Progress, silent
from mnist_core.evaluation.metrics import softmax

if TYPE_CHECKING:
    import onnx

BATCH_KEY = "batch"
"""Key in a model's metadata. Its value is the batch size at which to serve the model."""

Family = Literal["linear", "kernel", "trees", "network", "ensemble"]
Hyperparameters: TypeAlias = Mapping[str, Any]
History: TypeAlias = list[dict[str, float]]
Validation: TypeAlias = tuple[np.ndarray, np.ndarray]


class Estimator(Protocol):
    """A classifier that can be trained. Images are uint8 (n, 28, 28), ink bright on black; labels are uint8 (n,)."""

    @property
    def details(self) -> dict[str, Any]:
        """Properties of the fitted estimator, JSON-able, such as the number of support vectors."""

    def fit(
        self,
        images: np.ndarray,
        labels: np.ndarray,
        *,
        validation: Validation | None = None,
        progress: Progress = silent,
    ) -> History:
        """Train from scratch.

        Parameters
        ----------
        validation : (images, labels) or None
            Used only to compute `validation_accuracy` in the history. It has no influence on the training.

        Returns
        -------
        list of {"epoch", "loss", "validation_accuracy"}
            Empty for a classifier that is not trained in epochs. Without `validation`, there is no
            `validation_accuracy`.
        """

    def scores(self, images: np.ndarray) -> np.ndarray:
        """Return scores, float32 (n, 10). Labels are their argmax, probabilities their softmax at a temperature."""

    def predict(self, images: np.ndarray) -> np.ndarray:
        """Return the labels that the training library predicts, uint8 (n,). They check the argmax of `scores`."""

    def to_onnx(self) -> "onnx.ModelProto":
        """Return the fitted model as ONNX: input "images" uint8 (N, 28, 28), output "scores" float32 (N, 10)."""


class Served(ABC):
    """A trained classifier that predicts. Images are uint8 (n, 28, 28), ink bright on black.

    Attributes
    ----------
    temperature : float
        Probabilities are softmax(scores / temperature).
    """

    temperature: float

    @abstractmethod
    def scores(self, images: np.ndarray) -> np.ndarray:
        """Return raw scores, float32 (n, 10)."""

    def scores_given(self, images: np.ndarray, known: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return raw scores, float32 (n, 10). An ensemble takes its members' scores from `known` where they exist.

        Parameters
        ----------
        known : mapping of classifier name to float32 ndarray of shape (n, 10)
            Scores of the same images.
        """
        return self.scores(images)

    def predict_proba(self, images: np.ndarray) -> np.ndarray:
        """Return probabilities, float32 (n, 10). Each row sums to 1."""
        return softmax(self.scores(images), self.temperature)

    def predict(self, images: np.ndarray) -> np.ndarray:
        """Return labels, uint8 (n,): the class with the highest score."""
        return self.scores(images).argmax(axis=1).astype(np.uint8)


@dataclass(frozen=True, kw_only=True)
class ModelSpec:
    """One entry of the registry.

    Attributes
    ----------
    label : str
        Display name.
    hyperparameters : mapping
        JSON-able. They are never chosen on a test split.
    remark : str
        One or two sentences for the leaderboard.
    requires : tuple of str
        Import names of packages that training needs and that not every installation has.
    refines : str or None
        Name of the classifier that this one improves.
    chosen_by : str
        How the hyperparameters were chosen. The text follows "chosen by" and is stored in records.
    """

    name: str
    label: str
    family: Family
    hyperparameters: Hyperparameters
    remark: str
    requires: tuple[str, ...] = ()
    refines: str | None = None
    chosen_by: str = "hand, by the accuracy on 10,000 digits held out of MNIST's training split"


@dataclass(frozen=True, kw_only=True)
class ClassifierSpec(ModelSpec):
    """A single classifier.

    Attributes
    ----------
    build : callable
        `(hyperparameters, seed) -> Estimator`. It imports the libraries that it needs when it is called.
    search_space : mapping of str to tuple
        Values to try for each hyperparameter.
    """

    build: Callable[[Hyperparameters, int], Estimator]
    search_space: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class EnsembleSpec(ModelSpec):
    """An ensemble: a weighted combination of single classifiers.

    Attributes
    ----------
    members : tuple of str
        Names of the combined classifiers, the same for every dataset.
    hyperparameters : mapping
        `{"members": [...]}`, as stored in records.
    """

    members: tuple[str, ...]
    hyperparameters: Hyperparameters = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "hyperparameters", {"members": list(self.members)})


def as_rows(images: np.ndarray) -> np.ndarray:
    """Return pixels in 0..1, one sample per row: uint8 (n, 28, 28) -> float32 (n, 784)."""
    return images.reshape(len(images), -1).astype(np.float32) / np.float32(255)
