"""Lists of digits and class balance."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mnist_core.evaluation.samples import BY, ORDERS, class_balance, list_digits
from mnist_core.evaluation.shapes import MEASURES, Shapes

labels = st.integers(1, 200).flatmap(lambda n: arrays(np.uint8, n, elements=st.integers(0, 9)))


def distinct_shapes(n):
    """Return shapes of n samples, all with different measures."""
    rng = np.random.default_rng(1)
    moments = {name: np.zeros((10, 28, 28)) for name in ("mean", "variance")}
    return Shapes(**{name: rng.permutation(n).astype(np.float32) for name in MEASURES}, **moments)


@given(labels, st.sampled_from(ORDERS), st.integers(0, 9))
def test_a_class_is_listed_completely_and_in_order(y, order, digit):
    shapes = distinct_shapes(len(y))
    found = list_digits(y, order, shapes=shapes, digit=digit)
    assert sorted(found) == np.flatnonzero(y == digit).tolist()
    if order in BY:
        measure, sign = BY[order]
        values = sign * getattr(shapes, measure)[found]
        assert values.tolist() == sorted(values)


@given(labels, st.sampled_from(ORDERS))
def test_all_classes_alternate_until_the_smallest_class_ends(y, order):
    shapes = distinct_shapes(len(y))
    found = list_digits(y, order, shapes=shapes)
    present, counts = np.unique(y, return_counts=True)
    assert y[found].tolist() == present.tolist() * counts.min()
    for digit in present:
        alone = list_digits(y, order, shapes=shapes, digit=int(digit))
        assert found[y[found] == digit].tolist() == alone[: counts.min()].tolist()


def test_the_random_order_depends_on_the_seed():
    y = np.arange(1000).astype(np.uint8) % 10
    first, again, other = (list_digits(y, "random", seed=seed) for seed in (3, 3, 4))
    assert first.tolist() == again.tolist()
    assert first[:40].tolist() != other[:40].tolist()


def test_ties_are_sorted_by_index():
    shapes = Shapes(*(np.zeros(5, dtype=np.float32) for _ in MEASURES), *(np.zeros((10, 28, 28)) for _ in range(2)))
    assert list_digits(np.zeros(5, dtype=np.uint8), "oddest", shapes=shapes).tolist() == [0, 1, 2, 3, 4]


def test_an_order_by_a_measure_without_shapes_is_an_error():
    with pytest.raises(ValueError, match="Expected shapes for the order 'oddest', found none"):
        list_digits(np.zeros(3, dtype=np.uint8), "oddest")


@given(labels)
def test_class_balance_counts_every_sample_once(y):
    balance = class_balance({"train": y, "test": y[:1]})
    assert len(balance) == 20
    train = balance[balance["split"] == "train"]
    assert train["digits"].tolist() == [(y == digit).sum() for digit in range(10)]
    np.testing.assert_allclose(train["share"], train["digits"] / len(y))


def test_class_balance_without_splits_has_columns_and_no_rows():
    assert class_balance({}).columns.tolist() == ["split", "digit", "digits", "share"]
