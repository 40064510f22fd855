"""Fully connected networks, trained by scikit-learn."""

import copy
import warnings
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from mnist_core.base.digits import N_CLASSES
from mnist_core.base.progress import Progress, silent
from mnist_core.classifiers.spec import History, Hyperparameters, Validation, as_rows

if TYPE_CHECKING:
    import onnx
    from sklearn.neural_network import MLPClassifier


class Perceptron:
    """scikit-learn's MLPClassifier: fully connected layers with ReLU, trained by Adam with cross-entropy loss.

    Adam with a constant learning rate does not converge to a point. The model therefore uses the mean of the weights
    after each of the last `averaged_epochs` epochs.

    References
    ----------
    Izmailov et al. (2018), "Averaging weights leads to wider optima and better generalization", UAI.
    """

    def __init__(self, hyperparameters: Hyperparameters, seed: int) -> None:
        from sklearn.neural_network import MLPClassifier

        self._epochs = hyperparameters["epochs"]
        self._last: deque[list[np.ndarray]] = deque(maxlen=hyperparameters["averaged_epochs"])
        self._layers: list[tuple[np.ndarray, np.ndarray]] = []  # averaged weights and bias of each layer
        self._model = MLPClassifier(
            hyperparameters["hidden"],
            alpha=hyperparameters["weight_decay"],
            batch_size=hyperparameters["batch_size"],
            learning_rate_init=hyperparameters["learning_rate"],
            random_state=seed,
        )

    @property
    def details(self) -> dict[str, Any]:
        """Number of trainable parameters."""
        return {"parameters": sum(weights.size + bias.size for weights, bias in self._layers)}

    def fit(
        self,
        images: np.ndarray,
        labels: np.ndarray,
        *,
        validation: Validation | None = None,
        progress: Progress = silent,
    ) -> History:
        """Train epoch by epoch, and compute the history with the averaged weights."""
        rows, history = as_rows(images), History()
        for epoch in range(1, self._epochs + 1):
            _fit_one_epoch(self._model, rows, labels)
            self._average()
            history.append(epoch_entry(self.predict, epoch, float(self._model.loss_), validation))
            progress(describe_epoch(history[-1], self._epochs), epoch / self._epochs, entry=history[-1])
        return history

    def scores(self, images: np.ndarray) -> np.ndarray:
        """Return logits, float32 (n, 10)."""
        x = as_rows(images)
        for i, (weights, bias) in enumerate(self._layers):
            x = (np.maximum(x, 0) if i else x) @ weights + bias
        return x

    def predict(self, images: np.ndarray) -> np.ndarray:
        """Return the labels that scikit-learn predicts with the averaged weights, uint8 (n,)."""
        averaged = copy.copy(self._model)
        averaged.coefs_, averaged.intercepts_ = map(list, zip(*self._layers, strict=True))
        return averaged.predict(as_rows(images)).astype(np.uint8)

    def _average(self) -> None:
        """Add the weights of this epoch to the mean over the last epochs."""
        self._last.append([array.copy() for array in self._model.coefs_ + self._model.intercepts_])
        means = [np.mean(arrays, axis=0) for arrays in zip(*self._last, strict=True)]
        self._layers = list(zip(means[: len(means) // 2], means[len(means) // 2 :], strict=True))

    def to_onnx(self) -> "onnx.ModelProto":
        """Return matrix products with ReLU between them."""
        from mnist_core.classifiers.onnx.graph import Graph

        graph = Graph()
        x = graph.add("Div", graph.images(), np.float32(255))
        for i, (weights, bias) in enumerate(self._layers):
            x = graph.linear(graph.add("Relu", x) if i else x, weights, bias)
        return graph.model(x)


def _fit_one_epoch(model: "MLPClassifier", rows: np.ndarray, labels: np.ndarray) -> None:
    """Train one epoch. Raise KeyboardInterrupt on Ctrl-C, for which scikit-learn only emits a warning."""
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message="Training interrupted")
        try:
            model.partial_fit(rows, labels, classes=np.arange(N_CLASSES))
        except UserWarning:
            raise KeyboardInterrupt from None


def epoch_entry(
    predict: Callable[[np.ndarray], np.ndarray], epoch: int, loss: float, validation: Validation | None
) -> dict[str, float]:
    """Return an entry of the history, with the validation accuracy if there is a validation split."""
    entry = {"epoch": epoch, "loss": loss}
    if validation is not None:
        images, labels = validation
        entry["validation_accuracy"] = float((predict(images) == labels).mean())
    return entry


def describe_epoch(entry: dict[str, float], epochs: int) -> str:
    """Return an entry of the history as a progress message."""
    accuracy = entry.get("validation_accuracy")
    suffix = "" if accuracy is None else f", validation accuracy {100 * accuracy:.2f} %"
    return f"Epoch {entry['epoch']} of {epochs}: loss {entry['loss']:.4f}{suffix}"
