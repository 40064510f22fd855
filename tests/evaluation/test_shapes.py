"""Shapes of all digits of a split."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_core.evaluation.shapes import MEASURES, compare_with_class, measure_shapes, moments_table


@given(st.randoms(use_true_random=False))
def test_measures_are_independent_of_the_order_of_samples(strokes, random):
    images, labels = strokes
    order = list(range(len(images)))
    random.shuffle(order)
    original, shuffled = measure_shapes(images, labels), measure_shapes(images[order], labels[order])
    for measure in MEASURES:
        np.testing.assert_allclose(
            getattr(shuffled, measure), getattr(original, measure)[order], rtol=1e-3, atol=1e-4, err_msg=measure
        )
    np.testing.assert_allclose(shuffled.mean, original.mean, atol=1e-6)


def test_compare_with_class_returns_the_value_median_and_share_below(strokes):
    images, labels = strokes
    found = measure_shapes(images, labels)
    thickest = int(np.where(labels == 1, found.thickness, 0).argmax())
    row = compare_with_class(found, labels, thickest).set_index("measure").loc["thickness"]
    assert row["value"] == found.thickness[thickest]
    assert row["class_median"] == pytest.approx(np.median(found.thickness[labels == 1]))
    assert row["below"] == pytest.approx(19 / 20)


def test_moments_table_has_one_row_per_class_and_pixel(strokes):
    found = measure_shapes(*strokes)
    table = moments_table(found)
    assert len(table) == 10 * 28 * 28
    row = table[(table["digit"] == 2) & (table["row"] == 14) & (table["column"] == 13)].iloc[0]
    assert row["mean"] == found.mean[2, 14, 13]
    assert row["variance"] == found.variance[2, 14, 13]


def test_shapes_are_read_only(strokes):
    with pytest.raises(ValueError, match="read-only"):
        measure_shapes(*strokes).ink[0] = 0


def test_measuring_reports_its_progress(strokes):
    shares = []
    measure_shapes(*strokes, progress=lambda _, share: shares.append(share))
    assert shares == sorted(shares)
    assert 0 <= shares[0] < shares[-1] < 1
