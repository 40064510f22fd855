"""Sprite sheets of digits."""

import io

import numpy as np
from PIL import Image

from mnist_core.figures.sprite_sheet import render_sprite_sheet


def test_the_alpha_channel_of_a_sprite_sheet_is_the_ink_of_each_digit():
    images = np.zeros((3, 28, 28), dtype=np.uint8)
    images[1, 10:20, 10:20] = 255
    sheet = Image.open(io.BytesIO(render_sprite_sheet(images, scale=2)))
    assert (sheet.mode, sheet.size) == ("LA", (3 * 56, 56))
    alpha = np.asarray(sheet)[..., 1]
    assert alpha[:, :56].max() == alpha[:, 112:].max() == 0
    assert alpha[30, 56 + 30] == 255
