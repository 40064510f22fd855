"""What is in a dataset: its labels, what its digits look like in numbers, and pictures of its classes."""

import numpy as np
import pandas as pd
import streamlit as st
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from mnist_core import store
from mnist_core.cached.background import Background
from mnist_core.cached.pixels import Pixels, load_pixels
from mnist_core.cached.results import Results
from mnist_core.datasets import SplitName, get_dataset_spec
from mnist_core.evaluation.distributions import class_densities, class_quartiles
from mnist_core.evaluation.shapes import Measure, Shapes, measure_shapes
from mnist_core.figures.sheet import digit_sheet


class Measured(Background):
    """The measures of a split's digits, taken in a thread of their own.

    Attributes
    ----------
    shapes : Shapes or None
        Once they are there.
    """

    def __init__(self, pixels: Pixels) -> None:
        self.shapes: Shapes | None = None
        self._pixels = pixels
        super().__init__("Measuring the digits")

    def _work(self) -> None:
        images, labels = self._pixels.images, self._pixels.labels
        if images is None or labels is None:
            raise ValueError("expected images to measure, found none yet")
        # On a shared machine the threads of the matrix products wait for each other: ten times slower was seen.
        with threadpool_limits(1):
            self.shapes = measure_shapes(images, labels, progress=self._report)
        self._pixels.release()
        del self._pixels  # which would otherwise outlive their place in the cache


def measure(dataset: str, split: SplitName) -> Measured | None:
    """A split's measures, on their way or there; None as long as its images are not at hand."""
    pixels = load_pixels(dataset, split)
    return None if pixels.images is None else _measure(dataset, split, get_dataset_spec(dataset).fingerprint, pixels)


@st.cache_resource(max_entries=6, show_spinner=False)
def _measure(dataset: str, split: SplitName, fingerprint: str, _pixels: Pixels) -> Measured:
    return Measured(_pixels)


def load_labels(results: Results) -> dict[str, np.ndarray]:
    """The labels of both splits, each uint8 of shape (n,): those of any usable run, else those beside the images.

    Without a run, a split whose images are not at hand is missing; with one, no images are fetched for it.
    """
    splits: tuple[SplitName, ...] = ("train", "test")
    if record := next(iter(results.records.values()), None):
        return {split: _stored_labels(record.labels_sha256, split, record) for split in splits}
    beside = {split: load_pixels(results.dataset, split).labels for split in splits}
    return {split: labels for split, labels in beside.items() if labels is not None}


@st.cache_resource(max_entries=6, show_spinner=False)
def _stored_labels(labels_sha256: str, split: SplitName, _record: store.Record) -> np.ndarray:
    return store.load_labels(_record, split)


def distribution(
    dataset: str, split: SplitName, measure: Measure, shapes: Shapes, labels: np.ndarray
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A measure's densities and quartiles in each class, as `evaluation.distributions` gives them."""
    return _distribution(dataset, split, get_dataset_spec(dataset).fingerprint, measure, shapes, labels)


@st.cache_resource(max_entries=24, show_spinner=False)
def _distribution(
    dataset: str, split: SplitName, fingerprint: str, measure: Measure, _shapes: Shapes, _labels: np.ndarray
) -> tuple[pd.DataFrame, pd.DataFrame]:
    values = getattr(_shapes, measure)
    return class_densities(values, _labels), class_quartiles(values, _labels)


def class_sheets(dataset: str, split: SplitName, shapes: Shapes) -> tuple[bytes, bytes]:
    """The mean digits and the variances, each of the ten classes as a sheet whose darkest 1 in 200 pixels are full."""
    return _class_sheets(dataset, split, get_dataset_spec(dataset).fingerprint, shapes)


@st.cache_resource(max_entries=6, show_spinner=False)
def _class_sheets(dataset: str, split: SplitName, fingerprint: str, _shapes: Shapes) -> tuple[bytes, bytes]:
    mean, variance = (
        digit_sheet((255 * (array / max(float(np.quantile(array, 0.995)), 1e-9)).clip(0, 1)).astype(np.uint8))
        for array in (_shapes.mean, _shapes.variance)
    )
    return mean, variance
