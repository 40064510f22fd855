"""Convolutional networks, by PyTorch."""

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from mnist_core.classifiers.network import describe, epoch_entry
from mnist_core.classifiers.spec import N_CLASSES, History, Hyperparameters, Validation
from mnist_core.progress import Progress, silent

if TYPE_CHECKING:
    import onnx
    import torch

BATCH_TO_SCORE = 500


class ConvNet:
    """A small convolutional network: convolution, batch normalisation, ReLU, trained on moved and turned digits.

    AdamW on a one-cycle schedule. Trains in bfloat16 where the processor computes in it, which is about twice as fast
    as float32, its fallback; scores and the exported model are float32 either way.
    """

    def __init__(self, hyperparameters: Hyperparameters, seed: int) -> None:
        import torch

        self._hyperparameters, self._seed = hyperparameters, seed
        self._bfloat16 = bool(torch.cpu.get_capabilities().get("avx512_bf16"))
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self._model = _network(hyperparameters["width"], hyperparameters["dropout"])

    @property
    def details(self) -> dict[str, Any]:
        """In which arithmetic it was trained, and how many weights there are."""
        return {
            "arithmetic": "bfloat16" if self._bfloat16 else "float32",
            "parameters": sum(weights.numel() for weights in self._model.parameters()),
        }

    def fit(
        self,
        images: np.ndarray,
        labels: np.ndarray,
        *,
        validation: Validation | None = None,
        progress: Progress = silent,
    ) -> History:
        """Train epoch by epoch, each digit moved, turned and stretched anew every time."""
        import torch

        values, history = self._hyperparameters, History()
        x = torch.from_numpy(images.copy()).unsqueeze(1)  # uint8 (n, 1, 28, 28)
        y = torch.from_numpy(labels.astype(np.int64))
        batch, epochs = min(values["batch_size"], len(x)), values["epochs"]
        steps = len(x) // batch
        optimizer = torch.optim.AdamW(
            self._model.parameters(), lr=values["learning_rate"], weight_decay=values["weight_decay"], fused=True
        )
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, values["learning_rate"], total_steps=epochs * steps)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self._seed)
            for epoch in range(1, epochs + 1):
                self._model.train()
                order, loss_sum = torch.randperm(len(x)), 0.0
                for step in range(steps):
                    chosen = order[step * batch : (step + 1) * batch]
                    loss = self._loss(x[chosen], y[chosen])
                    optimizer.zero_grad()
                    loss.backward()
                    optimizer.step()
                    schedule.step()
                    loss_sum += loss.item()
                    if step % 20 == 0:
                        share = (epoch - 1 + step / steps) / epochs
                        progress(f"Epoch {epoch} of {epochs}", share)
                history.append(epoch_entry(self.predict, epoch, loss_sum / steps, validation))
                progress(describe(history[-1], epochs), epoch / epochs)
        return history

    def scores(self, images: np.ndarray) -> np.ndarray:
        """Logits, float32 (n, 10)."""
        import torch

        self._model.eval()
        with torch.inference_mode():
            batches = torch.from_numpy(images.copy()).unsqueeze(1).split(BATCH_TO_SCORE)
            return torch.cat([self._model(_to_network(batch)) for batch in batches]).numpy()

    def predict(self, images: np.ndarray) -> np.ndarray:
        """The network's own labels, uint8 (n,)."""
        return self.scores(images).argmax(axis=1).astype(np.uint8)

    def to_onnx(self) -> "onnx.ModelProto":
        """The layers one by one; ONNX Runtime folds batch normalisation into its neighbours."""
        from torch import nn

        from mnist_core.classifiers.onnx_graph import Graph

        self._model.eval()
        graph = Graph()
        x = graph.add("Div", graph.images(shape=(1, 28, 28)), np.float32(255))
        for layer in self._model:
            weights = [value.detach().numpy() for value in layer.state_dict().values() if value.ndim]
            match layer:
                case nn.Conv2d():
                    x = graph.add("Conv", x, *weights, pads=[int(layer.padding[0])] * 4)
                case nn.BatchNorm2d():
                    x = graph.add("BatchNormalization", x, *weights, epsilon=layer.eps)
                case nn.ReLU():
                    x = graph.add("Relu", x)
                case nn.MaxPool2d():
                    x = graph.add("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2])
                case nn.Flatten():
                    x = graph.add("Flatten", x)
                case nn.Linear():
                    x = graph.linear(x, weights[0].T, weights[1])
        return graph.model(x)

    def _loss(self, images: "torch.Tensor", labels: "torch.Tensor") -> "torch.Tensor":
        """Cross-entropy of one batch, augmented."""
        import torch

        x = _augmented(_to_network(images), self._hyperparameters)
        with torch.autocast("cpu", torch.bfloat16, enabled=self._bfloat16):
            logits = self._model(x)
        return torch.nn.functional.cross_entropy(logits.float(), labels)


def _network(width: int, dropout: float) -> "torch.nn.Sequential":
    """Five convolutions at 24, 12 and 6 pixels; pooling comes before normalisation, which then has a quarter to do."""
    import torch
    from torch import nn

    def block(before: int, after: int, kernel: int = 3, *, padding: int = 1, pool: bool = False) -> list[nn.Module]:
        convolution = nn.Conv2d(before, after, kernel, padding=padding, bias=False)
        return [convolution, *([nn.MaxPool2d(2)] if pool else []), nn.BatchNorm2d(after), nn.ReLU()]

    return nn.Sequential(
        *block(1, width, 5, padding=0, pool=True),  # (n, width, 12, 12)
        *block(width, 2 * width),
        *block(2 * width, 2 * width, pool=True),  # (n, 2 width, 6, 6)
        *block(2 * width, 4 * width),
        *block(4 * width, 4 * width),
        nn.Flatten(),
        nn.Dropout(dropout),
        nn.Linear(4 * width * 6 * 6, N_CLASSES),
    ).to(memory_format=torch.channels_last)


def _to_network(images: "torch.Tensor") -> "torch.Tensor":
    """uint8 (n, 1, 28, 28) -> pixels in 0..1, in the memory order in which processors convolve fastest."""
    import torch

    return images.float().div(255).contiguous(memory_format=torch.channels_last)


def _augmented(x: "torch.Tensor", values: Hyperparameters) -> "torch.Tensor":
    """Each digit turned, stretched, sheared and shifted by a little of its own: float (n, 1, 28, 28)."""
    import torch
    from torch.nn import functional

    def spread(size: float) -> torch.Tensor:
        return (2 * torch.rand(len(x)) - 1) * size

    angle, shear = spread(math.radians(values["turn_degrees"])), spread(values["shear"])
    wide, high = 1 + spread(values["stretch"]), 1 + spread(values["stretch"])
    right, down = (spread(values["shift_pixels"] / 14) for _ in range(2))  # 14 pixels are 1 in grid_sample's unit
    cos, sin = angle.cos(), angle.sin()
    rows = [torch.stack([cos * wide, (shear - sin) * high, right], 1), torch.stack([sin * wide, cos * high, down], 1)]
    grid = functional.affine_grid(torch.stack(rows, 1), list(x.shape), align_corners=False)
    return functional.grid_sample(x, grid, align_corners=False)
