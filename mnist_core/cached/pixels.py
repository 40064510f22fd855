"""The images of a dataset, loaded in the background, and sprite sheets of them."""

import mmap
import tempfile
from collections import defaultdict
from threading import Lock

import numpy as np
import streamlit as st

from mnist_core.cached.background import Background
from mnist_core.datasets import SplitName, load_dataset
from mnist_core.figures.sprite_sheet import render_sprite_sheet

_LOADING: defaultdict[str, Lock] = defaultdict(Lock)
"""One lock per dataset, so that only one of its splits is loaded at a time. Two at once would take twice the memory."""

_BLOCK = 64
"""Images per write: 50 kB."""


class Pixels(Background):
    """The images and labels of a split, loaded in a background thread. Arrays are read-only.

    Attributes
    ----------
    images : uint8 ndarray of shape (n, 28, 28), or None until loaded
        The images of a training split stay on disk and are mapped into memory: a page shows only a few of them.
    labels : uint8 ndarray of shape (n,), or None until loaded
        Available whenever the images are.
    """

    def __init__(self, dataset: str, split: SplitName) -> None:
        self.images: np.ndarray | None = None
        self.labels: np.ndarray | None = None
        self._dataset, self._split = dataset, split
        self._mapped: mmap.mmap | None = None
        super().__init__(f"Loading the images of {dataset}")

    def release(self) -> None:
        """Free the memory of mapped images that were read. They are read from disk again when they are used again."""
        if self._mapped is not None and hasattr(mmap, "MADV_DONTNEED"):
            self._mapped.madvise(mmap.MADV_DONTNEED)

    def _work(self) -> None:
        with _LOADING[self._dataset]:
            loaded = load_dataset(self._dataset, progress=self._report)
            split = loaded.train if self._split == "train" else loaded.test
            images = self._map(split.images) if self._split == "train" else split.images.copy()
            self.labels = split.labels.copy()
        images.flags.writeable = self.labels.flags.writeable = False
        self.images = images

    def _map(self, images: np.ndarray) -> np.ndarray:
        """Return the images mapped from an unnamed temporary file, which the system deletes with the last reference."""
        with tempfile.TemporaryFile() as file:
            # Small blocks: Linux maps what was written at once (up to 2 MB) as a whole, even to read a single image.
            for start in range(0, len(images), _BLOCK):
                file.write(images[start : start + _BLOCK].tobytes())
            file.flush()
            self._mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        return np.frombuffer(self._mapped, dtype=np.uint8).reshape(images.shape)


@st.cache_resource(max_entries=6, show_spinner=False)
def load_pixels(dataset: str, split: SplitName) -> Pixels:
    """Return the images of a split, loaded or being loaded. `load_pixels.clear(dataset, split)` allows another try."""
    return Pixels(dataset, split)


@st.cache_data(max_entries=96, show_spinner=False)
def sheet(dataset: str, split: SplitName, fingerprint: str, indices: tuple[int, ...], _images: np.ndarray) -> bytes:
    """Return a sprite sheet (PNG) of these samples of a split: see `figures.sprite_sheet`."""
    png = render_sprite_sheet(_images[list(indices)])
    load_pixels(dataset, split).release()
    return png
