"""Named changes of digits: they measure how robust a classifier is, and enlarge what another learns from.

NumPy alone, for pages show them. `distort` gives each digit its own change by a fixed amount, the same every time;
`augment` draws new ones each time, all at once.
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
