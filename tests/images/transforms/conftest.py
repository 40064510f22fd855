"""Fixtures of the tests of transforms."""

import pytest

from mnist_core.datasets import load_dataset


@pytest.fixture(scope="session")
def digits():
    """Return 60 digits."""
    return load_dataset("digits").test.images[:60]
