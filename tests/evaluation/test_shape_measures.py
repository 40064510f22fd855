"""Measures of the shape of a digit: ink, slant, stroke width and oddness."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import ndimage
from sklearn.covariance import OAS

from mnist_core.evaluation import shape_measures
from mnist_core.evaluation.shape_measures import class_moments
from mnist_core.evaluation.shapes import measure_shapes
from tests.evaluation.strokes import ring, stroke

inner = arrays(np.uint8, (10, 10))
"""Strategy for the ink of a small digit."""


def place(ink, down, across):
    """Return a blank image with this ink at the given position."""
    image = np.zeros((1, 28, 28), dtype=np.uint8)
    image[0, down : down + 10, across : across + 10] = ink
    return image


@given(inner, st.integers(0, 18), st.integers(0, 18))
def test_measures_of_a_single_digit_are_independent_of_its_position(ink, down, across):
    for measure in (shape_measures.ink, shape_measures.slant, shape_measures.thickness):
        moved, original = measure(place(ink, down, across)), measure(place(ink, 9, 9))
        np.testing.assert_allclose(moved, original, rtol=1e-4, atol=1e-4, err_msg=measure.__name__)


@given(inner)
def test_mirroring_a_digit_negates_its_slant_and_keeps_the_other_measures(ink):
    image = place(ink, 9, 9)
    np.testing.assert_allclose(shape_measures.slant(image[..., ::-1]), -shape_measures.slant(image), atol=1e-4)
    for measure in (shape_measures.ink, shape_measures.thickness):
        np.testing.assert_allclose(measure(image[..., ::-1]), measure(image), rtol=1e-5, err_msg=measure.__name__)


def test_measures_are_independent_of_the_chunk_size(strokes, monkeypatch):
    images, labels = strokes
    whole = measure_shapes(images, labels)
    monkeypatch.setattr(shape_measures, "_CHUNK", 7)
    parts = measure_shapes(images, labels)
    for name in vars(whole):
        np.testing.assert_allclose(getattr(parts, name), getattr(whole, name), rtol=1e-4, atol=1e-6, err_msg=name)


def test_ink_is_relative_to_full_ink():
    image = np.zeros((2, 28, 28), dtype=np.uint8)
    image[1, :14] = 255
    assert shape_measures.ink(image).tolist() == pytest.approx([0, 0.5])


@given(inner)
def test_slant_matches_the_moments_of_scipy(ink):
    image = place(ink, 5, 7)
    if not ink.any():
        assert shape_measures.slant(image)[0] == 0
        return
    y, x = ndimage.center_of_mass(image[0])
    rows, columns = np.mgrid[:28, :28]
    mu11 = (image[0] * (columns - x) * (rows - y)).sum()
    mu02 = (image[0] * (rows - y) ** 2).sum()
    if mu02 > 1e-3:
        assert shape_measures.slant(image)[0] == pytest.approx(math.degrees(math.atan(-mu11 / mu02)), abs=0.01)


@pytest.mark.parametrize("degrees", [-45, -20, 0, 10, 30, 45])
def test_slant_of_a_stroke_is_its_angle_and_positive_to_the_right(degrees):
    # The width of the stroke contributes to the moments, so the slant is slightly smaller than the angle.
    assert shape_measures.slant(stroke(2, degrees)[None])[0] == pytest.approx(degrees, abs=1.5)


def test_ink_in_a_single_row_has_slant_0():
    image = np.zeros((1, 28, 28), dtype=np.uint8)
    image[0, 14, 5:20] = 255
    assert shape_measures.slant(image)[0] == 0


@pytest.mark.parametrize("degrees", [0, 10, 22.5, 30, 45, 60, 90])
@pytest.mark.parametrize("width", [2, 3, 4, 5])
def test_thickness_of_a_stroke_is_its_width_at_any_angle(width, degrees):
    # For two pixels or less at 45 degrees, the gray of both edges overlaps in the same pixels.
    assert shape_measures.thickness(stroke(width, degrees)[None])[0] == pytest.approx(
        width, abs=0.25 if width == 2 else 0.15
    )


@pytest.mark.parametrize("width", [2, 3, 4, 5])
def test_thickness_of_a_loop_is_at_most_10_percent_too_large(width):
    assert width <= shape_measures.thickness(ring(width)[None])[0] < 1.1 * width


def test_thickness_of_a_dot_is_its_diameter_and_of_a_blank_image_0():
    dot = stroke(8, 0, length=0)
    assert shape_measures.thickness(np.stack([dot, np.zeros_like(dot)])) == pytest.approx([8, 0], abs=0.5)


def test_thickness_increases_with_the_width_of_the_stroke(strokes):
    widths = [shape_measures.thickness(stroke(width, 20)[None])[0] for width in np.arange(1.5, 5, 0.25)]
    assert widths == sorted(widths)


def test_class_moments_match_numpy_and_are_0_for_an_empty_class(strokes):
    images, labels = strokes
    mean, variance = class_moments(images, labels)
    for digit in range(3):
        in_class = images[labels == digit] / 255
        np.testing.assert_allclose(mean[digit], in_class.mean(axis=0), atol=1e-6)
        np.testing.assert_allclose(variance[digit], in_class.var(axis=0), atol=1e-6)
    assert mean[3:].max() == variance[3:].max() == 0


def test_oddness_equals_the_mahalanobis_distance_of_scikit_learn_with_oas_covariance(strokes):
    images, labels = strokes
    pooled = images.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).reshape(-1, 196) / 255
    found = shape_measures.oddness(images, labels)
    for digit in range(3):
        in_class = pooled[labels == digit]
        expected = np.sqrt(OAS().fit(in_class).mahalanobis(in_class))
        np.testing.assert_allclose(found[labels == digit], expected, rtol=1e-3)


def test_a_digit_that_differs_from_all_others_is_the_oddest(strokes):
    images = np.stack([stroke(3, degrees) for degrees in np.linspace(-10, 10, 40)] + [stroke(3, 90)])
    assert shape_measures.oddness(images, np.zeros(41, dtype=np.uint8)).argmax() == 40


@pytest.mark.parametrize("n", [1, 3])
def test_equal_digits_have_oddness_0(n):
    images = np.repeat(stroke(3, 0)[None], n, axis=0)
    np.testing.assert_allclose(shape_measures.oddness(images, np.zeros(n, dtype=np.uint8)), 0, atol=1e-3)
