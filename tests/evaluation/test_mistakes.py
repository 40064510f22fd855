"""Misclassified samples: selection, order and table."""

import numpy as np
import pytest

from mnist_core.evaluation.mistakes import (
    confidence_and_margin,
    find_mistakes,
    most_confident_mistakes,
    predictions_table,
    sort_digits,
)

Y_TRUE = np.array([9, 9, 4, 9, 1], dtype=np.uint8)
Y_PRED = np.array([4, 9, 9, 4, 1], dtype=np.uint8)


@pytest.mark.parametrize(("predicted", "expected"), [(None, [0, 2, 3]), (4, [0, 3]), (9, [2]), (1, [])])
def test_find_mistakes_returns_wrong_predictions_of_the_given_class(predicted, expected):
    assert np.flatnonzero(find_mistakes(Y_TRUE, Y_PRED, predicted=predicted)).tolist() == expected


def test_find_mistakes_accepts_several_classifiers():
    both = np.stack([Y_PRED, Y_TRUE])
    found = find_mistakes(Y_TRUE, both)
    assert found.shape == (2, 5)
    np.testing.assert_array_equal(found[0], find_mistakes(Y_TRUE, Y_PRED))
    assert not found[1].any()


def test_confidence_and_margin_are_the_top_two_of_a_full_sort():
    proba = np.random.default_rng(0).dirichlet(np.ones(10), size=200)
    confidence, margin = confidence_and_margin(proba)
    ordered = np.sort(proba, axis=1)
    np.testing.assert_allclose(confidence, ordered[:, -1])
    np.testing.assert_allclose(margin, ordered[:, -1] - ordered[:, -2])


def test_most_confident_mistakes_ignore_classifiers_that_are_correct():
    mistaken = np.array([[True, False, False], [True, True, False]])
    confidence = np.array([[0.6, 0.99, 0.9], [0.8, 0.5, 0.9]])
    margin = np.array([[0.3, 0.01, 0.8], [0.7, 0.2, 0.8]])
    classifier, highest, smallest = most_confident_mistakes(mistaken, confidence, margin)
    assert classifier[:2].tolist() == [1, 1]
    assert highest.tolist() == [0.8, 0.5, -np.inf]
    assert smallest.tolist() == [0.3, 0.2, np.inf]


@pytest.mark.parametrize(
    ("by", "expected"), [("confidence", [2, 0, 3, 1]), ("margin", [0, 3, 1, 2]), ("index", [0, 1, 2, 3])]
)
def test_sort_digits_sorts_by_confidence_margin_or_index(by, expected):
    confidence, margin = np.array([0.6, 0.5, 0.9, 0.6]), np.array([0.2, 0.25, 0.8, 0.2])
    order = sort_digits(np.array([3, 2, 1, 0]), by, confidence=confidence, margin=margin)
    assert order.tolist() == expected


def test_predictions_table_has_the_prediction_and_probability_of_each_classifier():
    proba = np.full((5, 10), 0.01, dtype=np.float32)
    proba[np.arange(5), Y_PRED] = 0.91
    table = predictions_table([3, 0], Y_TRUE, {"sgd": Y_PRED}, {"sgd": proba})
    assert table.columns.tolist() == ["index", "true", "sgd", "sgd probability"]
    assert table.to_numpy().tolist() == [[3, 9, 4, pytest.approx(0.91)], [0, 9, 4, pytest.approx(0.91)]]
