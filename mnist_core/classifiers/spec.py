"""What a classifier is: how it is built, and what the thing it builds can do."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

import numpy as np

from mnist_core.base.progress import Progress, silent
from mnist_core.evaluation.metrics import softmax

if TYPE_CHECKING:
    import onnx

N_CLASSES = 10
PIXELS = 28 * 28
BATCH_KEY = "batch"
"""In a model's metadata: how many digits at a time it is best served."""

HOLDOUT_SHARE = 1 / 6
"""Of a training split, held out to choose hyperparameters and to see how a training goes: 10,000 of MNIST's 60,000."""

Family = Literal["linear", "kernel", "trees", "network", "ensemble"]
Hyperparameters: TypeAlias = Mapping[str, Any]
History: TypeAlias = list[dict[str, float]]
Validation: TypeAlias = tuple[np.ndarray, np.ndarray]


class Estimator(Protocol):
    """A classifier that can be trained. Images are uint8 (n, 28, 28), ink bright on black; labels uint8 (n,)."""

    @property
    def details(self) -> dict[str, Any]:
        """What is particular to the fitted estimator, JSON-able: the arithmetic, a count of support vectors."""

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
            Never trained on and chooses nothing: it only fills `validation_accuracy` in the history.

        Returns
        -------
        list of {"epoch", "loss", "validation_accuracy"}
            Empty for a classifier that is not trained in epochs; no `validation_accuracy` without `validation`.
        """

    def scores(self, images: np.ndarray) -> np.ndarray:
        """Scores, float32 (n, 10): labels are their argmax, probabilities their softmax at a fitted temperature."""

    def predict(self, images: np.ndarray) -> np.ndarray:
        """The underlying library's own labels, uint8 (n,): what the argmax of `scores` is checked against."""

    def to_onnx(self) -> "onnx.ModelProto":
        """The fitted model as ONNX: input "images" uint8 (N, 28, 28), output "scores" float32 (N, 10)."""


class Served(ABC):
    """A trained classifier as pages and programs use it. Images are uint8 (n, 28, 28), ink bright on black.

    Attributes
    ----------
    temperature : float
        Probabilities are softmax(scores / temperature).
    """

    temperature: float

    @abstractmethod
    def scores(self, images: np.ndarray) -> np.ndarray:
        """Raw scores, float32 (n, 10)."""

    def scores_given(self, images: np.ndarray, known: Mapping[str, np.ndarray]) -> np.ndarray:
        """The same, where other classifiers' scores of these images are known by name: a vote over them uses those."""
        return self.scores(images)

    def predict_proba(self, images: np.ndarray) -> np.ndarray:
        """Probabilities, float32 (n, 10), each row summing to 1."""
        return softmax(self.scores(images), self.temperature)

    def predict(self, images: np.ndarray) -> np.ndarray:
        """Labels, uint8 (n,): the digit with the highest score."""
        return self.scores(images).argmax(axis=1).astype(np.uint8)


@dataclass(frozen=True)
class ClassifierSpec:
    """One entry of the registry: everything that is particular to a classifier.

    Attributes
    ----------
    hyperparameters : mapping
        JSON-able; chosen on 10,000 digits held out from MNIST's training split, never on a test split; of a vote its
        `members`, the same for every dataset.
    build : callable
        `(hyperparameters, seed) -> Estimator`; imports its libraries when it is called, not before.
    search_space : mapping of str to tuple
        Values worth trying for each hyperparameter.
    remark : str
        One or two sentences for the leaderboard: what it is, and what to know about it.
    requires : tuple of str
        Import names needed to train it that not every installation has.
    refines : str or None
        Name of the classifier that it is a better version of.
    chosen_by : str
        What decided on the hyperparameters: it follows "chosen by".
    """

    name: str
    label: str
    family: Family
    hyperparameters: Hyperparameters
    build: Callable[[Hyperparameters, int], Estimator]
    remark: str
    search_space: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    requires: tuple[str, ...] = ()
    refines: str | None = None
    chosen_by: str = "hand, by the accuracy on 10,000 digits held out of MNIST's training split"

    @property
    def members(self) -> tuple[str, ...]:
        """The classifiers that it votes over; empty for one that is trained itself."""
        return tuple(self.hyperparameters.get("members", ()))


def as_rows(images: np.ndarray) -> np.ndarray:
    """Pixels in 0..1, one digit a row: uint8 (n, 28, 28) -> float32 (n, 784)."""
    return images.reshape(len(images), -1).astype(np.float32) / np.float32(255)
