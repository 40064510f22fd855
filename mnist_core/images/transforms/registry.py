"""Registry of transforms, with their amounts at five severities."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from mnist_core.base.digits import SIDE
from mnist_core.images.transforms import ink
from mnist_core.images.transforms.geometry import elastic_fields, matrices, resample

Generators = Sequence[np.random.Generator]
"""One generator per digit, seeded by the transform and the index of the digit."""


@dataclass(frozen=True)
class Transform:
    """Transform of digits.

    Attributes
    ----------
    name, label : str
        Identifier and display name.
    unit : str
        Unit of the amounts, for display.
    severities : tuple of five floats
        Amounts from mild to severe. At the last one, people still recognize most digits.
    augments : bool
        Whether training may use the transform. Transforms that damage the ink are excluded, so that they measure
        distortions that no model has been trained on.
    about : str
        Description in one sentence.
    apply : callable (images uint8 (n, 28, 28), amount, generators) -> uint8 (n, 28, 28)
        Transforms each digit by the amount. Random parts, such as a direction, do not depend on the amount.
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
        """Axis title for amounts, such as `rotation (degrees)`."""
        return f"{self.label.lower()} ({self.unit})"


def _signs(generators: Generators) -> np.ndarray:
    """Draw -1 or 1 for each digit: float64 (n,)."""
    return np.array([1.0 if generator.random() < 0.5 else -1.0 for generator in generators])


def _noise(generators: Generators, *shape: int) -> np.ndarray:
    """Draw standard normal noise: float32 (n, *shape)."""
    return np.stack([generator.standard_normal(shape, dtype=np.float32) for generator in generators])


def _shift(images: np.ndarray, amount: float, generators: Generators) -> np.ndarray:
    steps = np.array([[1, 0], [-1, 0], [0, 1], [0, -1]])
    direction = steps[[int(generator.integers(4)) for generator in generators]]
    return resample(images, matrices(n=len(images), shift=amount * direction))


def _rotate(images: np.ndarray, amount: float, generators: Generators) -> np.ndarray:
    return resample(images, matrices(n=len(images), degrees=amount * _signs(generators)))


def _scale(images: np.ndarray, amount: float, generators: Generators) -> np.ndarray:
    return resample(images, matrices(n=len(images), growth=(1 + amount) ** _signs(generators)))


def _shear(images: np.ndarray, amount: float, generators: Generators) -> np.ndarray:
    return resample(images, matrices(n=len(images), shear=amount * _signs(generators)))


def _elastic(images: np.ndarray, amount: float, generators: Generators) -> np.ndarray:
    fields = elastic_fields(np.full(len(images), amount), _noise(generators, 2, SIDE, SIDE))
    return resample(images, matrices(n=len(images)), fields)


def _thickness(images: np.ndarray, amount: float, generators: Generators) -> np.ndarray:
    return ink.thicken(images, amount * _signs(generators))


def _blur(images: np.ndarray, amount: float, _: Generators) -> np.ndarray:
    return ink.blur(images, amount)


def _add_noise(images: np.ndarray, amount: float, generators: Generators) -> np.ndarray:
    return ink.add_noise(images, amount, _noise(generators, SIDE, SIDE))


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
        "Shifts the digit up, down, left or right.",
        _shift,
    ),
    Transform(
        "rotate",
        "Rotation",
        "degrees",
        (10, 20, 30, 40, 50),
        True,
        "Rotates the digit about the center of the image, in either direction.",
        _rotate,
    ),
    Transform(
        "scale",
        "Scale",
        "relative",
        (0.1, 0.2, 0.3, 0.4, 0.5),
        True,
        "Enlarges the digit by this share, or shrinks it by the same factor.",
        _scale,
    ),
    Transform(
        "shear",
        "Shear",
        "px per row",
        (0.15, 0.3, 0.45, 0.6, 0.75),
        True,
        "Slants the digit left or right: each row is shifted against the next.",
        _shear,
    ),
    Transform(
        "elastic",
        "Elastic",
        "px",
        (0.6, 1.2, 1.8, 2.4, 3.0),
        True,
        "Displaces pixels by a smooth random field. The amount is the root mean square displacement.",
        _elastic,
    ),
    Transform(
        "thickness",
        "Thickness",
        "px",
        (0.3, 0.6, 0.9, 1.2, 1.5),
        True,
        "Makes strokes wider or narrower by grayscale dilation or erosion.",
        _thickness,
    ),
    Transform(
        "blur",
        "Blur",
        "px",
        (0.5, 1.0, 1.5, 2.0, 2.5),
        False,
        "Applies a Gaussian filter. The amount is its standard deviation.",
        _blur,
    ),
    Transform(
        "noise",
        "Noise",
        "of full ink",
        (0.1, 0.2, 0.3, 0.4, 0.5),
        False,
        "Adds Gaussian noise to every pixel. The amount is its standard deviation.",
        _add_noise,
    ),
    Transform(
        "contrast",
        "Contrast",
        "lost",
        (0.3, 0.5, 0.7, 0.8, 0.9),
        False,
        "Makes the ink fainter on the same background. The amount is the lost share of the ink.",
        _contrast,
    ),
    Transform(
        "occlusion",
        "Occlusion",
        "px",
        (4, 6, 8, 10, 12),
        False,
        "Erases a square patch of this side length, at a random place on the digit.",
        _occlusion,
    ),
)

TRANSFORMS: Mapping[str, Transform] = MappingProxyType({transform.name: transform for transform in _ALL})
AUGMENTING: tuple[str, ...] = tuple(name for name, transform in TRANSFORMS.items() if transform.augments)
"""Names of the transforms that training may use."""
