"""Transforms of digits: reproducibility, geometry, ink and augmentation, compared with SciPy."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy import ndimage

from mnist_core.base.errors import MnistCoreError, UnknownNameError
from mnist_core.datasets import load_dataset
from mnist_core.images.transforms import (
    AUGMENTING,
    TRANSFORMS,
    affine_matrices,
    augment,
    distort,
    elastic_fields,
    get_transform,
    resample,
    thicken,
)
from mnist_core.images.transforms.geometry import matrices
from mnist_core.images.transforms.ink import add_noise, blur, cover, fade

NAMES = list(TRANSFORMS)
images = arrays(np.uint8, array_shapes(min_dims=1, max_dims=1, max_side=3).map(lambda shape: (*shape, 28, 28)))
amounts = st.floats(0, 1, allow_subnormal=False)


@pytest.fixture(scope="module")
def digits():
    """Return 60 digits."""
    return load_dataset("digits").test.images[:60]


def ink_of(images):
    """Return the sum of each image's pixels."""
    return images.sum(axis=(1, 2), dtype=np.int64)


@given(images, st.sampled_from(NAMES), st.data())
def test_an_amount_of_0_changes_nothing(images, name, data):
    indices = data.draw(arrays(np.int64, len(images), elements=st.integers(0, 70_000)))
    assert np.array_equal(distort(images, name, 0, indices), images)


@given(images, st.sampled_from(NAMES), st.integers(0, 4))
def test_distorted_digits_are_images_and_the_originals_do_not_change(images, name, severity):
    before = images.copy()
    images.flags.writeable = False
    out = distort(images, name, TRANSFORMS[name].severities[severity], np.arange(len(images)))
    assert (out.shape, out.dtype) == (images.shape, np.uint8)
    assert np.array_equal(images, before)


@given(st.sampled_from(NAMES), st.data())
def test_a_digit_is_distorted_the_same_way_in_any_batch(digits, name, data):
    selected = np.array(data.draw(st.lists(st.integers(0, 59), min_size=1, max_size=8)))
    amount = TRANSFORMS[name].severities[2]
    together = distort(digits, name, amount, np.arange(60))
    assert np.array_equal(distort(digits[selected], name, amount, selected), together[selected])


@pytest.mark.parametrize("name", NAMES)
def test_chunks_do_not_affect_the_result(digits, name):
    many = np.tile(digits[:3], (200, 1, 1))
    amount = TRANSFORMS[name].severities[3]
    out = distort(many, name, amount, np.arange(600))
    assert np.array_equal(out[498:503], distort(many[498:503], name, amount, np.arange(498, 503)))


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("blur", "contrast")])
def test_equal_digits_are_distorted_differently(digits, name):
    same = np.repeat(digits[:1], 40, axis=0)
    assert len(np.unique(distort(same, name, TRANSFORMS[name].severities[4], np.arange(40)), axis=0)) > 1


@pytest.mark.parametrize("name", NAMES)
def test_a_higher_severity_changes_digits_more(digits, name):
    change = [
        np.abs(distort(digits, name, amount, np.arange(60)).astype(int) - digits).mean()
        for amount in (0, *TRANSFORMS[name].severities)
    ]
    assert change == sorted(change)
    assert change[1] > 0


def test_every_transform_has_five_increasing_severities():
    assert NAMES[:6] == ["shift", "rotate", "scale", "shear", "elastic", "thickness"]
    assert {"blur", "noise", "contrast", "occlusion"} == set(NAMES) - set(AUGMENTING)
    for name, transform in TRANSFORMS.items():
        assert (transform.name, len(transform.severities)) == (name, 5)
        assert list(transform.severities) == sorted(set(transform.severities))
        assert transform.severities[0] > 0


# Geometry


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
def test_rotations_by_90_degrees_equal_those_of_numpy(images, turns):
    moved = resample(images, matrices(n=len(images), degrees=90.0 * turns))
    assert np.array_equal(moved, np.rot90(images, turns, axes=(1, 2)))


def test_a_rotation_keeps_the_center_and_turns_by_its_degrees():
    line = np.zeros((1, 28, 28), np.uint8)
    line[0, 13:15, 2:26] = 255  # from left to right
    moved = resample(line, matrices(n=1, degrees=30.0))[0].astype(float)
    rows, columns = (index - 13.5 for index in np.indices((28, 28)))
    assert np.average(rows, weights=moved) == pytest.approx(0, abs=0.05)
    slope = (moved * rows * columns).sum() / (moved * columns**2).sum()
    assert np.degrees(np.arctan(-slope)) == pytest.approx(30, abs=1)  # rows go down: counter-clockwise is upwards


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
def test_resampling_by_a_matrix_equals_that_of_scipy(seed, limits):
    rng = np.random.default_rng(seed)
    image = rng.integers(0, 256, (1, 28, 28)).astype(np.uint8)
    matrix = affine_matrices({**limits, "rotate": 180, "shift": 6}, rng, 1)
    linear, offset = matrix[0, ::-1, 1::-1].astype(float), matrix[0, ::-1, 2].astype(float)  # rows first
    middle = np.full(2, 13.5)
    expected = ndimage.affine_transform(
        image[0].astype(float), linear, middle + offset - linear @ middle, order=1, mode="grid-constant"
    )
    assert np.abs(resample(image, matrix)[0] - expected).max() <= 0.51


def test_resampling_by_a_field_equals_that_of_scipy(digits):
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


def test_an_elastic_field_equals_scipys_gaussian_filter_of_its_noise():
    noise = np.random.default_rng(0).standard_normal((1, 2, 28, 28), dtype=np.float32)
    field = elastic_fields(np.array([np.sqrt(2)]), noise)[0, 0, 12:16, 12:16]  # away from the border
    filtered = ndimage.gaussian_filter(noise[0, 0].astype(float), 4, mode="constant")
    one = np.zeros((57, 57))
    one[28, 28] = 1
    strength = np.linalg.norm(ndimage.gaussian_filter(one, 4))
    assert field == pytest.approx(filtered[12:16, 12:16] / strength, rel=0.02, abs=0.02)


# Ink


@given(images, st.floats(0.5, 6))
def test_thicker_strokes_equal_scipys_dilation(images, amount):
    cross, square = ndimage.generate_binary_structure(2, 1), np.ones((3, 3), bool)
    steps = [images[0].astype(float)]
    for footprint in (cross, square, cross):
        steps.append(ndimage.grey_dilation(steps[-1], footprint=footprint, mode="constant"))
    whole, part = divmod(amount / 2, 1)
    expected = steps[int(whole)] if part == 0 else (1 - part) * steps[int(whole)] + part * steps[int(whole) + 1]
    assert np.abs(thicken(images[:1], np.array([amount]))[0] - expected).max() <= 0.51


@given(images)
def test_thinner_strokes_equal_scipys_erosion(images):
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
def test_blur_equals_that_of_scipy(images, sigma):
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


# Training


def test_augmenting_by_amounts_of_0_changes_nothing(digits):
    for limits in ({}, dict.fromkeys(AUGMENTING, 0.0)):
        assert np.array_equal(augment(digits, limits, np.random.default_rng(0)), digits)


@given(images, st.fixed_dictionaries({}, optional={name: st.floats(0, 3) for name in AUGMENTING}))
def test_augmented_digits_are_images_and_depend_only_on_the_generator(images, limits):
    out, again = (augment(images, limits, np.random.default_rng(1)) for _ in range(2))
    assert (out.shape, out.dtype) == (images.shape, np.uint8)
    assert np.array_equal(out, again)


def test_every_augmentation_is_different(digits):
    rng = np.random.default_rng(0)
    limits = {name: TRANSFORMS[name].severities[0] for name in AUGMENTING}
    first, second = augment(digits, limits, rng), augment(digits, limits, rng)
    assert (first != second).any(axis=(1, 2)).all()


def test_drawn_matrices_cover_the_range_of_their_amounts():
    rng = np.random.default_rng(0)
    assert np.array_equal(affine_matrices({}, rng, 2), np.tile(np.eye(2, 3, dtype=np.float32), (2, 1, 1)))
    shifts = affine_matrices({"shift": 3}, rng, 4000)[:, :, 2]
    assert np.abs(shifts).max() <= 3
    assert shifts.std() == pytest.approx(3 / np.sqrt(3), rel=0.03)
    turned = affine_matrices({"rotate": 20}, rng, 4000)
    angles = np.degrees(np.arctan2(turned[:, 1, 0], turned[:, 0, 0]))
    assert 19.9 < np.abs(angles).max() <= 20.001
    grown = affine_matrices({"scale": 0.25}, rng, 4000)[:, 0, 0]  # from new to old: the reciprocal
    assert grown.min() >= 0.799
    assert grown.max() <= 1.251
    assert np.log(grown).mean() == pytest.approx(0, abs=0.01)
    assert affine_matrices({"shift": 1}, rng, 3).dtype == np.float32


# Errors


def test_the_error_for_an_unknown_name_lists_the_known_names(digits):
    with pytest.raises(UnknownNameError, match=r"no transform named 'melt'.*shift, rotate"):
        distort(digits, "melt", 1, np.arange(60))
    with pytest.raises(UnknownNameError):
        augment(digits, {"melt": 1}, np.random.default_rng(0))
    with pytest.raises(UnknownNameError):
        get_transform("melt")


@pytest.mark.parametrize("amount", [-0.1, float("nan"), float("inf")])
def test_an_amount_must_be_a_finite_number_of_0_or_more(digits, amount):
    with pytest.raises(MnistCoreError, match="amount of rotate"):
        distort(digits, "rotate", amount, np.arange(60))
    with pytest.raises(MnistCoreError, match="amount of rotate"):
        augment(digits, {"rotate": amount}, np.random.default_rng(0))


def test_transforms_for_measuring_are_refused_for_training(digits):
    with pytest.raises(MnistCoreError, match="Expected a transform for training, found blur"):
        augment(digits, {"blur": 1}, np.random.default_rng(0))


@pytest.mark.parametrize("indices", [[0], [-1] * 60])
def test_every_digit_needs_an_index(digits, indices):
    with pytest.raises(MnistCoreError, match="index"):
        distort(digits, "rotate", 1, np.array(indices))


def test_images_of_another_shape_or_type_are_refused(digits):
    for wrong in (digits.astype(float), digits.reshape(60, -1)):
        with pytest.raises(MnistCoreError, match="uint8"):
            augment(wrong, {}, np.random.default_rng(0))
        with pytest.raises(MnistCoreError, match="uint8"):
            distort(wrong, "rotate", 1, np.arange(60))
