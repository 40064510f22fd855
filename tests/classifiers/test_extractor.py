"""Deslanted images, computed by an ONNX graph and compared with SciPy."""

import numpy as np
import pytest
from scipy import ndimage

from mnist_core.base.digits import SIDE
from tests.classifiers.helpers import IMAGES, deslanted

COORDINATES = np.arange(SIDE) - (SIDE - 1) / 2
"""Coordinates of the pixels along an axis, relative to the middle of the image."""


def moments(image):
    """Return mean x, mean y and the slant: the covariance divided by the variance of y."""
    y, x = np.meshgrid(COORDINATES, COORDINATES, indexing="ij")
    weights = image / image.sum()
    mean_x, mean_y = (weights * x).sum(), (weights * y).sum()
    slant = (weights * (x - mean_x) * (y - mean_y)).sum() / (weights * (y - mean_y) ** 2).sum()
    return mean_x, mean_y, slant


@pytest.mark.parametrize("centered", [False, True])
def test_a_deslanted_image_equals_a_shear_by_scipy(centered):
    for image, found in zip(IMAGES / 255, deslanted(IMAGES, centered=centered), strict=True):
        mean_x, mean_y, slant = moments(image)
        matrix = np.array([[1, 0], [slant, 1]])  # rows and columns
        middle = np.full(2, (SIDE - 1) / 2)
        target = np.array([0, 0]) if centered else np.array([mean_y, mean_x])
        offset = np.array([mean_y, mean_x]) - matrix @ target
        if not centered:
            offset = np.array([0, -slant * mean_y])
        expected = ndimage.affine_transform(
            np.pad(image, 1), matrix, offset + middle + 1 - matrix @ (middle + 1), order=1
        )[1:-1, 1:-1]
        np.testing.assert_allclose(found, expected, atol=1e-4)


def test_a_deslanted_and_centered_image_has_no_slant_and_a_centered_mass():
    before = [abs(moments(image)[2]) for image in IMAGES]
    for image in deslanted(IMAGES, centered=True):
        mean_x, mean_y, slant = moments(image)
        assert abs(slant) < 0.1 * max(before)
        assert (abs(mean_x), abs(mean_y)) < (0.5, 0.5)
