"""Patch features, compared with an implementation in NumPy."""

import numpy as np

from mnist_core.classifiers.patches import FLAT, PatchFeatures
from mnist_core.datasets import load_dataset
from tests.classifiers.helpers import IMAGES, deslanted


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
