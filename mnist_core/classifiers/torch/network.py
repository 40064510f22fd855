"""What networks by PyTorch share: the training, the augmentation, the scores and the export."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from mnist_core.base.memory import keep_memory
from mnist_core.base.progress import Progress, silent
from mnist_core.classifiers.mlp import describe, epoch_entry
from mnist_core.classifiers.spec import History, Hyperparameters, Validation

if TYPE_CHECKING:
    import onnx
    import torch
    from torch import nn

    from mnist_core.classifiers.onnx.graph import Graph
    from mnist_core.classifiers.torch.trainer import Trainer

CHUNK = 1000
"""Digits that are augmented or scored at a time."""
SIDE = 28
VIEWS = ((0, 0), (0, 1), (0, -1), (1, 0), (-1, 0))
"""How a digit is moved, in pixels down and to the right, where several views of it are scored."""


class TorchNetwork:
    """A network of plain layers, trained by AdamW on a one-cycle schedule, each epoch on digits distorted anew.

    Trains in bfloat16 where the processor computes in it, which is faster than float32, its fallback; scores are
    float32 either way. The exported model computes in float32 too, from weights that are stored in float16.

    Hyperparameters
    ---------------
    epochs : float
        Passes over the digits; the last one may be a part of one.
    batch_size, learning_rate, weight_decay, label_smoothing
    augment : mapping of transform to amount, as of `mnist_core.images.transforms`
        Shift, rotate, scale, shear, elastic.
    views : int
        1, or 5: the scores are then the mean over a digit and itself moved by one pixel each way.
    columns : int
        Networks trained one after the other, each from its own start; the scores are their mean.

    References
    ----------
    Smith, Topin (2017), "Super-convergence: very fast training of neural networks using large learning rates".
    Cireşan, Meier, Schmidhuber (2012), "Multi-column deep neural networks for image classification", CVPR.
    """

    optional: ClassVar[Hyperparameters] = {}
    """Hyperparameters that a recipe need not name, with what they are then."""

    def __init__(self, hyperparameters: Hyperparameters, seed: int) -> None:
        import torch

        self._values, self._seed = {**self.optional, **hyperparameters}, seed
        self._bfloat16 = bool(torch.cpu.get_capabilities().get("avx512_bf16"))
        self._columns: list[nn.Sequential] = []
        with torch.random.fork_rng(devices=[]):
            for column in range(hyperparameters["columns"]):
                torch.manual_seed(_column_seed(seed, column))
                self._columns.append(self.fresh_network())

    def fresh_network(self) -> "nn.Sequential":
        """A fresh network: layers that `_add_layer` knows, from (n, 1, 28, 28) in 0..1 to logits (n, 10)."""
        raise NotImplementedError

    @property
    def details(self) -> dict[str, Any]:
        """In which arithmetic it was trained, and how many weights there are."""
        return {
            "arithmetic": "bfloat16" if self._bfloat16 else "float32",
            "parameters": sum(weights.numel() for column in self._columns for weights in column.parameters()),
        }

    def fit(
        self,
        images: np.ndarray,
        labels: np.ndarray,
        *,
        validation: Validation | None = None,
        progress: Progress = silent,
    ) -> History:
        """Train column by column; the history is the first one's, its epochs comparable with each other.

        From then on the process keeps the memory that it frees, up to 1 GB.
        """
        import torch

        from mnist_core.classifiers.torch.trainer import Trainer

        keep_memory()
        history, first = History(), partial(self._labels, columns=self._columns[:1])
        x = torch.from_numpy(np.array(images)).unsqueeze(1)  # uint8 (n, 1, 28, 28)
        y = torch.from_numpy(labels.astype(np.int64))
        epochs = _epochs_of(len(x), self._values)
        total = len(epochs) * len(self._columns)
        with torch.random.fork_rng(devices=[]):
            for number, column in enumerate(self._columns):
                seed = _column_seed(self._seed, number)
                torch.manual_seed(seed)  # of dropout
                rng = np.random.default_rng(seed)
                trainer = Trainer(column, self._values, steps=sum(epochs), bfloat16=self._bfloat16)
                for epoch, steps in enumerate(epochs, start=number * len(epochs) + 1):
                    loss = self._train_epoch(trainer, x, y, rng, steps, partial(_say, progress, epoch, total))
                    if not number:
                        history.append(epoch_entry(first, epoch, loss, validation))
                        progress(describe(history[-1], total), epoch / total, entry=history[-1])
        return history

    def _train_epoch(
        self,
        trainer: "Trainer",
        x: "torch.Tensor",
        y: "torch.Tensor",
        rng: np.random.Generator,
        steps: int,
        report: Callable[[float], None],
    ) -> float:
        """So many steps on digits in a new order, distorted anew, a few batches at a time; returns the mean loss."""
        import torch

        from mnist_core.classifiers.torch.distort import distort

        size = self._values["batch_size"]
        order, loss, done = torch.from_numpy(rng.permutation(len(x))[: steps * size]), 0.0, 0
        for chosen in order.split(max(1, CHUNK // size) * size):
            report(done / steps)
            batches = distort(x[chosen], self._values["augment"], rng).split(size)
            for batch, truth in zip(batches, y[chosen].split(size), strict=True):
                loss += trainer.step(batch, truth)
            done += len(batches)
        return loss / steps

    def scores(self, images: np.ndarray) -> np.ndarray:
        """Logits, float32 (n, 10); of several views or columns the mean of their log-probabilities."""
        return self._scores(images, self._columns)

    def predict(self, images: np.ndarray) -> np.ndarray:
        """The network's own labels, uint8 (n,)."""
        return self._labels(images, self._columns)

    def _labels(self, images: np.ndarray, columns: "list[nn.Sequential]") -> np.ndarray:
        return self._scores(images, columns).argmax(axis=1).astype(np.uint8)

    def _scores(self, images: np.ndarray, columns: "list[nn.Sequential]") -> np.ndarray:
        import torch

        views = VIEWS[: self._values["views"]]
        for column in columns:
            column.eval()
        found = [np.empty((0, 10), dtype=np.float32)]
        with torch.inference_mode():
            for chunk in torch.from_numpy(np.array(images)).unsqueeze(1).split(CHUNK):
                x = _last(chunk.float().div(255))
                logits = [column(_last(_moved(x, view))) for column in columns for view in views]
                if len(logits) == 1:
                    found.append(logits[0].numpy())
                else:
                    found.append(torch.stack([part.log_softmax(1) for part in logits]).mean(0).numpy())
        return np.concatenate(found)

    def to_onnx(self) -> "onnx.ModelProto":
        """The layers one by one; ONNX Runtime folds batch normalisation into its neighbours."""
        from mnist_core.classifiers.onnx.graph import Graph

        graph, views = Graph(), VIEWS[: self._values["views"]]
        x = graph.add("Div", graph.images(shape=(1, SIDE, SIDE)), np.float32(255))
        if len(views) > 1:  # one after the other along the first axis, so that every layer runs once
            framed = graph.add("Pad", x, np.array([0, 0, 1, 1, 0, 0, 1, 1], dtype=np.int64))
            x = graph.add("Concat", *(_add_view(graph, framed, view) for view in views), axis=0)
        outputs = []
        for column in self._columns:
            column.eval()
            value = x
            for layer in column:
                value = _add_layer(graph, value, layer)
            outputs.append(value)
        if len(views) * len(outputs) == 1:
            return graph.model(outputs[0])
        parts = [
            graph.add("Reshape", graph.add("LogSoftmax", value, axis=1), np.array([len(views), -1, 10], dtype=np.int64))
            for value in outputs
        ]
        together = graph.add("Concat", *parts, axis=0)  # (views * columns, N, 10)
        return graph.model(graph.add("ReduceMean", together, axes=[0], keepdims=0))


def _say(progress: Progress, epoch: int, total: int, share: float) -> None:
    """How far an epoch is, as a share of all."""
    progress(f"Epoch {epoch} of {total}", (epoch - 1 + share) / total)


def _epochs_of(n: int, values: Hyperparameters) -> list[int]:
    """Steps in each epoch on n digits."""
    whole = max(1, n // values["batch_size"])
    total = max(1, round(values["epochs"] * whole))
    return [min(whole, total - start) for start in range(0, total, whole)]


def _column_seed(seed: int, column: int) -> int:
    """A seed of its own for each column; the first one's is the estimator's."""
    return seed + 1_000_003 * column


def _last(x: "torch.Tensor") -> "torch.Tensor":
    """In the memory order in which processors convolve fastest."""
    import torch

    return x.contiguous(memory_format=torch.channels_last)


def _moved(x: "torch.Tensor", view: tuple[int, int]) -> "torch.Tensor":
    """Digits moved by whole pixels down and to the right, black where nothing was."""
    from torch.nn import functional

    down, right = view
    return functional.pad(x, (1, 1, 1, 1))[:, :, 1 - down : 1 - down + SIDE, 1 - right : 1 - right + SIDE]


def _add_view(graph: "Graph", framed: str, view: tuple[int, int]) -> str:
    """The same in a graph, from digits with a frame of one pixel."""
    start = np.array([1 - view[0], 1 - view[1]], dtype=np.int64)
    return graph.add("Slice", framed, start, start + SIDE, np.array([2, 3], dtype=np.int64))


def _add_layer(graph: "Graph", x: str, layer: "nn.Module") -> str:
    """One layer of a network as it is after training; weights, which are most of the file, in float16."""
    from torch import nn

    weights = [value.detach().numpy() for value in layer.state_dict().values() if value.ndim]
    match layer:
        case nn.Conv2d():
            kernels = graph.cast(weights[0].astype(np.float16), "float32")
            return graph.add("Conv", x, kernels, *weights[1:], pads=[int(layer.padding[0])] * 4)
        case nn.BatchNorm2d() | nn.BatchNorm1d():
            return graph.add("BatchNormalization", x, *weights, epsilon=layer.eps)
        case nn.ReLU():
            return graph.add("Relu", x)
        case nn.MaxPool2d():
            return graph.add("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2])
        case nn.Flatten():
            return graph.add("Flatten", x)
        case nn.Linear():
            bias = weights[1] if len(weights) > 1 else np.zeros(len(weights[0]), dtype=np.float32)
            return graph.linear(x, weights[0].T.astype(np.float16), bias)
        case nn.Dropout():
            return x
        case nn.ZeroPad2d():  # by a negative number: a crop
            start, end = -layer.padding[0], SIDE + layer.padding[0]
            corners = [np.array([corner, corner], dtype=np.int64) for corner in (start, end)]
            return graph.add("Slice", x, *corners, np.array([2, 3], dtype=np.int64))
    raise TypeError(f"No way to export {layer}")
