"""Oriented gradients, compared with an implementation in NumPy and SciPy."""

import numpy as np
from scipy import ndimage

from mnist_core.base.digits import SIDE
from mnist_core.classifiers.gradients import OrientedGradients, derivative_kernels
from tests.classifiers.helpers import IMAGES, deslanted


def test_oriented_gradients_equal_an_implementation_in_numpy_and_scipy():
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


def test_blank_images_have_finite_features_and_an_empty_array_gives_no_rows():
    for extractor in (
        OrientedGradients(directions=8, cell=6, stride=3, centered=True, unit=True),
        OrientedGradients(directions=8, cell=6, stride=3, centered=True, unit=False),
    ):
        assert np.isfinite(extractor(np.zeros((2, SIDE, SIDE), dtype=np.uint8))).all()
        assert extractor(IMAGES[:0]).shape == (0, extractor.width)
