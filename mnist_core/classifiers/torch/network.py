"""Base class of networks that are trained by PyTorch: training, data augmentation, scores and export."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from mnist_core.base.digits import N_CLASSES, SIDE
from mnist_core.base.memory import keep_freed_memory
from mnist_core.base.progress import Progress, silent
from mnist_core.classifiers.mlp import describe_epoch, epoch_entry
from mnist_core.classifiers.spec import History, Hyperparameters, Validation

if TYPE_CHECKING:
    import onnx
    import torch
    from torch import nn

    from mnist_core.classifiers.torch.trainer import Trainer

CHUNK = 1000
"""Number of images that are augmented or scored at a time."""
SHIFTS = ((0, 0), (0, 1), (0, -1), (1, 0), (-1, 0))
"""Shifts of test-time augmentation, in pixels down and to the right."""


class TorchNetwork:
    """A sequential network, trained by AdamW with a one-cycle schedule and data augmentation in each epoch.

    Training uses bfloat16 if the processor supports it, which is faster than float32. Scores are always computed in
    float32. The exported model also computes in float32. Its weights are stored in float16.

    Hyperparameters
    ---------------
    epochs : float
        Passes over the training data. The last one can be partial.
    batch_size, learning_rate, weight_decay, label_smoothing
    augment : mapping of transform to amount
        Shift, rotate, scale, shear, elastic. See `mnist_core.images.transforms`.
    views : int
        Test-time augmentation: 1 for none, or 5. With 5, the scores are the mean over the image and four copies that
        are shifted by one pixel.
    columns : int
        Number of networks with different initial weights, trained one after the other. The scores are their mean.

    References
    ----------
    Smith, Topin (2017), "Super-convergence: very fast training of neural networks using large learning rates".
    Cireşan, Meier, Schmidhuber (2012), "Multi-column deep neural networks for image classification", CVPR.
    """

    optional: ClassVar[Hyperparameters] = {}
    """Hyperparameters that may be left out, with their default values."""

    def __init__(self, hyperparameters: Hyperparameters, seed: int) -> None:
        import torch

        self._values, self._seed = {**self.optional, **hyperparameters}, seed
        self._bfloat16 = bool(torch.cpu.get_capabilities().get("avx512_bf16"))
        self._networks: list[nn.Sequential] = []
        with torch.random.fork_rng(devices=[]):
            for number in range(hyperparameters["columns"]):
                torch.manual_seed(_network_seed(seed, number))
                self._networks.append(self.fresh_network())

    def fresh_network(self) -> "nn.Sequential":
        """Return a network with initial weights, from images (n, 1, 28, 28) in 0..1 to logits (n, 10).

        All layers must be of types that `export` supports.
        """
        raise NotImplementedError

    @property
    def details(self) -> dict[str, Any]:
        """Number format in which training computes, and number of trainable parameters."""
        return {
            "arithmetic": "bfloat16" if self._bfloat16 else "float32",
            "parameters": sum(weights.numel() for network in self._networks for weights in network.parameters()),
        }

    def fit(
        self,
        images: np.ndarray,
        labels: np.ndarray,
        *,
        validation: Validation | None = None,
        progress: Progress = silent,
    ) -> History:
        """Train the networks one after the other. The history is that of the first network.

        Afterwards, the process keeps up to 1 GB of freed memory.
        """
        import torch

        from mnist_core.classifiers.torch.trainer import Trainer

        keep_freed_memory()
        history, predict_first = History(), partial(self._predict, networks=self._networks[:1])
        x = torch.from_numpy(np.array(images)).unsqueeze(1)  # uint8 (n, 1, 28, 28)
        y = torch.from_numpy(labels.astype(np.int64))
        epochs = _steps_per_epoch(len(x), self._values)
        total = len(epochs) * len(self._networks)
        with torch.random.fork_rng(devices=[]):
            for number, network in enumerate(self._networks):
                seed = _network_seed(self._seed, number)
                torch.manual_seed(seed)  # for dropout
                rng = np.random.default_rng(seed)
                trainer = Trainer(network, self._values, steps=sum(epochs), bfloat16=self._bfloat16)
                for epoch, steps in enumerate(epochs, start=number * len(epochs) + 1):
                    report = partial(_report_epoch, progress, epoch, total)
                    loss = self._train_epoch(trainer, x, y, rng, steps, report)
                    if not number:
                        history.append(epoch_entry(predict_first, epoch, loss, validation))
                        progress(describe_epoch(history[-1], total), epoch / total, entry=history[-1])
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
        """Train for a number of steps on shuffled and augmented images, and return the mean loss."""
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
        """Return logits, float32 (n, 10).

        With test-time augmentation or several networks, return the mean of the log-probabilities.
        """
        return self._scores(images, self._networks)

    def predict(self, images: np.ndarray) -> np.ndarray:
        """Return the labels that the networks predict, uint8 (n,)."""
        return self._predict(images, self._networks)

    def _predict(self, images: np.ndarray, networks: "list[nn.Sequential]") -> np.ndarray:
        return self._scores(images, networks).argmax(axis=1).astype(np.uint8)

    def _scores(self, images: np.ndarray, networks: "list[nn.Sequential]") -> np.ndarray:
        import torch

        for network in networks:
            network.eval()
        found = [np.empty((0, N_CLASSES), dtype=np.float32)]
        with torch.inference_mode():
            for chunk in torch.from_numpy(np.array(images)).unsqueeze(1).split(CHUNK):
                x = _channels_last(chunk.float().div(255))
                logits = [network(_channels_last(_shifted(x, shift))) for network in networks for shift in self._shifts]
                if len(logits) == 1:
                    found.append(logits[0].numpy())
                else:
                    found.append(torch.stack([part.log_softmax(1) for part in logits]).mean(0).numpy())
        return np.concatenate(found)

    def to_onnx(self) -> "onnx.ModelProto":
        """Return the layers as ONNX operators. ONNX Runtime merges batch normalization into neighboring layers."""
        from mnist_core.classifiers.torch.export import export

        return export(self._networks, self._shifts)

    @property
    def _shifts(self) -> tuple[tuple[int, int], ...]:
        return SHIFTS[: self._values["views"]]


def _report_epoch(progress: Progress, epoch: int, total: int, share: float) -> None:
    """Report the progress within an epoch as a share of all epochs."""
    progress(f"Epoch {epoch} of {total}", (epoch - 1 + share) / total)


def _steps_per_epoch(n: int, values: Hyperparameters) -> list[int]:
    """Return the number of steps in each epoch, for n training samples. The last epoch can be shorter."""
    whole = max(1, n // values["batch_size"])
    total = max(1, round(values["epochs"] * whole))
    return [min(whole, total - start) for start in range(0, total, whole)]


def _network_seed(seed: int, number: int) -> int:
    """Return a different seed for each network. The first network has the seed of the estimator."""
    return seed + 1_000_003 * number


def _channels_last(x: "torch.Tensor") -> "torch.Tensor":
    """Return a tensor in the channels-last memory format, in which processors compute convolutions fastest."""
    import torch

    return x.contiguous(memory_format=torch.channels_last)


def _shifted(x: "torch.Tensor", shift: tuple[int, int]) -> "torch.Tensor":
    """Return images shifted by whole pixels down and to the right, with black pixels at the free edges."""
    from torch.nn import functional

    down, right = shift
    return functional.pad(x, (1, 1, 1, 1))[:, :, 1 - down : 1 - down + SIDE, 1 - right : 1 - right + SIDE]
