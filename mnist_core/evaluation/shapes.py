"""Shape measures of all digits of a split, and tables of them."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd

from mnist_core.base.progress import Progress, silent
from mnist_core.evaluation.shape_measures import class_moments, ink, oddness, slant, thickness

Measure = Literal["ink", "slant", "thickness", "oddness"]
"""Name of a shape measure. Oddness is the distance from the mean of the class."""
MEASURES: tuple[Measure, ...] = get_args(Measure)


@dataclass(frozen=True, eq=False)
class Shapes:
    """The shape measures of a split of n samples. Arrays are read-only.

    Attributes
    ----------
    ink, slant, thickness, oddness : float32 ndarrays of shape (n,)
        In shares of full ink, degrees, pixels and standard deviations. `shape_measures` has a function for each.
    mean, variance : float32 ndarrays of shape (10, 28, 28)
        Mean images and variances of the ten classes, as returned by `shape_measures.class_moments`.
    """

    ink: np.ndarray
    slant: np.ndarray
    thickness: np.ndarray
    oddness: np.ndarray
    mean: np.ndarray
    variance: np.ndarray

    def __post_init__(self) -> None:
        for array in vars(self).values():
            array.flags.writeable = False


def measure_shapes(images: np.ndarray, labels: np.ndarray, *, progress: Progress = silent) -> Shapes:
    """Compute all shape measures of a split. The peak memory is a few times that of the images of the largest class.

    Parameters
    ----------
    images : uint8 ndarray of shape (n, 28, 28)
        Ink bright on black.
    labels : integer ndarray of shape (n,), in 0..9
    """
    progress("Measuring ink, slant and stroke width", 0.0)
    measures = {"ink": ink(images), "slant": slant(images), "thickness": thickness(images)}
    progress("Averaging each class", 0.5)
    mean, variance = class_moments(images, labels)
    progress("Comparing each digit with its class", 0.6)
    return Shapes(**measures, oddness=oddness(images, labels), mean=mean, variance=variance)


def compare_with_class(shapes: Shapes, labels: np.ndarray, index: int) -> pd.DataFrame:
    """Compare the measures of one digit with those of its class: one row per measure.

    Returns
    -------
    DataFrame with these columns
        measure : str
            Name of the measure.
        value, class_median : float
            Value of the digit and median of its class, in the unit of the measure.
        below : float in 0..1
            Share of the digits of the class with a smaller value.
    """
    same_class = labels == labels[index]
    rows = []
    for name in MEASURES:
        values = getattr(shapes, name)
        value, others = float(values[index]), values[same_class]
        rows.append((name, value, float(np.median(others)), float((others < value).mean())))
    return pd.DataFrame(rows, columns=["measure", "value", "class_median", "below"])


def moments_table(shapes: Shapes) -> pd.DataFrame:
    """Return one row per class and pixel: `digit`, `row`, `column`, `mean` and `variance`, in shares of full ink."""
    digit, row, column = (axis.ravel() for axis in np.indices(shapes.mean.shape))
    return pd.DataFrame(
        {"digit": digit, "row": row, "column": column}
        | {"mean": shapes.mean.ravel(), "variance": shapes.variance.ravel()}
    )
