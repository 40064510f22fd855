"""What a dataset is: two splits of digits, and all that is particular to it in one place."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from mnist_core.base.errors import DatasetCorruptError
from mnist_core.base.progress import Progress, silent

SplitName = Literal["train", "test"]


@dataclass(frozen=True, eq=False)
class Split:
    """
    Digits with their labels.

    Attributes
    ----------
    images : uint8 (n, 28, 28)
        Ink bright on black, read-only.
    labels : uint8 (n,)
        0..9, read-only.
    """

    images: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.uint8]

    def __post_init__(self) -> None:
        n = len(self.labels)
        for array, shape in ((self.images, (n, 28, 28)), (self.labels, (n,))):
            if array.shape != shape or array.dtype != np.uint8:
                raise DatasetCorruptError(f"Expected uint8 {shape}, found {array.dtype} {array.shape}.")
        for name, array in (("images", self.images), ("labels", self.labels)):
            view = array.view()
            view.flags.writeable = False
            object.__setattr__(self, name, view)

    def __len__(self) -> int:
        return len(self.labels)


Load = Callable[[SplitName, Progress], Mapping[SplitName, Split]]
"""Loads one split; the other may come along where both are made at once."""

Fetch = Callable[[Progress], Path]
"""Makes sure that all files are local and verified, and says where they lie."""


@dataclass(frozen=True, eq=False)
class DatasetSpec:
    """
    A dataset before anything is loaded.

    Attributes
    ----------
    label : str
        For pickers.
    fingerprint : str
        Changes whenever any image, label or the split between them would; known without the data.
    remark : str
        One sentence on what it is good for.
    load : callable (split name, progress) -> {split name: Split}
    fetch : callable (progress) -> Path, or None where nothing needs fetching
    overrides : {classifier name: {hyperparameter: value}}
        Where this dataset wants other hyperparameters than the classifier's own.
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
        """Whether its images are not part of an installed package."""
        return self.fetch is not None


class Dataset:
    """A dataset whose splits are loaded when first asked for, each once, also when threads ask together."""

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
