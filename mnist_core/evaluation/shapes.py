"""What digits look like, in numbers: ink, slant and stroke width, and how unlike others of their class they are."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd

from mnist_core.base.progress import Progress, silent
from mnist_core.evaluation.confusion import N_CLASSES

Measure = Literal["ink", "slant", "thickness", "oddness"]
MEASURES: tuple[Measure, ...] = get_args(Measure)
_CHUNK = 250
"""Digits that are worked on at once: as floats they take 1 MB, which fills neither memory nor the processor's cache."""


@dataclass(frozen=True, eq=False)
class Shapes:
    """The measures of a split's digits. Arrays are read-only.

    Attributes
    ----------
    ink, slant, thickness, oddness : float32 ndarrays of shape (n,)
        As the functions of these names give them: shares of full ink, degrees, pixels, standard deviations.
    mean, variance : float32 ndarrays of shape (10, 28, 28)
        Of each class, as `class_moments` gives them.
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
    """All measures of a split; takes a few times the memory of its largest class as bytes, for a moment.

    Parameters
    ----------
    images : uint8 ndarray of shape (n, 28, 28)
        Ink bright on black.
    labels : integer ndarray of shape (n,)
        In 0..9.
    """
    progress("Measuring ink, slant and stroke width", 0.0)
    by_digit = {"ink": ink(images), "slant": slant(images), "thickness": thickness(images)}
    progress("Averaging each class", 0.5)
    mean, variance = class_moments(images, labels)
    progress("Comparing each digit with its class", 0.6)
    return Shapes(**by_digit, oddness=oddness(images, labels), mean=mean, variance=variance)


def ink(images: np.ndarray) -> np.ndarray:
    """How much of each image is ink, as a share of full ink everywhere: float32 (n,) in 0..1 of uint8 (n, h, w)."""
    return _by_chunk(lambda chunk: chunk.mean(axis=(1, 2)) / 255, images)


def slant(images: np.ndarray) -> np.ndarray:
    """How far each digit leans, from its second moments: the shear that would make its axis upright.

    Parameters
    ----------
    images : uint8 ndarray of shape (n, h, w)

    Returns
    -------
    float32 ndarray of shape (n,)
        Degrees in -90..90, positive where the top leans to the right as in italics; 0 without ink and for ink in a
        single row.

    References
    ----------
    LeCun et al. (1998), "Gradient-based learning applied to document recognition", Proc. IEEE 86: the moments that
    they deslant with.
    """
    height, width = images.shape[1:]
    # Doubled, so that coordinates about the image's middle are whole numbers and float32 adds them without rounding.
    across, down = 2.0 * np.arange(width) - (width - 1), 2.0 * np.arange(height) - (height - 1)
    basis = np.stack([np.ones(width), across], axis=1).astype(np.float32)

    def of_chunk(chunk: np.ndarray) -> np.ndarray:
        rows = (chunk @ basis).astype(np.float64)  # (n, h, 2): each row's ink, and its first moment
        mass, x = rows.sum(axis=1).T
        y, xy = np.einsum("nri,r->in", rows, down)
        yy = rows[..., 0] @ down**2
        some = np.maximum(mass, 1)
        return np.degrees(np.arctan2(x * y / some - xy, np.maximum(yy - y * y / some, 0)))

    return _by_chunk(of_chunk, images)


def thickness(images: np.ndarray) -> np.ndarray:
    """Width of each digit's stroke, from its ink and the length of its outline.

    A stroke of width w with round ends has the area A = w P / 2 - pi w² / 4, where P is its perimeter, however it
    bends; solved for w. The area is the sum of the ink, the perimeter its total variation, so grey edges count as what
    they are. Strokes that are drawn 3 to 5 pixels wide are found within 0.15 pixels at any angle, those of 2 pixels
    within 0.25, closed loops up to a tenth too wide; nothing is found thinner than about a pixel and a quarter.

    Parameters
    ----------
    images : uint8 ndarray of shape (n, h, w)

    Returns
    -------
    float32 ndarray of shape (n,)
        Pixels; 0 without ink.

    References
    ----------
    Steiner's formula for the area of a parallel body; Roberts (1963), "Machine perception of three-dimensional solids",
    for the cross that estimates the gradient.
    """

    def of_chunk(chunk: np.ndarray) -> np.ndarray:
        framed = np.pad(chunk / np.float32(255), ((0, 0), (1, 1), (1, 1)))
        falling = framed[:, 1:, 1:] - framed[:, :-1, :-1]
        rising = framed[:, :-1, 1:] - framed[:, 1:, :-1]
        perimeter = np.sqrt((falling * falling + rising * rising) / 2).sum(axis=(1, 2), dtype=np.float64)
        area = framed.sum(axis=(1, 2), dtype=np.float64)
        # A round dot has the shortest perimeter that its area can have; what rounding takes below that is a dot too.
        return (perimeter - np.sqrt(np.maximum(perimeter**2 - 4 * math.pi * area, 0))) / math.pi

    return _by_chunk(of_chunk, images)


def class_moments(images: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The mean digit of each class and the variance of each of its pixels.

    Parameters
    ----------
    images : uint8 ndarray of shape (n, h, w)
    labels : integer ndarray of shape (n,), in 0..9

    Returns
    -------
    mean, variance : float32 ndarrays of shape (10, h, w)
        Of shares of full ink: mean in 0..1, variance (divided by the number of digits) in 0..0.25. 0 for a class
        without digits.
    """
    sums = np.zeros((2, N_CLASSES, *images.shape[1:]))
    counts = np.zeros(N_CLASSES)
    for digit, members in _classes(images, labels):
        counts[digit] = len(members)
        for chunk in _chunks(members):
            sums[0, digit] += chunk.sum(axis=0, dtype=np.float64)
            sums[1, digit] += (chunk * chunk).sum(axis=0, dtype=np.float64)
    first, second = sums / np.maximum(counts, 1)[:, None, None]
    return (first / 255).astype(np.float32), (np.maximum(second - first**2, 0) / 255**2).astype(np.float32)


def oddness(images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """How far each digit lies from the mean of its class: the Mahalanobis distance on pixels pooled two by two.

    The covariance of a class is shrunk towards a multiple of the identity, by as much as its sample asks for: few
    digits determine it badly, and pixels that are always blank not at all.

    Parameters
    ----------
    images : uint8 ndarray of shape (n, h, w)
        Of even height and width.
    labels : integer ndarray of shape (n,), in 0..9

    Returns
    -------
    float32 ndarray of shape (n,)
        Not negative, in standard deviations; 0 where all digits of a class are the same.

    References
    ----------
    Mahalanobis (1936), "On the generalised distance in statistics"; Chen, Wiesel, Eldar and Hero (2010), "Shrinkage
    algorithms for MMSE covariance estimation", IEEE Trans. Signal Processing 58 (the OAS estimator).
    """
    distances = np.zeros(len(images), dtype=np.float32)
    for digit, members in _classes(images, labels):
        pooled = np.concatenate([_pool(chunk) for chunk in _chunks(members)])
        pooled -= pooled.mean(axis=0, dtype=np.float64).astype(np.float32)
        covariance = np.zeros((pooled.shape[1],) * 2)
        for chunk in _chunks(pooled):
            doubles = chunk.astype(np.float64)  # the smallest variances are some 10,000 times smaller than the largest
            covariance += doubles.T @ doubles / len(pooled)
        if covariance.any():
            whiten = np.linalg.inv(np.linalg.cholesky(_shrink(covariance, len(pooled)))).T.astype(np.float32)
            parts = [np.linalg.norm(chunk @ whiten, axis=1) for chunk in _chunks(pooled)]
            distances[labels == digit] = np.concatenate(parts)
    return distances


def compare_with_class(shapes: Shapes, labels: np.ndarray, index: int) -> pd.DataFrame:
    """One digit beside others of its class, one row a measure.

    Returns
    -------
    DataFrame
        `measure` (its name), `value` and `class_median` (in its unit), and `below`: the share in 0..1 of the class's
        digits that have less of it.
    """
    alike = labels == labels[index]
    rows = []
    for name in MEASURES:
        values = getattr(shapes, name)
        value, others = float(values[index]), values[alike]
        rows.append((name, value, float(np.median(others)), float((others < value).mean())))
    return pd.DataFrame(rows, columns=["measure", "value", "class_median", "below"])


def moments_table(shapes: Shapes) -> pd.DataFrame:
    """`digit`, `row`, `column`, and the `mean` and `variance` of this pixel as shares of full ink: a row a pixel."""
    digit, row, column = (axis.ravel() for axis in np.indices(shapes.mean.shape))
    return pd.DataFrame(
        {"digit": digit, "row": row, "column": column}
        | {"mean": shapes.mean.ravel(), "variance": shapes.variance.ravel()}
    )


def _shrink(covariance: np.ndarray, n: int) -> np.ndarray:
    """A sample covariance of n digits, drawn towards a multiple of the identity (OAS)."""
    p = len(covariance)
    scale, spread = np.trace(covariance) / p, (covariance**2).mean()
    distance = (n + 1) * (spread - scale**2 / p)
    share = min((spread + scale**2) / distance, 1.0) if distance > 0 else 1.0
    return (1 - share) * covariance + share * scale * np.eye(p)


def _pool(chunk: np.ndarray) -> np.ndarray:
    """The mean of each two by two pixels, as a share of full ink: float32 (n, h, w) -> (n, h * w / 4)."""
    rows = chunk[:, ::2] + chunk[:, 1::2]
    return ((rows[..., ::2] + rows[..., 1::2]) / (4 * 255)).reshape(len(chunk), -1)


def _classes(images: np.ndarray, labels: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """Each digit that occurs, and the images of its class: one class at a time, for they are copies."""
    for digit in np.unique(labels):
        yield int(digit), images[labels == digit]


def _chunks(array: np.ndarray) -> Iterator[np.ndarray]:
    """The rows of an array, some at a time, as float32."""
    for start in range(0, len(array), _CHUNK):
        yield array[start : start + _CHUNK].astype(np.float32)


def _by_chunk(function: Callable[[np.ndarray], np.ndarray], array: np.ndarray) -> np.ndarray:
    """What a function of float32 rows gives for all rows of an array: float32 (n,)."""
    parts = [function(chunk).astype(np.float32) for chunk in _chunks(array)]
    return np.concatenate([np.empty(0, dtype=np.float32), *parts])
