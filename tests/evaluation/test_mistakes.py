import numpy as np
import pytest

from mnist_core.evaluation.mistakes import select_digits, sort_digits, votes_table

Y_TRUE = np.array([9, 9, 4, 9, 1], dtype=np.uint8)
Y_PRED = np.array([4, 9, 9, 4, 1], dtype=np.uint8)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, [0, 1, 2, 3, 4]),
        ({"true": 9}, [0, 1, 3]),
        ({"predicted": 9}, [1, 2]),
        ({"true": 9, "predicted": 4}, [0, 3]),
        ({"among": Y_TRUE != Y_PRED}, [0, 2, 3]),
        ({"true": 0}, []),
    ],
)
def test_select_digits_keeps_what_fits_every_filter(filters, expected):
    assert select_digits(Y_TRUE, Y_PRED, **filters).tolist() == expected


def test_select_digits_leaves_the_mask_it_was_given_as_it_was():
    mask = Y_TRUE != Y_PRED
    before = mask.copy()
    select_digits(Y_TRUE, Y_PRED, true=9, among=mask)
    np.testing.assert_array_equal(mask, before)


def test_sort_digits_by_confidence_margin_or_index():
    proba = np.zeros((4, 10), dtype=np.float32)
    proba[0, :2], proba[1, :3], proba[2, :2], proba[3, :2] = (0.6, 0.4), (0.5, 0.25, 0.25), (0.9, 0.1), (0.6, 0.4)
    indices = np.array([3, 2, 1, 0])
    assert sort_digits(indices, proba, "confidence").tolist() == [2, 0, 3, 1]
    assert sort_digits(indices, proba, "margin").tolist() == [0, 3, 1, 2]
    assert sort_digits(indices, proba, "index").tolist() == [0, 1, 2, 3]


def test_votes_table_says_what_each_classifier_said_and_how_sure_it_was():
    proba = np.full((5, 10), 0.01, dtype=np.float32)
    proba[np.arange(5), Y_PRED] = 0.91
    table = votes_table([3, 0], Y_TRUE, {"sgd": Y_PRED}, {"sgd": proba})
    assert table.columns.tolist() == ["index", "true", "sgd", "sgd probability"]
    assert table.to_numpy().tolist() == [[3, 9, 4, pytest.approx(0.91)], [0, 9, 4, pytest.approx(0.91)]]
