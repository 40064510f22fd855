"""The UCI digits: their source and their conversion to MNIST's format."""

import hashlib

import numpy as np
import pytest

from mnist_core.datasets import digits as digits_module
from mnist_core.datasets import fetch_dataset, load_dataset


def test_digits_need_no_download() -> None:
    assert fetch_dataset("digits") is None


def test_the_fingerprint_of_digits_covers_the_original_images_and_the_protocol() -> None:
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    content = images.astype(np.uint8).tobytes() + labels.astype(np.uint8).tobytes()
    digest = hashlib.sha256(content + digits_module.PROTOCOL.encode())
    assert digest.hexdigest() == digits_module.FINGERPRINT


def test_the_conversion_of_digits_matches_the_protocol() -> None:
    """Fail if the results of `center_digit` change. In that case, change the protocol and the fingerprint, too."""
    images = load_dataset("digits").test.images
    assert images.mean() == pytest.approx(39.88, abs=0.05)
    np.testing.assert_allclose(images.mean(axis=(0, 2))[4:24:4], [20.6, 62.6, 55.2, 59.2, 56.1], atol=0.3)
