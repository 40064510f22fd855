"""Data classes of the training queue: a training to run, and the state of a training."""

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Status = Literal["waiting", "running", "done", "failed", "cancelled"]
CANCELLED = "Cancelled; no partial run was written."
"""Message of a cancelled training."""


@dataclass(frozen=True)
class Task:
    """A training to run.

    Attributes
    ----------
    classifier, dataset : str
        Names in the registries.
    changes : mapping
        Hyperparameters that differ from those in the registry.
    subset : int or None
        Number of training samples; None for all.
    seed : int or None
        Seed of the training. None means 0, and that a stored run with any seed is up to date.
    label : str
        Display name of a custom run.
    custom : bool
        Whether to store a custom run. Changes, a subset and a label require it.
    force : bool
        Whether to train even if the stored run is up to date.
    """

    classifier: str
    dataset: str = "mnist"
    changes: Mapping[str, Any] = field(default_factory=dict)
    subset: int | None = None
    seed: int | None = None
    label: str = ""
    custom: bool = False
    force: bool = False

    @property
    def arguments(self) -> list[str]:
        """Arguments of `python` that run this training."""
        words = ["-m", "mnist_core", "train", self.classifier, "--dataset", self.dataset]
        for name, value in self.changes.items():
            words += ["--set", f"{name}={json.dumps(value)}"]
        words += ["--subset", f"{self.subset}"] if self.subset else []
        words += ["--seed", f"{self.seed}"] if self.seed is not None else []
        words += [f"--label={self.label}"] if self.label else []
        return [*words, *["--custom"] * self.custom, *["--force"] * self.force]

    @property
    def command(self) -> str:
        """The training as a command line for a POSIX shell."""
        return shlex.join(["python", *self.arguments])


@dataclass(frozen=True)
class JobState:
    """State of a training in the queue.

    Attributes
    ----------
    number : int
        Identifies the training on this server. Numbers start at 1.
    task : Task
    status : {"waiting", "running", "done", "failed", "cancelled"}
    message : str
        Last progress message.
    share : float or None
        Share of the work that is done, 0..1; None if unknown.
    started, ended : float
        Seconds since the epoch; 0 before the event.
    history : mappings with "epoch", "loss", "validation_accuracy"
        One for each finished epoch of the training with a validation split.
    stored_as : str
        Name of the stored run; empty before it is stored.
    error : str
        Last lines of a failed process's standard error, and how the process ended.
    """

    number: int
    task: Task
    status: Status = "waiting"
    message: str = ""
    share: float | None = None
    started: float = 0.0
    ended: float = 0.0
    history: tuple[Mapping[str, float], ...] = ()
    stored_as: str = ""
    error: str = ""
