"""Transforms of digits, to measure robustness and to augment training data.

`distort` applies one transform by a fixed amount and gives the same result every time. `augment` applies several
transforms by random amounts. Both need only NumPy, because pages call them.
"""

from mnist_core.images.transforms.apply import augment, distort, get_transform
from mnist_core.images.transforms.geometry import affine_matrices, elastic_fields, resample
from mnist_core.images.transforms.ink import thicken
from mnist_core.images.transforms.registry import AUGMENTING, TRANSFORMS, Transform

__all__ = [
    "AUGMENTING",
    "TRANSFORMS",
    "Transform",
    "affine_matrices",
    "augment",
    "distort",
    "elastic_fields",
    "get_transform",
    "resample",
    "thicken",
]
