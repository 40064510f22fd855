"""Labels, shape measures and class averages of a dataset, computed once for all sessions."""

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
from mnist_core.figures.sprite_sheet import render_sprite_sheet

_FULL_INK_QUANTILE = 0.995
"""Pixels at or above this quantile are drawn as full ink in the sheets of class averages."""


class ShapeMeasurement(Background):
    """The shape measures of a split, computed in a background thread.

    Attributes
    ----------
    shapes : Shapes or None
        None until the measurement has finished.
    """

    def __init__(self, pixels: Pixels) -> None:
        self.shapes: Shapes | None = None
        self._pixels = pixels
        super().__init__("Measuring the digits")

    def _work(self) -> None:
        images, labels = self._pixels.images, self._pixels.labels
        if images is None or labels is None:
            raise ValueError("Expected loaded images, found none. Wait until they are loaded.")
        # With several BLAS threads on a shared machine, the matrix products took ten times as long.
        with threadpool_limits(1):
            self.shapes = measure_shapes(images, labels, progress=self._report)
        self._pixels.release()
        del self._pixels  # This object would keep the images in memory after the cache has dropped them.


def measure(dataset: str, split: SplitName) -> ShapeMeasurement | None:
    """Return the measurement of the shapes of a split, which may still be running.

    Return None until the images of the split are loaded.
    """
    pixels = load_pixels(dataset, split)
    return None if pixels.images is None else _measure(dataset, split, get_dataset_spec(dataset).fingerprint, pixels)


@st.cache_resource(max_entries=6, show_spinner=False)
def _measure(dataset: str, split: SplitName, fingerprint: str, _pixels: Pixels) -> ShapeMeasurement:
    return ShapeMeasurement(_pixels)


def load_labels(results: Results) -> dict[str, np.ndarray]:
    """Return the labels of both splits, each uint8 of shape (n,).

    The labels are stored beside the runs. Without a usable run, they are loaded with the images, and a split is missing
    until its images are loaded.
    """
    splits: tuple[SplitName, ...] = ("train", "test")
    if record := next(iter(results.records.values()), None):
        return {split: _stored_labels(record.labels_sha256, split, record) for split in splits}
    loaded = {split: load_pixels(results.dataset, split).labels for split in splits}
    return {split: labels for split, labels in loaded.items() if labels is not None}


@st.cache_resource(max_entries=6, show_spinner=False)
def _stored_labels(labels_sha256: str, split: SplitName, _record: store.Record) -> np.ndarray:
    return store.load_labels(_record, split)


def distribution(
    dataset: str, split: SplitName, measure: Measure, shapes: Shapes, labels: np.ndarray
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the densities and quartiles of a measure in each class: see `evaluation.distributions`."""
    return _distribution(dataset, split, get_dataset_spec(dataset).fingerprint, measure, shapes, labels)


@st.cache_resource(max_entries=24, show_spinner=False)
def _distribution(
    dataset: str, split: SplitName, fingerprint: str, measure: Measure, _shapes: Shapes, _labels: np.ndarray
) -> tuple[pd.DataFrame, pd.DataFrame]:
    values = getattr(_shapes, measure)
    return class_densities(values, _labels), class_quartiles(values, _labels)


def class_sheets(dataset: str, split: SplitName, shapes: Shapes) -> tuple[bytes, bytes]:
    """Return two sprite sheets (PNG) of the ten classes: their mean images and their variances.

    Each sheet is scaled so that its darkest pixels, 1 in 200, are full ink.
    """
    return _class_sheets(dataset, split, get_dataset_spec(dataset).fingerprint, shapes)


@st.cache_resource(max_entries=6, show_spinner=False)
def _class_sheets(dataset: str, split: SplitName, fingerprint: str, _shapes: Shapes) -> tuple[bytes, bytes]:
    return _scaled_sheet(_shapes.mean), _scaled_sheet(_shapes.variance)


def _scaled_sheet(array: np.ndarray) -> bytes:
    """Return a sprite sheet (PNG) of an array (n, 28, 28). Values at `_FULL_INK_QUANTILE` and above are full ink."""
    full = max(float(np.quantile(array, _FULL_INK_QUANTILE)), 1e-9)
    return render_sprite_sheet((255 * (array / full).clip(0, 1)).astype(np.uint8))
