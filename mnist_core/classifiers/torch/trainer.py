"""One network of PyTorch, its layers and its optimizer. Imports PyTorch: only what trains may import this."""

from functools import partial

import torch
from torch import nn

from mnist_core.classifiers.spec import Hyperparameters


class FlattenLast(nn.Flatten):
    """Flatten, whose gradient has the memory order of its input where that is channels last.

    It comes as the linear layer left it otherwise, and the ReLU before takes several times as long over it.
    """

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if x.requires_grad and not x.is_contiguous() and x.is_contiguous(memory_format=torch.channels_last):
            x.register_hook(partial(torch.Tensor.contiguous, memory_format=torch.channels_last))
        return super().forward(x)


class Trainer:
    """AdamW on a one-cycle schedule.

    Parameters
    ----------
    network : nn.Sequential
        Trained in place.
    values : mapping
        learning_rate, weight_decay, label_smoothing.
    steps : int
        In all: the schedule ends there.
    bfloat16 : bool
        Compute in bfloat16; weights are kept in float32.
    """

    def __init__(self, network: nn.Sequential, values: Hyperparameters, *, steps: int, bfloat16: bool) -> None:
        self._network, self._bfloat16 = network, bfloat16
        rate = values["learning_rate"]
        self._optimizer = torch.optim.AdamW(
            network.parameters(), lr=rate, weight_decay=values["weight_decay"], fused=True
        )
        self._schedule = torch.optim.lr_scheduler.OneCycleLR(self._optimizer, rate, total_steps=steps)
        self._loss = nn.CrossEntropyLoss(label_smoothing=values["label_smoothing"])

    def step(self, x: torch.Tensor, y: torch.Tensor) -> float:
        """Learn from one batch, float32 (n, 1, 28, 28) in 0..1 and int64 (n,); returns the mean loss."""
        self._network.train()
        with torch.autocast("cpu", torch.bfloat16, enabled=self._bfloat16):
            logits = self._network(x.contiguous(memory_format=torch.channels_last))
        loss = self._loss(logits.float(), y)
        self._optimizer.zero_grad()
        loss.backward()
        self._optimizer.step()
        self._schedule.step()
        return float(loss.item())
