"""Transforms of the ink: thickness, blur, noise, contrast and occlusion, compared with SciPy."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from mnist_core.images.transforms import distort, thicken
from mnist_core.images.transforms.ink import add_noise, blur, cover, fade
from tests.images.transforms.helpers import amounts, images, ink_of


@given(images, st.floats(0.5, 6))
def test_thicker_strokes_equal_a_dilation_by_scipy(images, amount):
    cross, square = ndimage.generate_binary_structure(2, 1), np.ones((3, 3), bool)
    steps = [images[0].astype(float)]
    for footprint in (cross, square, cross):
        steps.append(ndimage.grey_dilation(steps[-1], footprint=footprint, mode="constant"))
    whole, part = divmod(amount / 2, 1)
    expected = steps[int(whole)] if part == 0 else (1 - part) * steps[int(whole)] + part * steps[int(whole) + 1]
    assert np.abs(thicken(images[:1], np.array([amount]))[0] - expected).max() <= 0.51


@given(images)
def test_thinner_strokes_equal_an_erosion_by_scipy(images):
    cross = ndimage.generate_binary_structure(2, 1)
    expected = ndimage.grey_erosion(images[0], footprint=cross, mode="constant")
    assert np.array_equal(thicken(images[:1], np.array([-2.0]))[0], expected)


@given(images, st.lists(st.floats(-6, 6), min_size=2, max_size=6))
def test_ink_grows_with_thickness(images, amounts):
    found = [thicken(images, np.full(len(images), amount)).astype(int) for amount in sorted(amounts)]
    assert all((fewer <= more).all() for fewer, more in pairwise(found))


def test_a_stroke_becomes_wider_by_the_amount():
    stroke = np.zeros((1, 28, 28), np.uint8)
    stroke[0, :, 11:16] = 255
    for amount in (-3, -1.5, 1, 2.5):
        assert ink_of(thicken(stroke, np.array([amount])))[0] / 255 / 28 == pytest.approx(5 + amount, abs=0.3)


@given(images, st.floats(0.1, 4))
def test_blur_matches_scipy(images, sigma):
    expected = ndimage.gaussian_filter(images[0].astype(float), sigma, mode="constant")
    assert np.abs(blur(images[:1], sigma)[0] - expected).max() <= 0.52


def test_noise_has_its_standard_deviation_in_shares_of_full_ink():
    gray = np.full((200, 28, 28), 128, np.uint8)
    noisy = distort(gray, "noise", 0.1, np.arange(200)) / 255
    assert noisy.std() == pytest.approx(0.1, rel=0.02)
    assert noisy.mean() == pytest.approx(128 / 255, abs=0.002)


def test_noise_is_clipped_to_the_range_of_a_pixel():
    noise = np.full((1, 28, 28), 2.0, np.float32)
    assert (add_noise(np.full((1, 28, 28), 200, np.uint8), 0.5, noise) == 255).all()
    assert (add_noise(np.full((1, 28, 28), 200, np.uint8), 0.5, -noise) == 0).all()


@given(images, st.floats(1, 3))
def test_without_contrast_there_is_no_ink(images, amount):
    assert not fade(images, amount).any()


@given(images, amounts)
def test_contrast_removes_its_share_of_the_ink(images, amount):
    assert fade(images, amount) == pytest.approx(images * (1 - amount), abs=0.51)


@given(st.floats(0.1, 8), st.integers(0, 999))
def test_a_patch_removes_its_area_and_a_larger_patch_covers_it(side, index):
    full = np.full((1, 28, 28), 255, np.uint8)
    covered = distort(full, "occlusion", side, np.array([index]))
    assert (255 * 784 - ink_of(covered)[0]) / 255 == pytest.approx(side**2, abs=0.2)
    assert (distort(full, "occlusion", side + 1, np.array([index])) <= covered).all()


def test_a_patch_over_the_whole_image_removes_all_ink(digits):
    assert not cover(digits, 60, np.full((60, 2), 0.5)).any()
