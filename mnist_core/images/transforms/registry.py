"""The transforms by name: what each does to a digit, and by how much at the five severities."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from mnist_core.images.transforms import ink
from mnist_core.images.transforms.geometry import elastic_fields, matrices, resample

Generators = Sequence[np.random.Generator]
"""One a digit, always in the same state for the same transform and digit."""


@dataclass(frozen=True)
class Transform:
    """One named change of digits.

    Attributes
    ----------
    label, unit : str
        For pickers and axes; what amounts are measured in.
    severities : five floats
        Amounts, mild to severe: people can still read most digits at the last.
    augments : bool
        Whether training may use it. What damages the ink is left out: so it stays something that no model has seen.
    about : str
        What it does, in a sentence.
    apply : callable (images uint8 (n, 28, 28), amount, generators) -> uint8 (n, 28, 28)
        Draws what does not depend on the amount, such as a direction, and then moves each digit by the amount.
    """

    name: str
    label: str
    unit: str
    severities: tuple[float, float, float, float, float]
    augments: bool
    about: str
    apply: Callable[[np.ndarray, float, Generators], np.ndarray]

    @property
    def axis(self) -> str:
        """What an axis of amounts is called: rotation (degrees)"""
        return f"{self.label.lower()} ({self.unit})"


def _signs(generators: Generators) -> np.ndarray:
    """-1 or 1 for each digit: float64 (n,)."""
    return np.array([1.0 if generator.random() < 0.5 else -1.0 for generator in generators])


def _noise(generators: Generators, *shape: int) -> np.ndarray:
    """Standard normal, float32 (n, *shape)."""
    return np.stack([generator.standard_normal(shape, dtype=np.float32) for generator in generators])


def _shift(images: np.ndarray, amount: float, generators: Generators) -> np.ndarray:
    steps = np.array([[1, 0], [-1, 0], [0, 1], [0, -1]])
    towards = steps[[int(generator.integers(4)) for generator in generators]]
    return resample(images, matrices(n=len(images), shift=amount * towards))


def _rotate(images: np.ndarray, amount: float, generators: Generators) -> np.ndarray:
    return resample(images, matrices(n=len(images), degrees=amount * _signs(generators)))


def _scale(images: np.ndarray, amount: float, generators: Generators) -> np.ndarray:
    return resample(images, matrices(n=len(images), growth=(1 + amount) ** _signs(generators)))


def _shear(images: np.ndarray, amount: float, generators: Generators) -> np.ndarray:
    return resample(images, matrices(n=len(images), shear=amount * _signs(generators)))


def _elastic(images: np.ndarray, amount: float, generators: Generators) -> np.ndarray:
    fields = elastic_fields(np.full(len(images), amount), _noise(generators, 2, 28, 28))
    return resample(images, matrices(n=len(images)), fields)


def _thickness(images: np.ndarray, amount: float, generators: Generators) -> np.ndarray:
    return ink.thicken(images, amount * _signs(generators))


def _blur(images: np.ndarray, amount: float, _: Generators) -> np.ndarray:
    return ink.blur(images, amount)


def _add_noise(images: np.ndarray, amount: float, generators: Generators) -> np.ndarray:
    return ink.add_noise(images, amount, _noise(generators, 28, 28))


def _contrast(images: np.ndarray, amount: float, _: Generators) -> np.ndarray:
    return ink.fade(images, amount)


def _occlusion(images: np.ndarray, amount: float, generators: Generators) -> np.ndarray:
    return ink.cover(images, amount, np.stack([generator.random(2) for generator in generators]))


_ALL = (
    Transform(
        "shift",
        "Shift",
        "px",
        (1, 2, 3, 4, 5),
        True,
        "Moved up, down, to the left or to the right.",
        _shift,
    ),
    Transform(
        "rotate",
        "Rotation",
        "degrees",
        (10, 20, 30, 40, 50),
        True,
        "Turned about the middle, one way or the other.",
        _rotate,
    ),
    Transform(
        "scale",
        "Scale",
        "relative",
        (0.1, 0.2, 0.3, 0.4, 0.5),
        True,
        "Enlarged by this share, or made smaller so that the reverse would be this enlargement.",
        _scale,
    ),
    Transform(
        "shear",
        "Shear",
        "px a row",
        (0.15, 0.3, 0.45, 0.6, 0.75),
        True,
        "Slanted to the left or to the right: each row is moved against the next.",
        _shear,
    ),
    Transform(
        "elastic",
        "Elastic",
        "px",
        (0.6, 1.2, 1.8, 2.4, 3.0),
        True,
        "Bent by a smooth random field; the amount is the root mean square displacement.",
        _elastic,
    ),
    Transform(
        "thickness",
        "Thickness",
        "px",
        (0.3, 0.6, 0.9, 1.2, 1.5),
        True,
        "Strokes get wider or narrower: grey-value dilation or erosion.",
        _thickness,
    ),
    Transform(
        "blur",
        "Blur",
        "px",
        (0.5, 1.0, 1.5, 2.0, 2.5),
        False,
        "Out of focus: a Gaussian filter; the amount is its standard deviation.",
        _blur,
    ),
    Transform(
        "noise",
        "Noise",
        "of full ink",
        (0.1, 0.2, 0.3, 0.4, 0.5),
        False,
        "Gaussian noise on every pixel; the amount is its standard deviation.",
        _add_noise,
    ),
    Transform(
        "contrast",
        "Contrast",
        "lost",
        (0.3, 0.5, 0.7, 0.8, 0.9),
        False,
        "Faint ink on the same paper; the amount is the share of the ink that is lost.",
        _contrast,
    ),
    Transform(
        "occlusion",
        "Occlusion",
        "px",
        (4, 6, 8, 10, 12),
        False,
        "A square patch without ink, of this side, somewhere on the digit.",
        _occlusion,
    ),
)

TRANSFORMS: Mapping[str, Transform] = MappingProxyType({transform.name: transform for transform in _ALL})
AUGMENTING: tuple[str, ...] = tuple(name for name, transform in TRANSFORMS.items() if transform.augments)
