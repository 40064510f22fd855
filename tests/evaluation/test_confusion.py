import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn import metrics

from mnist_core.evaluation.confusion import class_report, confused_pairs, confusion_matrix, normalise

labels = st.integers(1, 300).flatmap(
    lambda n: st.tuples(*(arrays(np.uint8, n, elements=st.integers(0, 9)) for _ in range(2)))
)


@given(labels)
def test_confusion_matrix_is_that_of_scikit_learn(pair):
    y_true, y_pred = pair
    expected = metrics.confusion_matrix(y_true, y_pred, labels=range(10))
    np.testing.assert_array_equal(confusion_matrix(y_true, y_pred), expected)


@given(labels, st.randoms(use_true_random=False))
def test_confusion_matrix_sums_to_n_and_the_order_of_digits_changes_nothing(pair, random):
    y_true, y_pred = pair
    matrix = confusion_matrix(y_true, y_pred)
    assert matrix.sum() == len(y_true)
    assert matrix.trace() == (y_true == y_pred).sum()
    order = list(range(len(y_true)))
    random.shuffle(order)
    np.testing.assert_array_equal(confusion_matrix(y_true[order], y_pred[order]), matrix)


@given(labels)
def test_class_report_is_that_of_scikit_learn(pair):
    y_true, y_pred = pair
    report = class_report(confusion_matrix(y_true, y_pred))
    expected = metrics.precision_recall_fscore_support(y_true, y_pred, labels=range(10), zero_division=0)
    for column, values in zip(("precision", "recall", "f1", "support"), expected, strict=True):
        np.testing.assert_allclose(report[column], values, err_msg=column)


@pytest.mark.parametrize(("by", "sklearns"), [("row", "true"), ("column", "pred")])
def test_normalise_is_that_of_scikit_learn(by, sklearns):
    y_true, y_pred = np.random.default_rng(0).integers(0, 10, (2, 500))
    expected = metrics.confusion_matrix(y_true, y_pred, normalize=sklearns)
    np.testing.assert_allclose(normalise(confusion_matrix(y_true, y_pred), by), expected)


def test_normalise_gives_0_for_a_digit_that_never_occurs():
    assert normalise(np.zeros((10, 10), dtype=int), "row").sum() == 0


def test_confused_pairs_are_the_wrong_cells_most_digits_first():
    matrix = np.diag([10] * 10)
    matrix[9, 4], matrix[4, 9], matrix[7, 2] = 3, 5, 3
    pairs = confused_pairs(matrix)
    assert pairs[["true", "predicted", "digits"]].to_numpy().tolist() == [[4, 9, 5], [7, 2, 3], [9, 4, 3]]
    assert pairs["share"].tolist() == pytest.approx([5 / 15, 3 / 13, 3 / 13])


def test_confused_pairs_of_a_perfect_classifier_are_none():
    assert confused_pairs(np.diag([3] * 10)).empty
