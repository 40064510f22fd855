"""Geometric transforms: shifts, rotations, scales, shears and elastic fields, compared with NumPy and SciPy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from mnist_core.images.transforms import affine_matrices, distort, elastic_fields, resample
from mnist_core.images.transforms.geometry import matrices
from tests.images.transforms.helpers import amounts, images, ink_of


@given(images, st.integers(-6, 6), st.integers(-6, 6))
def test_a_shift_by_whole_pixels_equals_a_roll_of_numpy(images, right, down):
    images[:, :6] = images[:, -6:] = images[:, :, :6] = images[:, :, -6:] = 0
    moved = resample(images, matrices(n=len(images), shift=np.tile([right, down], (len(images), 1))))
    assert np.array_equal(moved, np.roll(images, (down, right), axis=(1, 2)))


def test_shifts_go_in_all_four_directions_by_their_amount(digits):
    dots = np.zeros((60, 28, 28), np.uint8)
    dots[:, 14, 14] = 255
    moved = distort(dots, "shift", 5, np.arange(60))
    places = np.argwhere(moved)[:, 1:] - 14
    assert {tuple(place) for place in places.tolist()} == {(5, 0), (-5, 0), (0, 5), (0, -5)}


@given(images, st.integers(-4, 4))
def test_rotations_by_90_degrees_match_numpy(images, turns):
    moved = resample(images, matrices(n=len(images), degrees=90.0 * turns))
    assert np.array_equal(moved, np.rot90(images, turns, axes=(1, 2)))


def test_a_rotation_keeps_the_center_and_turns_by_its_degrees():
    line = np.zeros((1, 28, 28), np.uint8)
    line[0, 13:15, 2:26] = 255  # from left to right
    moved = resample(line, matrices(n=1, degrees=30.0))[0].astype(float)
    rows, columns = (index - 13.5 for index in np.indices((28, 28)))
    assert np.average(rows, weights=moved) == pytest.approx(0, abs=0.05)
    slope = (moved * rows * columns).sum() / (moved * columns**2).sum()
    assert np.degrees(np.arctan(-slope)) == pytest.approx(30, abs=1)  # counter-clockwise: rows are counted downwards


@pytest.mark.parametrize("growth", [1.25, 0.8])
def test_a_scale_changes_the_area_by_its_square(growth):
    square = np.zeros((1, 28, 28), np.uint8)
    square[0, 8:20, 8:20] = 255
    moved = resample(square, matrices(n=1, growth=growth))
    assert ink_of(moved)[0] / ink_of(square)[0] == pytest.approx(growth**2, rel=0.05)  # bilinear interpolation


def test_a_shear_moves_each_row_by_its_height():
    dots = np.zeros((2, 28, 28), np.uint8)
    dots[0, 3, 14] = dots[1, 24, 14] = 255  # 10.5 px above and below the center
    upper, lower = resample(dots, matrices(n=2, shear=2 / 3))
    assert upper[3].argmax() == 14 + 7
    assert lower[24].argmax() == 14 - 7


@given(st.integers(0, 2**32 - 1), st.fixed_dictionaries({"scale": amounts, "shear": amounts}))
def test_resampling_by_a_matrix_matches_scipy(seed, limits):
    rng = np.random.default_rng(seed)
    image = rng.integers(0, 256, (1, 28, 28)).astype(np.uint8)
    matrix = affine_matrices({**limits, "rotate": 180, "shift": 6}, rng, 1)
    linear, offset = matrix[0, ::-1, 1::-1].astype(float), matrix[0, ::-1, 2].astype(float)  # rows first
    middle = np.full(2, 13.5)
    expected = ndimage.affine_transform(
        image[0].astype(float), linear, middle + offset - linear @ middle, order=1, mode="grid-constant"
    )
    assert np.abs(resample(image, matrix)[0] - expected).max() <= 0.51


def test_resampling_by_a_field_matches_scipy(digits):
    rng = np.random.default_rng(0)
    fields = elastic_fields(np.full(60, 3.0), rng.standard_normal((60, 2, 28, 28), dtype=np.float32))
    moved = resample(digits, matrices(n=60), fields)
    for image, (right, down), found in zip(digits[:10], fields, moved, strict=False):
        rows, columns = np.indices((28, 28))
        expected = ndimage.map_coordinates(
            image.astype(float), [rows + down, columns + right], order=1, mode="grid-constant"
        )
        assert np.abs(found - expected).max() <= 0.51


def test_elastic_fields_are_smooth_and_have_their_length_everywhere():
    rng = np.random.default_rng(0)
    fields = elastic_fields(np.full(3000, 2.0), rng.standard_normal((3000, 2, 28, 28), dtype=np.float32))
    length = np.sqrt((fields**2).sum(axis=1).mean(axis=0))  # root mean square at each pixel
    assert length.min() > 1.8
    assert length.max() < 2.2
    step = np.diff(fields, axis=3)
    assert np.sqrt((step**2).mean()) < 0.25 * np.sqrt((fields**2).mean())


def test_an_elastic_field_equals_its_noise_filtered_by_scipy():
    noise = np.random.default_rng(0).standard_normal((1, 2, 28, 28), dtype=np.float32)
    field = elastic_fields(np.array([np.sqrt(2)]), noise)[0, 0, 12:16, 12:16]  # away from the border
    filtered = ndimage.gaussian_filter(noise[0, 0].astype(float), 4, mode="constant")
    one = np.zeros((57, 57))
    one[28, 28] = 1
    strength = np.linalg.norm(ndimage.gaussian_filter(one, 4))
    assert field == pytest.approx(filtered[12:16, 12:16] / strength, rel=0.02, abs=0.02)


def test_drawn_matrices_cover_the_range_of_their_amounts():
    rng = np.random.default_rng(0)
    assert np.array_equal(affine_matrices({}, rng, 2), np.tile(np.eye(2, 3, dtype=np.float32), (2, 1, 1)))
    shifts = affine_matrices({"shift": 3}, rng, 4000)[:, :, 2]
    assert np.abs(shifts).max() <= 3
    assert shifts.std() == pytest.approx(3 / np.sqrt(3), rel=0.03)
    turned = affine_matrices({"rotate": 20}, rng, 4000)
    angles = np.degrees(np.arctan2(turned[:, 1, 0], turned[:, 0, 0]))
    assert 19.9 < np.abs(angles).max() <= 20.001
    grown = affine_matrices({"scale": 0.25}, rng, 4000)[:, 0, 0]  # matrices map new to old coordinates: the reciprocal
    assert grown.min() >= 0.799
    assert grown.max() <= 1.251
    assert np.log(grown).mean() == pytest.approx(0, abs=0.01)
    assert affine_matrices({"shift": 1}, rng, 3).dtype == np.float32
