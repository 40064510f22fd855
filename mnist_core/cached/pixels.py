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
"""One lock per dataset. Loading both of its splits at the same time would take twice the memory."""

_BLOCK = 64
"""Number of images in one write: 50 kB."""


class Pixels(Background):
    """The images and labels of a split, loaded in a background thread. Arrays are read-only.

    Attributes
    ----------
    images : uint8 ndarray of shape (n, 28, 28), or None until loaded
        The images of a training split stay on disk and are mapped into memory, because a page shows only few of them.
    labels : uint8 ndarray of shape (n,), or None until loaded
        Set before `images`.
    """

    def __init__(self, dataset: str, split: SplitName) -> None:
        self.images: np.ndarray | None = None
        self.labels: np.ndarray | None = None
        self._dataset, self._split = dataset, split
        self._mapped: mmap.mmap | None = None
        super().__init__(f"Loading the images of {dataset}")

    def release(self) -> None:
        """Free the memory of mapped images. They are read from disk again when they are used."""
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
        """Return the images, mapped from an unnamed temporary file.

        The operating system deletes the file when the last reference to it is gone.
        """
        with tempfile.TemporaryFile() as file:
            # Small blocks, because Linux maps what was written at once (up to 2 MB) as a whole, even for one image.
            for start in range(0, len(images), _BLOCK):
                file.write(images[start : start + _BLOCK].tobytes())
            file.flush()
            self._mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        return np.frombuffer(self._mapped, dtype=np.uint8).reshape(images.shape)


@st.cache_resource(max_entries=6, show_spinner=False)
def load_pixels(dataset: str, split: SplitName) -> Pixels:
    """Return the images of a split, which may still be loading.

    After a failure, `load_pixels.clear(dataset, split)` makes the next call try again.
    """
    return Pixels(dataset, split)


@st.cache_data(max_entries=96, show_spinner=False)
def sheet(dataset: str, split: SplitName, fingerprint: str, indices: tuple[int, ...], _images: np.ndarray) -> bytes:
    """Return a sprite sheet (PNG) of these samples of a split: see `figures.sprite_sheet`."""
    png = render_sprite_sheet(_images[list(indices)])
    load_pixels(dataset, split).release()
    return png
