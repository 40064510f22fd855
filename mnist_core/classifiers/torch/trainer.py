"""Optimizer and loss for one network. The module imports PyTorch, so only training code may import it."""

from functools import partial

import torch
from torch import nn

from mnist_core.classifiers.spec import Hyperparameters


class FlattenLast(nn.Flatten):
    """A Flatten layer whose gradient keeps the channels-last memory format of its input.

    Otherwise the gradient has the memory format of the linear layer, and the preceding ReLU takes several times longer.
    """

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Flatten the input. If its memory format is channels last, convert the gradient to that format."""
        if x.requires_grad and not x.is_contiguous() and x.is_contiguous(memory_format=torch.channels_last):
            x.register_hook(partial(torch.Tensor.contiguous, memory_format=torch.channels_last))
        return super().forward(x)


class Trainer:
    """AdamW with a one-cycle learning rate schedule.

    Parameters
    ----------
    network : nn.Sequential
        Trained in place.
    values : mapping
        The hyperparameters learning_rate, weight_decay and label_smoothing.
    steps : int
        Total number of steps, after which the schedule ends.
    bfloat16 : bool
        Compute in bfloat16. Weights are kept in float32.
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
        """Train on one batch, float32 (n, 1, 28, 28) in 0..1 and int64 (n,), and return the mean loss."""
        self._network.train()
        with torch.autocast("cpu", torch.bfloat16, enabled=self._bfloat16):
            logits = self._network(x.contiguous(memory_format=torch.channels_last))
        loss = self._loss(logits.float(), y)
        self._optimizer.zero_grad()
        loss.backward()
        self._optimizer.step()
        self._schedule.step()
        return float(loss.item())
