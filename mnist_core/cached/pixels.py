"""A dataset's images, fetched in the background, and sheets of them."""

import mmap
import tempfile
from collections import defaultdict
from threading import Lock

import numpy as np
import streamlit as st

from mnist_core.cached.background import Background
from mnist_core.datasets import SplitName, load_dataset
from mnist_core.figures.sheet import digit_sheet

_LOADING: defaultdict[str, Lock] = defaultdict(Lock)
"""One split of a dataset is loaded at a time: where both come together, two at once would take twice the memory."""

_PIECE = 64
"""Digits that are written at once, 50 kB."""


class Pixels(Background):
    """A split's images and labels, read or fetched in a thread of their own.

    Attributes
    ----------
    images : uint8 ndarray of shape (n, 28, 28), read-only, or None
        Once they are there. Those of a training split stay on the disk and are mapped: a page looks at a few of them.
    labels : uint8 ndarray of shape (n,), read-only, or None
        There as soon as the images are.
    """

    def __init__(self, dataset: str, split: SplitName) -> None:
        self.images: np.ndarray | None = None
        self.labels: np.ndarray | None = None
        self._place = (dataset, split)
        self._mapped: mmap.mmap | None = None
        super().__init__(f"Reading the images of {dataset}")

    def release(self) -> None:
        """Drop what reading mapped images has brought into memory; what is looked at again comes again."""
        if self._mapped is not None and hasattr(mmap, "MADV_DONTNEED"):
            self._mapped.madvise(mmap.MADV_DONTNEED)

    def _work(self) -> None:
        dataset, split = self._place
        with _LOADING[dataset]:
            loaded = load_dataset(dataset, progress=self._report)
            digits = loaded.train if split == "train" else loaded.test
            images = self._map(digits.images) if split == "train" else digits.images.copy()
            self.labels = digits.labels.copy()
        images.flags.writeable = self.labels.flags.writeable = False
        self.images = images

    def _map(self, images: np.ndarray) -> np.ndarray:
        """The same images in a file without a name, which goes when nobody uses it any more."""
        with tempfile.TemporaryFile() as file:
            # In small pieces: what was written at once, up to 2 MB, Linux also maps at once for a single digit in it.
            for start in range(0, len(images), _PIECE):
                file.write(images[start : start + _PIECE].tobytes())
            file.flush()
            self._mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        return np.frombuffer(self._mapped, dtype=np.uint8).reshape(images.shape)


@st.cache_resource(max_entries=6, show_spinner=False)
def load_pixels(dataset: str, split: SplitName) -> Pixels:
    """A split's images, on their way or there; `load_pixels.clear(dataset, split)` makes the next call try again."""
    return Pixels(dataset, split)


@st.cache_data(max_entries=96, show_spinner=False)
def sheet(dataset: str, split: SplitName, fingerprint: str, indices: tuple[int, ...], _images: np.ndarray) -> bytes:
    """The sheet of these digits of a split, as `figures.sheet` draws it."""
    sheet = digit_sheet(_images[list(indices)])
    load_pixels(dataset, split).release()
    return sheet
