"""Strategies for images, and a measure of their ink."""

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

images = arrays(np.uint8, array_shapes(min_dims=1, max_dims=1, max_side=3).map(lambda shape: (*shape, 28, 28)))
"""Up to three images of arbitrary pixels."""
amounts = st.floats(0, 1, allow_subnormal=False)


def ink_of(images):
    """Return the sum of the pixels of each image."""
    return images.sum(axis=(1, 2), dtype=np.int64)
