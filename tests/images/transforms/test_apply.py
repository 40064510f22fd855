"""Application of transforms: reproducibility, augmentation and invalid arguments."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mnist_core.base.errors import MnistCoreError, UnknownNameError
from mnist_core.images.transforms import AUGMENTING, TRANSFORMS, augment, distort, get_transform
from tests.images.transforms.helpers import images

NAMES = list(TRANSFORMS)


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
