"""Features computed by ONNX graphs are equal to those of straightforward implementations."""

import numpy as np
import pytest
from scipy import ndimage

from mnist_core.base.digits import SIDE
from mnist_core.classifiers.extractor import Extractor, add_deslanted
from mnist_core.classifiers.gradients import OrientedGradients, derivative_kernels
from mnist_core.classifiers.patches import FLAT, PatchFeatures
from mnist_core.datasets import load_dataset

IMAGES = load_dataset("digits").test.images[:40]
PLACES = np.arange(SIDE) - (SIDE - 1) / 2


class Deslanted(Extractor):
    def __init__(self, *, centered):
        self._centered = centered

    def add_to(self, graph):
        image = graph.add("Div", graph.images(shape=(1, SIDE, SIDE)), np.float32(255))
        return graph.add("Flatten", add_deslanted(graph, image, centered=self._centered))


def deslanted(images, *, centered):
    return Deslanted(centered=centered)(images).reshape(-1, SIDE, SIDE)


def moments(image):
    """Return mean x, mean y and the slant: the covariance divided by the variance of y."""
    y, x = np.meshgrid(PLACES, PLACES, indexing="ij")
    weights = image / image.sum()
    mean_x, mean_y = (weights * x).sum(), (weights * y).sum()
    slant = (weights * (x - mean_x) * (y - mean_y)).sum() / (weights * (y - mean_y) ** 2).sum()
    return mean_x, mean_y, slant


@pytest.mark.parametrize("centered", [False, True])
def test_a_deslanted_image_is_equal_to_a_shear_by_scipy(centered):
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


def test_a_deslanted_image_has_no_slant_and_a_centered_one_has_its_ink_in_the_middle():
    before = [abs(moments(image)[2]) for image in IMAGES]
    for image in deslanted(IMAGES, centered=True):
        mean_x, mean_y, slant = moments(image)
        assert abs(slant) < 0.1 * max(before)
        assert (abs(mean_x), abs(mean_y)) < (0.5, 0.5)


def test_oriented_gradients_are_equal_to_a_plain_implementation():
    extractor = OrientedGradients(directions=6, cell=8, stride=4, centered=False, unit=True)
    found = extractor(IMAGES)
    for image, row in zip(deslanted(IMAGES, centered=False), found, strict=True):
        cells = []
        for kernel in derivative_kernels(6)[:, 0]:
            edges = np.pad(np.maximum(ndimage.correlate(image, kernel, mode="constant"), 0), 2)
            cells += [edges[y : y + 8, x : x + 8].mean() for y in range(0, 25, 4) for x in range(0, 25, 4)]
        expected = np.sqrt(np.array(cells) + 1e-8)
        np.testing.assert_allclose(row, expected / np.linalg.norm(expected), atol=1e-4)
    assert extractor.width == found.shape[1] == 6 * 49
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)


def test_patch_features_are_the_responses_to_whitened_centers_averaged_over_cells():
    extractor = PatchFeatures(12, 0.5, seed=0)
    extractor.fit(load_dataset("digits").train.images)
    found = extractor(IMAGES[:5]).reshape(5, 12, 4, 4)
    weights, bias = extractor._kernels.reshape(12, -1), extractor._bias
    for image, maps in zip(deslanted(IMAGES[:5], centered=False), found, strict=True):
        windows = np.lib.stride_tricks.sliding_window_view(image, (6, 6)).reshape(23, 23, -1)
        centered = windows - windows.mean(axis=-1, keepdims=True)
        scaled = centered / np.sqrt(windows.var(axis=-1, keepdims=True) + FLAT)
        responses = np.maximum(scaled @ weights.T + bias, 0)  # (23, 23, 12)
        for row in range(4):
            for column in range(4):
                cell = responses[5 * row : 5 * row + 8, 5 * column : 5 * column + 8].mean(axis=(0, 1))
                np.testing.assert_allclose(maps[:, row, column], cell, atol=2e-3)


def test_a_blank_image_has_finite_features_and_no_images_give_no_rows():
    for extractor in (
        OrientedGradients(directions=8, cell=6, stride=3, centered=True, unit=True),
        OrientedGradients(directions=8, cell=6, stride=3, centered=True, unit=False),
    ):
        assert np.isfinite(extractor(np.zeros((2, SIDE, SIDE), dtype=np.uint8))).all()
        assert extractor(IMAGES[:0]).shape == (0, extractor.width)
