"""Classes for datasets: the specification, a split, and a dataset whose splits are loaded on first access."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from mnist_core.base.digits import SIDE
from mnist_core.base.errors import DatasetCorruptError
from mnist_core.base.progress import Progress, silent

SplitName = Literal["train", "test"]


@dataclass(frozen=True, eq=False)
class Split:
    """Images and labels of a training or test split.

    Attributes
    ----------
    images : uint8 ndarray of shape (n, 28, 28)
        Ink bright on black, read-only.
    labels : uint8 ndarray of shape (n,)
        0..9, read-only.
    """

    images: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.uint8]

    def __post_init__(self) -> None:
        n = len(self.labels)
        for array, shape in ((self.images, (n, SIDE, SIDE)), (self.labels, (n,))):
            if array.shape != shape or array.dtype != np.uint8:
                raise DatasetCorruptError(f"Expected uint8 {shape}, found {array.dtype} {array.shape}.")
        for name, array in (("images", self.images), ("labels", self.labels)):
            view = array.view()
            view.flags.writeable = False
            object.__setattr__(self, name, view)

    def __len__(self) -> int:
        return len(self.labels)


Load = Callable[[SplitName, Progress], Mapping[SplitName, Split]]
"""Function that loads a split. It returns both splits if they cannot be loaded separately."""

Fetch = Callable[[Progress], Path]
"""Function that downloads missing files, verifies all files and returns their folder."""


@dataclass(frozen=True, eq=False)
class DatasetSpec:
    """Specification of a dataset, known without loading its data.

    Attributes
    ----------
    name, label : str
        Identifier and display name.
    n_train, n_test : int
        Numbers of samples.
    fingerprint : str
        Text that changes with any change of an image, a label or the split.
    remark : str
        One sentence that says what the dataset is suited for.
    load : callable (split name, progress) -> {split name: Split}
        Loads a split, and both splits if they cannot be loaded separately.
    fetch : callable (progress) -> Path, or None
        Downloads and verifies the files. None for a dataset that is part of an installed package.
    overrides : {classifier name: {hyperparameter: value}}
        Hyperparameters that have another value on this dataset than in the registry of classifiers.
    """

    name: str
    label: str
    n_train: int
    n_test: int
    fingerprint: str
    remark: str
    load: Load
    fetch: Fetch | None = None
    overrides: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def needs_fetch(self) -> bool:
        """Whether the dataset has files that may have to be downloaded."""
        return self.fetch is not None


class Dataset:
    """Dataset whose splits are loaded on first access.

    Each split is loaded once, also if several threads access it at the same time.

    Attributes
    ----------
    name : str
    spec : DatasetSpec
    train, test : Split
    """

    def __init__(self, spec: DatasetSpec, progress: Progress = silent) -> None:
        self.spec = spec
        self._progress = progress
        self._splits: dict[SplitName, Split] = {}
        self._lock = Lock()

    @property
    def name(self) -> str:
        return self.spec.name

    @property
    def train(self) -> Split:
        return self._split("train")

    @property
    def test(self) -> Split:
        return self._split("test")

    def __repr__(self) -> str:
        return f"Dataset({self.name!r})"

    def _split(self, name: SplitName) -> Split:
        with self._lock:
            if name not in self._splits:
                self._splits.update(self.spec.load(name, self._progress))
            return self._splits[name]
