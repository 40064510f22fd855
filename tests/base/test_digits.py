"""Dimensions of digit images, and training sizes of learning curves."""

import pytest

from mnist_core.base.digits import PIXELS, SIDE, training_sizes


def test_an_image_has_784_pixels():
    assert SIDE * SIDE == PIXELS == 784


@pytest.mark.parametrize(
    ("n_train", "sizes"),
    [
        (60_000, [1_000, 2_000, 5_000, 10_000, 20_000, 40_000]),
        (898, [100, 200, 500]),
        (1_000, [100, 200, 500]),
        (100, []),
    ],
)
def test_training_sizes_are_between_a_sixtieth_and_all_of_the_training_split(n_train, sizes):
    assert training_sizes(n_train) == sizes
