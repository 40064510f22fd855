"""Conversion of drawings of any position, size and colors to MNIST's format."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image, ImageDraw

from mnist_core.base.errors import MnistCoreError
from mnist_core.images.canvas import DrawingError, canvas_to_digit, center_digit

SIDE = 280
WHITE, BLACK, CLEAR = (255, 255, 255, 255), (0, 0, 0, 255), (0, 0, 0, 0)
Point = tuple[float, float]

TENTHS = st.integers(0, 10).map(lambda tenth: tenth / 10)
STROKES = st.lists(st.tuples(TENTHS, TENTHS), min_size=2, max_size=6, unique=True).filter(
    lambda points: np.ptp(np.array(points), axis=0).max() >= 0.4
)


def draw(
    points: list[Point],
    *,
    ink: tuple[int, ...] = WHITE,
    background: tuple[int, ...] = BLACK,
    at: Point = (80, 80),
    size: float = 100,
    pen: int = 14,
    side: int = SIDE,
) -> np.ndarray:
    """Return a canvas with a polyline through points of the unit square, drawn with a round pen."""
    image = Image.new("RGBA", (side, side), background)
    pencil = ImageDraw.Draw(image)
    line = [(at[0] + x * size, at[1] + y * size) for x, y in points]
    pencil.line(line, fill=ink, width=pen)
    for x, y in line:
        pencil.ellipse((x - pen / 2, y - pen / 2, x + pen / 2, y + pen / 2), fill=ink)
    return np.asarray(image)


def digit_of(rgba: np.ndarray) -> np.ndarray:
    """Return the digit of a canvas with ink."""
    digit = canvas_to_digit(rgba)
    assert digit is not None
    return digit


def center_of(digit: np.ndarray) -> np.ndarray:
    """Return row and column of the center of mass."""
    rows, columns = np.indices(digit.shape)
    return np.array([np.average(rows, weights=digit), np.average(columns, weights=digit)])


def extent_of(digit: np.ndarray) -> tuple[int, int]:
    """Return height and width of the ink in pixels."""
    rows, columns = np.nonzero(digit)
    return int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1


def difference(one: np.ndarray, other: np.ndarray) -> float:
    """Return the sum of absolute differences relative to the sum of `one`."""
    return float(np.abs(one.astype(int) - other.astype(int)).sum() / one.sum())


def shifted_difference(one: np.ndarray, other: np.ndarray) -> float:
    """Return the smallest difference over shifts by at most one pixel.

    The rounding of a center of mass near a half pixel can differ between two drawings.
    """
    shifts = [(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1)]
    return min(difference(one, np.roll(other, shift, axis=(0, 1))) for shift in shifts)


@given(STROKES)
def test_a_digit_has_the_size_brightness_and_position_of_mnist(points: list[Point]) -> None:
    digit = digit_of(draw(points))
    assert (digit.shape, digit.dtype) == ((28, 28), np.uint8)
    assert digit.max() == 255
    assert 19 <= max(extent_of(digit)) <= 20
    top, left = np.nonzero(digit)[0].min(), np.nonzero(digit)[1].min()
    for axis, (first, length) in enumerate(zip((top, left), extent_of(digit), strict=True)):
        at_edge = first == 0 or first + length == 28  # only a digit at the edge can be off center
        assert at_edge or 13.44 < center_of(digit)[axis] < 14.46


@given(STROKES, st.integers(-70, 90), st.integers(-70, 90))
def test_a_digit_is_independent_of_the_position_of_its_drawing(points: list[Point], down: int, right: int) -> None:
    original = draw(points)
    moved = np.roll(original, (down, right), axis=(0, 1))
    np.testing.assert_array_equal(digit_of(moved), digit_of(original))


def test_a_stray_pixel_does_not_shift_a_symmetric_digit() -> None:
    bar = draw([(0.5, 0), (0.5, 1)])
    expected = digit_of(bar)
    for i in range(80, 180, 7):
        stray = bar.copy()
        stray[i, 138] = 255
        assert difference(digit_of(stray), expected) < 0.1


@given(STROKES, st.sampled_from([2, 3, 5]))
@settings(max_examples=50)
def test_a_digit_is_nearly_independent_of_the_size_of_its_drawing(points: list[Point], scale: int) -> None:
    small = draw(points)
    large = small.repeat(scale, axis=0).repeat(scale, axis=1)
    assert shifted_difference(digit_of(large), digit_of(small)) < 0.1


@given(STROKES)
@settings(max_examples=30)
def test_a_digit_is_nearly_independent_of_the_colors_of_its_drawing(points: list[Point]) -> None:
    expected = digit_of(draw(points))
    for ink, background in [
        (BLACK, WHITE),
        ((0, 0, 0, 255), CLEAR),
        (WHITE, CLEAR),
        (WHITE, (255, 255, 255, 0)),
        ((255, 0, 0, 255), (255, 255, 200, 255)),
        ((90, 90, 90, 255), (30, 30, 30, 255)),
        ((10, 10, 10, 0), (250, 250, 250, 0)),
    ]:
        found = digit_of(draw(points, ink=ink, background=background))
        np.testing.assert_allclose(found.astype(int), expected.astype(int), atol=2)


def test_partly_transparent_ink_is_fainter() -> None:
    rgba = np.zeros((100, 100, 4), np.uint8)
    rgba[20:80, 40:60, 3] = 255
    rgba[20:50, 40:60, 3] = 128
    digit = digit_of(rgba)
    assert sorted({int(v) // 64 for v in digit[digit > 30].ravel()})[0] in (1, 2)
    assert digit[6:12].max() < digit[16:22].max()


@pytest.mark.parametrize("color", [WHITE, BLACK, CLEAR, (255, 255, 255, 0), (12, 200, 99, 255), (12, 200, 99, 77)])
@pytest.mark.parametrize("shape", [(280, 280), (1, 1), (1, 50), (400, 3)])
def test_a_canvas_of_one_color_has_no_digit(color: tuple[int, ...], shape: tuple[int, int]) -> None:
    assert canvas_to_digit(np.full((*shape, 4), color, dtype=np.uint8)) is None


@given(hnp.arrays(np.uint8, (20, 20, 4), elements=st.integers(0, 12)), st.sampled_from([0, 100, 243]))
def test_faint_noise_is_not_converted(noise: np.ndarray, level: int) -> None:
    assert canvas_to_digit(noise + np.uint8(level)) is None


@given(STROKES, st.integers(0, 2**32 - 1))
@settings(max_examples=30)
def test_faint_noise_does_not_move_a_digit(points: list[Point], seed: int) -> None:
    clean = draw(points)
    noise = np.random.default_rng(seed).integers(0, 16, clean.shape, dtype=np.uint8)
    noise[..., 3] = 0
    noisy = np.where(clean > 127, clean - noise, clean + noise)
    assert shifted_difference(digit_of(noisy), digit_of(clean)) < 0.2


@pytest.mark.parametrize("length", [1, 2, 5, 60, 400])
@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("place", [0, 200, -1])
def test_dots_and_thin_lines_are_converted(length: int, transposed: bool, place: int) -> None:
    rgba = np.full((400, 400, 4), BLACK, dtype=np.uint8)
    rgba[:length, place] = 255
    digit = digit_of(rgba.swapaxes(0, 1) if transposed else rgba)
    assert digit.max() == 255
    assert max(extent_of(digit)) == 20
    np.testing.assert_allclose(center_of(digit), 14, atol=0.55)


def test_ink_at_the_border_is_kept() -> None:
    digit = digit_of(draw([(0, 0), (1, 1)], at=(0, 0), size=SIDE))
    assert extent_of(digit) == (20, 20)


def test_asymmetric_ink_stays_inside_the_image() -> None:
    ink = np.zeros((20, 20))
    ink[:, 0], ink[0, :] = 1, 0.02
    digit = center_digit(ink)
    assert extent_of(digit) == (20, 20)  # the center of mass is at the left edge, and no ink is lost at the right
    assert digit[:, 8:].any()


@given(hnp.arrays(np.uint8, st.tuples(st.integers(1, 12), st.integers(1, 12), st.just(4))))
def test_any_canvas_gives_a_digit_or_none(rgba: np.ndarray) -> None:
    before = rgba.copy()
    digit = canvas_to_digit(rgba)
    assert digit is None or (digit.shape == (28, 28) and digit.max() == 255)
    np.testing.assert_array_equal(rgba, before)


def test_a_digit_is_independent_of_the_unit_of_its_ink() -> None:
    ink = np.zeros((8, 8), np.uint8)
    ink[1:7, 3:5] = 16
    for other in (ink.astype(np.float64), ink / np.float32(16), ink.astype(np.float64) * 1e6):
        np.testing.assert_array_equal(center_digit(ink), center_digit(other))


def test_an_image_without_ink_stays_empty() -> None:
    assert not center_digit(np.zeros((8, 8))).any()


def test_a_digit_in_the_format_of_mnist_does_not_change() -> None:
    digit = np.zeros((28, 28), np.uint8)
    digit[4:24, 12:17] = 255
    np.testing.assert_array_equal(center_digit(digit), digit)


@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros((28, 28), np.uint8),
        np.zeros((28, 28, 3), np.uint8),
        np.zeros((28, 28, 4)),
        np.zeros((0, 28, 4), np.uint8),
        np.zeros((1, 28, 28, 4), np.uint8),
    ],
    ids=lambda a: f"{a.dtype}{a.shape}",
)
def test_a_canvas_of_another_shape_or_type_is_refused(wrong: np.ndarray) -> None:
    with pytest.raises(DrawingError, match=r"Expected .*uint8 \(height, width, 4\), found") as caught:
        canvas_to_digit(wrong)
    assert isinstance(caught.value, MnistCoreError)


@pytest.mark.parametrize("wrong", [np.zeros((2, 2, 2)), np.zeros((2, 2), np.int64), np.full((2, 2), np.nan)])
def test_ink_of_another_shape_or_type_is_refused(wrong: np.ndarray) -> None:
    with pytest.raises(DrawingError, match=r"Expected .*found"):
        center_digit(wrong)
