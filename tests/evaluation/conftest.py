"""Fixtures of the evaluation tests."""

import numpy as np
import pytest

from tests.evaluation.strokes import stroke


@pytest.fixture(scope="session")
def strokes():
    """Return images and labels of 60 strokes of different widths and slants, in three arbitrary classes."""
    rng = np.random.default_rng(0)
    images = [stroke(*pair) for pair in zip(rng.uniform(1.5, 4, 60), rng.uniform(-40, 40, 60), strict=True)]
    return np.stack(images), np.arange(60).astype(np.uint8) % 3
