"""Confusion matrices and classification reports, compared with scikit-learn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn import metrics
from statsmodels.stats.proportion import proportion_confint

from mnist_core.evaluation.confusion import (
    class_report,
    confused_pairs,
    confusion_matrix,
    mistakes_per_digit,
    normalise,
    report_averages,
    report_intervals,
)

labels = st.integers(1, 300).flatmap(
    lambda n: st.tuples(*(arrays(np.uint8, n, elements=st.integers(0, 9)) for _ in range(2)))
)


@given(labels)
def test_confusion_matrix_matches_scikit_learn(pair):
    y_true, y_pred = pair
    expected = metrics.confusion_matrix(y_true, y_pred, labels=range(10))
    np.testing.assert_array_equal(confusion_matrix(y_true, y_pred), expected)


@given(labels, st.randoms(use_true_random=False))
def test_confusion_matrix_sums_to_n_and_is_independent_of_the_order_of_samples(pair, random):
    y_true, y_pred = pair
    matrix = confusion_matrix(y_true, y_pred)
    assert matrix.sum() == len(y_true)
    assert matrix.trace() == (y_true == y_pred).sum()
    order = list(range(len(y_true)))
    random.shuffle(order)
    np.testing.assert_array_equal(confusion_matrix(y_true[order], y_pred[order]), matrix)


@given(labels)
def test_class_report_matches_scikit_learn(pair):
    y_true, y_pred = pair
    report = class_report(confusion_matrix(y_true, y_pred))
    expected = metrics.precision_recall_fscore_support(y_true, y_pred, labels=range(10), zero_division=0)
    for column, values in zip(("precision", "recall", "f1", "support"), expected, strict=True):
        np.testing.assert_allclose(report[column], values, err_msg=column)


def test_mistakes_per_digit_are_counted_for_each_true_class():
    y_true, a, b = np.random.default_rng(0).integers(0, 10, (3, 200))
    report = mistakes_per_digit(confusion_matrix(y_true, a), confusion_matrix(y_true, b))
    for digit in range(10):
        wrong_a, wrong_b = (sum((y_true == digit) & (y_pred != digit)) for y_pred in (a, b))
        assert report.loc[digit].tolist() == [wrong_a, wrong_b, wrong_a - wrong_b, sum(y_true == digit)]


@pytest.mark.parametrize(("by", "sklearn_value"), [("row", "true"), ("column", "pred")])
def test_normalise_matches_scikit_learn(by, sklearn_value):
    y_true, y_pred = np.random.default_rng(0).integers(0, 10, (2, 500))
    expected = metrics.confusion_matrix(y_true, y_pred, normalize=sklearn_value)
    np.testing.assert_allclose(normalise(confusion_matrix(y_true, y_pred), by), expected)


def test_normalise_returns_0_for_an_empty_row():
    assert normalise(np.zeros((10, 10), dtype=int), "row").sum() == 0


def test_confused_pairs_are_the_cells_off_the_diagonal_sorted_by_count():
    matrix = np.diag([10] * 10)
    matrix[9, 4], matrix[4, 9], matrix[7, 2] = 3, 5, 3
    pairs = confused_pairs(matrix)
    assert pairs[["true", "predicted", "digits"]].to_numpy().tolist() == [[4, 9, 5], [7, 2, 3], [9, 4, 3]]
    assert pairs["share"].tolist() == pytest.approx([5 / 15, 3 / 13, 3 / 13])


def test_a_perfect_classifier_has_no_confused_pairs():
    assert confused_pairs(np.diag([3] * 10)).empty


@given(labels)
def test_averages_of_the_report_match_scikit_learn(pair):
    y_true, y_pred = pair
    report = report_averages(confusion_matrix(y_true, y_pred))
    assert report.index.tolist() == ["micro", "macro", "weighted"]
    for average in report.index:
        expected = metrics.precision_recall_fscore_support(
            y_true, y_pred, labels=range(10), average=average, zero_division=0
        )
        found = report.loc[average, ["precision", "recall", "f1"]]
        np.testing.assert_allclose(found, expected[:3], err_msg=average)
    assert (report["support"] == len(y_true)).all()


def test_the_intervals_of_the_report_match_statsmodels():
    y_true, y_pred = np.random.default_rng(0).integers(0, 10, (2, 500))
    matrix = confusion_matrix(y_true, y_pred)
    intervals = report_intervals(matrix)
    for name, totals in (("recall", matrix.sum(axis=1)), ("precision", matrix.sum(axis=0))):
        low, high = proportion_confint(np.diag(matrix), totals, method="wilson")
        np.testing.assert_allclose(intervals[f"{name}_low"], low, atol=1e-9)
        np.testing.assert_allclose(intervals[f"{name}_high"], high, atol=1e-9)


def test_a_class_that_does_not_occur_has_no_interval():
    assert report_intervals(np.zeros((10, 10), dtype=int)).isna().all(axis=None)
