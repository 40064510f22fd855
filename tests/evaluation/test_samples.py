import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mnist_core.evaluation.samples import BY, ORDERS, class_balance, list_digits
from mnist_core.evaluation.shapes import MEASURES, Shapes

labels = st.integers(1, 200).flatmap(lambda n: arrays(np.uint8, n, elements=st.integers(0, 9)))


def made_up(n):
    """Shapes of n digits, all of them different."""
    rng = np.random.default_rng(1)
    moments = {name: np.zeros((10, 28, 28)) for name in ("mean", "variance")}
    return Shapes(**{name: rng.permutation(n).astype(np.float32) for name in MEASURES}, **moments)


@given(labels, st.sampled_from(ORDERS), st.integers(0, 9))
def test_a_class_is_listed_whole_and_in_order(y, order, digit):
    shapes = made_up(len(y))
    found = list_digits(y, order, shapes=shapes, digit=digit)
    assert sorted(found) == np.flatnonzero(y == digit).tolist()
    if order in BY:
        measure, sign = BY[order]
        values = sign * getattr(shapes, measure)[found]
        assert values.tolist() == sorted(values)


@given(labels, st.sampled_from(ORDERS))
def test_all_classes_take_turns_until_the_smallest_is_at_its_end(y, order):
    shapes = made_up(len(y))
    found = list_digits(y, order, shapes=shapes)
    present, counts = np.unique(y, return_counts=True)
    assert y[found].tolist() == present.tolist() * counts.min()
    for digit in present:
        alone = list_digits(y, order, shapes=shapes, digit=int(digit))
        assert found[y[found] == digit].tolist() == alone[: counts.min()].tolist()


def test_a_seed_gives_the_same_digits_again_and_another_one_others():
    y = np.arange(1000).astype(np.uint8) % 10
    first, again, other = (list_digits(y, "random", seed=seed) for seed in (3, 3, 4))
    assert first.tolist() == again.tolist()
    assert first[:40].tolist() != other[:40].tolist()


def test_ties_are_in_order_of_the_index():
    shapes = Shapes(*(np.zeros(5, dtype=np.float32) for _ in MEASURES), *(np.zeros((10, 28, 28)) for _ in range(2)))
    assert list_digits(np.zeros(5, dtype=np.uint8), "oddest", shapes=shapes).tolist() == [0, 1, 2, 3, 4]


def test_an_order_by_a_measure_needs_the_measures():
    with pytest.raises(ValueError, match="Expected shapes to order digits by, for 'oddest', found none"):
        list_digits(np.zeros(3, dtype=np.uint8), "oddest")


@given(labels)
def test_class_balance_counts_every_digit_once(y):
    balance = class_balance({"train": y, "test": y[:1]})
    assert len(balance) == 20
    train = balance[balance["split"] == "train"]
    assert train["digits"].tolist() == [(y == digit).sum() for digit in range(10)]
    np.testing.assert_allclose(train["share"], train["digits"] / len(y))


def test_class_balance_of_no_split_has_its_columns():
    assert class_balance({}).columns.tolist() == ["split", "digit", "digits", "share"]
