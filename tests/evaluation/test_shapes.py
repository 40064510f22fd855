import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image, ImageDraw
from scipy import ndimage
from sklearn.covariance import OAS

from mnist_core.evaluation import shapes
from mnist_core.evaluation.shapes import MEASURES, class_moments, compare_with_class, measure_shapes, moments_table

FINE = 16


def draw(paint):
    """A 28x28 digit that `paint(canvas, scale)` draws 16 times as large, so that its edges come out grey."""
    image = Image.new("L", (28 * FINE, 28 * FINE))
    paint(ImageDraw.Draw(image), FINE)
    return np.asarray(image.resize((28, 28), Image.Resampling.BOX))


def stroke(width, degrees, length=18.0):
    """A straight stroke with round ends through the middle; 0 degrees is upright, positive leans right."""
    across, up = (length / 2 * part(math.radians(degrees)) for part in (math.sin, math.cos))

    def paint(canvas, scale):
        ends = [((14 - across) * scale, (14 + up) * scale), ((14 + across) * scale, (14 - up) * scale)]
        canvas.line(ends, fill=255, width=round(width * scale))
        for x, y in ends:
            r = width * scale / 2
            canvas.ellipse([x - r, y - r, x + r, y + r], fill=255)

    return draw(paint)


def ring(width, radius=8.0):
    def paint(canvas, scale):
        for r, fill in ((radius + width / 2, 255), (radius - width / 2, 0)):
            canvas.ellipse([(14 - r) * scale, (14 - r) * scale, (14 + r) * scale, (14 + r) * scale], fill=fill)

    return draw(paint)


@pytest.fixture(scope="module")
def strokes():
    """Sixty strokes of all widths and slants, and made-up classes for them."""
    rng = np.random.default_rng(0)
    images = [stroke(*pair) for pair in zip(rng.uniform(1.5, 4, 60), rng.uniform(-40, 40, 60), strict=True)]
    return np.stack(images), np.arange(60).astype(np.uint8) % 3


inner = arrays(np.uint8, (10, 10))
"""The ink of a small digit."""


def placed(ink, down, across):
    """This ink in an image without any other."""
    image = np.zeros((1, 28, 28), dtype=np.uint8)
    image[0, down : down + 10, across : across + 10] = ink
    return image


@given(inner, st.integers(0, 18), st.integers(0, 18))
def test_no_measure_of_a_single_digit_depends_on_where_it_stands(ink, down, across):
    for measure in (shapes.ink, shapes.slant, shapes.thickness):
        there, here = measure(placed(ink, down, across)), measure(placed(ink, 9, 9))
        np.testing.assert_allclose(there, here, rtol=1e-4, atol=1e-4, err_msg=measure.__name__)


@given(inner)
def test_a_mirrored_digit_leans_as_far_to_the_other_side_and_is_else_the_same(ink):
    image = placed(ink, 9, 9)
    np.testing.assert_allclose(shapes.slant(image[..., ::-1]), -shapes.slant(image), atol=1e-4)
    for measure in (shapes.ink, shapes.thickness):
        np.testing.assert_allclose(measure(image[..., ::-1]), measure(image), rtol=1e-5, err_msg=measure.__name__)


@given(st.randoms(use_true_random=False))
def test_the_order_of_digits_changes_no_measure(strokes, random):
    images, labels = strokes
    order = list(range(len(images)))
    random.shuffle(order)
    here, there = measure_shapes(images, labels), measure_shapes(images[order], labels[order])
    for measure in MEASURES:
        np.testing.assert_allclose(
            getattr(there, measure), getattr(here, measure)[order], rtol=1e-3, atol=1e-4, err_msg=measure
        )
    np.testing.assert_allclose(there.mean, here.mean, atol=1e-6)


def test_chunks_change_nothing(strokes, monkeypatch):
    images, labels = strokes
    whole = measure_shapes(images, labels)
    monkeypatch.setattr(shapes, "_CHUNK", 7)
    parts = measure_shapes(images, labels)
    for name in vars(whole):
        np.testing.assert_allclose(getattr(parts, name), getattr(whole, name), rtol=1e-4, atol=1e-6, err_msg=name)


def test_ink_is_the_share_of_full_ink():
    image = np.zeros((2, 28, 28), dtype=np.uint8)
    image[1, :14] = 255
    assert shapes.ink(image).tolist() == pytest.approx([0, 0.5])


@given(inner)
def test_slant_is_that_of_the_moments_that_scipy_finds(ink):
    image = placed(ink, 5, 7)
    if not ink.any():
        assert shapes.slant(image)[0] == 0
        return
    y, x = ndimage.center_of_mass(image[0])
    rows, columns = np.mgrid[:28, :28]
    mu11 = (image[0] * (columns - x) * (rows - y)).sum()
    mu02 = (image[0] * (rows - y) ** 2).sum()
    if mu02 > 1e-3:
        assert shapes.slant(image)[0] == pytest.approx(math.degrees(math.atan(-mu11 / mu02)), abs=0.01)


@pytest.mark.parametrize("degrees", [-45, -20, 0, 10, 30, 45])
def test_a_stroke_leans_as_it_was_drawn_and_right_is_positive(degrees):
    # A stroke has a width, of which the moments know: it leans a little less than its axis.
    assert shapes.slant(stroke(2, degrees)[None])[0] == pytest.approx(degrees, abs=1.5)


def test_ink_in_a_single_row_does_not_lean():
    image = np.zeros((1, 28, 28), dtype=np.uint8)
    image[0, 14, 5:20] = 255
    assert shapes.slant(image)[0] == 0


@pytest.mark.parametrize("degrees", [0, 10, 22.5, 30, 45, 60, 90])
@pytest.mark.parametrize("width", [2, 3, 4, 5])
def test_a_stroke_is_as_wide_as_it_was_drawn_at_any_angle(width, degrees):
    # Of two pixels or less at 45 degrees, the grey of both edges meets in the same pixels.
    assert shapes.thickness(stroke(width, degrees)[None])[0] == pytest.approx(width, abs=0.25 if width == 2 else 0.15)


@pytest.mark.parametrize("width", [2, 3, 4, 5])
def test_a_loop_is_at_most_a_tenth_wider_than_it_was_drawn(width):
    assert width <= shapes.thickness(ring(width)[None])[0] < 1.1 * width


def test_a_dot_is_as_wide_as_its_diameter_and_a_blank_image_has_no_width():
    dot = stroke(8, 0, length=0)
    assert shapes.thickness(np.stack([dot, np.zeros_like(dot)])) == pytest.approx([8, 0], abs=0.5)


def test_wider_strokes_are_found_wider(strokes):
    widths = [shapes.thickness(stroke(width, 20)[None])[0] for width in np.arange(1.5, 5, 0.25)]
    assert widths == sorted(widths)


def test_class_moments_are_numpys_mean_and_variance_and_0_for_a_class_without_digits(strokes):
    images, labels = strokes
    mean, variance = class_moments(images, labels)
    for digit in range(3):
        members = images[labels == digit] / 255
        np.testing.assert_allclose(mean[digit], members.mean(axis=0), atol=1e-6)
        np.testing.assert_allclose(variance[digit], members.var(axis=0), atol=1e-6)
    assert mean[3:].max() == variance[3:].max() == 0


def test_oddness_is_scikit_learns_mahalanobis_distance_with_the_oas_covariance(strokes):
    images, labels = strokes
    pooled = images.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).reshape(-1, 196) / 255
    found = shapes.oddness(images, labels)
    for digit in range(3):
        members = pooled[labels == digit]
        expected = np.sqrt(OAS().fit(members).mahalanobis(members))
        np.testing.assert_allclose(found[labels == digit], expected, rtol=1e-3)


def test_the_oddest_digit_is_the_one_that_is_unlike_the_others(strokes):
    images = np.stack([stroke(3, degrees) for degrees in np.linspace(-10, 10, 40)] + [stroke(3, 90)])
    assert shapes.oddness(images, np.zeros(41, dtype=np.uint8)).argmax() == 40


@pytest.mark.parametrize("n", [1, 3])
def test_digits_that_are_all_the_same_are_not_odd(n):
    images = np.repeat(stroke(3, 0)[None], n, axis=0)
    np.testing.assert_allclose(shapes.oddness(images, np.zeros(n, dtype=np.uint8)), 0, atol=1e-3)


def test_compare_with_class_says_where_a_digit_stands_among_its_class(strokes):
    images, labels = strokes
    found = measure_shapes(images, labels)
    thickest = int(np.where(labels == 1, found.thickness, 0).argmax())
    row = compare_with_class(found, labels, thickest).set_index("measure").loc["thickness"]
    assert row["value"] == found.thickness[thickest]
    assert row["class_median"] == pytest.approx(np.median(found.thickness[labels == 1]))
    assert row["below"] == pytest.approx(19 / 20)


def test_moments_table_has_a_row_for_each_pixel_of_each_class(strokes):
    found = measure_shapes(*strokes)
    table = moments_table(found)
    assert len(table) == 10 * 28 * 28
    row = table[(table["digit"] == 2) & (table["row"] == 14) & (table["column"] == 13)].iloc[0]
    assert row["mean"] == found.mean[2, 14, 13]
    assert row["variance"] == found.variance[2, 14, 13]


def test_shapes_cannot_be_changed(strokes):
    with pytest.raises(ValueError, match="read-only"):
        measure_shapes(*strokes).ink[0] = 0


def test_measuring_reports_how_far_it_is(strokes):
    shares = []
    measure_shapes(*strokes, progress=lambda _, share: shares.append(share))
    assert shares == sorted(shares)
    assert 0 <= shares[0] < shares[-1] < 1
