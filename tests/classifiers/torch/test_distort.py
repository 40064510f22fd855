"""Data augmentation by PyTorch, compared with the transforms by NumPy."""

import numpy as np
import pytest

from mnist_core.datasets import load_dataset
from mnist_core.images.transforms import affine_matrices, elastic_fields, resample, thicken

torch = pytest.importorskip("torch", reason="PyTorch is not installed (pip install -r requirements-train.txt)")

from mnist_core.classifiers.torch import distort  # noqa: E402

pytestmark = pytest.mark.torch
IMAGES = load_dataset("digits").test.images[:64]
X = torch.from_numpy(IMAGES.copy()).unsqueeze(1)
MOVES = {"shift": 2.0, "rotate": 15, "scale": 0.2, "shear": 0.2}


def as_pixels(x):
    return 255 * x[:, 0].numpy()


def test_affine_distortions_are_equal_to_the_transforms():
    found = distort.distort(X, MOVES, np.random.default_rng(3))
    expected = resample(IMAGES, affine_matrices(MOVES, np.random.default_rng(3), len(IMAGES)))
    np.testing.assert_allclose(as_pixels(found), expected, atol=0.51)  # the transforms round to integers


def test_thicker_and_thinner_strokes_are_equal_to_the_transforms():
    found = distort.distort(X, {"thickness": 1.5}, np.random.default_rng(3))
    expected = thicken(IMAGES, np.random.default_rng(3).uniform(-1, 1, len(IMAGES)) * 1.5)
    np.testing.assert_allclose(as_pixels(found), expected, atol=0.51)


def test_elastic_fields_have_the_strength_and_smoothness_of_the_transforms():
    n = 2000
    noise = np.random.default_rng(0).standard_normal((n, 2, 28, 28), dtype=np.float32)
    expected = elastic_fields(np.random.default_rng(1).uniform(0, 2, n), noise)
    found = 14 * distort._elastic_field(n, 2, np.random.default_rng(2)).numpy()
    for lag in (0, 4, 8):
        products = [(field[..., : 28 - lag] * field[..., lag:]).mean() for field in (found, expected)]
        assert products[0] == pytest.approx(products[1], abs=0.1)


def test_amounts_of_zero_do_not_change_an_image():
    found = distort.distort(X, {"shift": 0, "elastic": 0.0}, np.random.default_rng(3))
    np.testing.assert_allclose(as_pixels(found), IMAGES, atol=1e-4)
