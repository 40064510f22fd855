"""A dataset's images, fetched in the background, and sheets of them."""

import tempfile
import threading

import numpy as np
import streamlit as st

from mnist_core.datasets import SplitName, load_dataset
from mnist_core.errors import MnistCoreError
from mnist_core.figures.sheet import digit_sheet

_PATIENCE = 0.4
"""Seconds that the first to ask for images waits for them: mostly they lie on the disk and come at once."""


class Pixels:
    """A split's images, read or fetched in a thread of their own: a page asks where they stand and goes on.

    Attributes
    ----------
    images : uint8 ndarray of shape (n, 28, 28), read-only, or None
        Once they are there. Those of a training split stay on the disk and are mapped: a page looks at a few of them.
    error : MnistCoreError or None
        Why they could not be had.
    message, share : str, float or None
        What is being done, and how much of it is done in 0..1.
    """

    def __init__(self, dataset: str, split: SplitName) -> None:
        self.images: np.ndarray | None = None
        self.error: MnistCoreError | None = None
        self.message = "Starting"
        self.share: float | None = None
        thread = threading.Thread(target=self._load, args=(dataset, split), name=f"images of {dataset}", daemon=True)
        thread.start()
        thread.join(_PATIENCE)

    @property
    def busy(self) -> bool:
        """Whether the images are still on their way."""
        return self.images is None and self.error is None

    def _report(self, message: str, share: float | None = None) -> None:
        self.message, self.share = message, share

    def _load(self, dataset: str, split: SplitName) -> None:
        try:
            loaded = load_dataset(dataset, progress=self._report)
            self.images = _mapped(loaded.train.images) if split == "train" else loaded.test.images.copy()
            self.images.flags.writeable = False
        except MnistCoreError as error:
            self.error = error
        except Exception as error:  # A thread has nobody else to tell.
            self.error = MnistCoreError(f"Reading the images of {dataset} failed: {error!r}")


@st.cache_resource(max_entries=6, show_spinner=False)
def load_pixels(dataset: str, split: SplitName) -> Pixels:
    """A split's images, on their way or there; `load_pixels.clear(dataset, split)` makes the next call try again."""
    return Pixels(dataset, split)


@st.cache_data(max_entries=128, show_spinner=False)
def sheet(dataset: str, split: SplitName, fingerprint: str, indices: tuple[int, ...], _images: np.ndarray) -> bytes:
    """The sheet of these digits of a split, as `figures.sheet` draws it."""
    return digit_sheet(_images[list(indices)])


def _mapped(images: np.ndarray) -> np.ndarray:
    """The same images in a file without a name, which goes when nobody uses it any more."""
    with tempfile.TemporaryFile() as file:
        file.write(images.tobytes())
        file.flush()
        return np.memmap(file, dtype=np.uint8, mode="r", shape=images.shape)
