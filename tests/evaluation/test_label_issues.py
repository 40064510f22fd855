"""Suspected label errors: disagreements, accuracies without them, and their table."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from mnist_core.evaluation.label_issues import (
    accuracy_without,
    count_disagreements,
    has_disagreement,
    label_issues_table,
)

Y_TRUE = np.array([0, 1, 2, 3, 4, 5, 6, 7], dtype=np.uint8)
Y_PREDS = {
    "a": np.array([9, 1, 2, 3, 4, 5, 6, 7], dtype=np.uint8),  # wrong about 0
    "b": np.array([9, 9, 2, 3, 4, 5, 6, 7], dtype=np.uint8),  # wrong about 0, 1
    "c": np.array([9, 9, 9, 3, 4, 5, 6, 7], dtype=np.uint8),  # wrong about 0, 1, 2
}
LABEL_ISSUES = {"a": np.array([0]), "b": np.array([1, 0]), "c": np.array([1, 2])}


def row(table, name):
    return table.set_index("name").loc[name]


def test_disagreements_with_each_label_are_counted():
    assert count_disagreements(Y_TRUE, Y_PREDS.values()).tolist() == [3, 2, 1, 0, 0, 0, 0, 0]
    assert count_disagreements(Y_TRUE, []).tolist() == [0] * 8


@pytest.mark.parametrize(
    ("by", "n_classifiers", "expected"),
    [
        ("any", 3, [False, True, True, True]),
        ("most", 3, [False, False, True, True]),
        ("all", 3, [False, False, False, True]),
        ("most", 4, [False, False, False, True]),
        ("all", 4, [False, False, False, False]),
    ],
)
def test_any_most_or_all_classifiers_disagree(by, n_classifiers, expected):
    assert has_disagreement(np.array([0, 1, 2, 3]), n_classifiers, by).tolist() == expected


def test_label_issues_of_the_selected_classifier_are_left_out_for_all_classifiers():
    table = accuracy_without(Y_TRUE, Y_PREDS, LABEL_ISSUES, "b")
    assert table["name"].tolist() == ["a", "b", "c"]
    assert table["all"].tolist() == [7 / 8, 6 / 8, 5 / 8]
    assert table["without_selected"].tolist() == [1, 1, 5 / 6]
    assert table["without_selected_digits"].tolist() == [6, 6, 6]


def test_samples_listed_by_most_other_classifiers_are_left_out():
    table = accuracy_without(Y_TRUE, Y_PREDS, LABEL_ISSUES, "b")
    # Each classifier has two others, so "most" means both: b and c list 1, a and c nothing in common, a and b list 0.
    assert table["without_others_digits"].tolist() == [7, 8, 7]
    assert table["without_others"].tolist() == [6 / 7, 6 / 8, 5 / 7]


def test_intervals_match_statsmodels():
    found = row(accuracy_without(Y_TRUE, Y_PREDS, LABEL_ISSUES, "b"), "c")
    expected = proportion_confint(5, 6, method="wilson")
    assert (found["without_selected_low"], found["without_selected_high"]) == pytest.approx(expected)


def test_accuracy_without_others_is_nan_without_another_cross_validated_classifier():
    table = accuracy_without(Y_TRUE, Y_PREDS, {"b": LABEL_ISSUES["b"]}, "b")
    assert np.isnan(row(table, "b")["without_others"])
    assert row(table, "b")["without_others_digits"] == 0
    assert row(table, "a")["without_others"] == 1


def test_without_label_issues_all_accuracies_are_equal():
    no_issues = {name: np.empty(0, dtype=np.int32) for name in Y_PREDS}
    table = accuracy_without(Y_TRUE, Y_PREDS, no_issues, "a")
    assert table["without_selected"].tolist() == table["without_others"].tolist() == table["all"].tolist()


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_label_issues_of_a_classifier_raise_only_its_accuracy_without_selected(seed):
    rng = np.random.default_rng(seed)
    y_true = rng.integers(0, 10, 60)
    y_preds = {name: np.where(rng.random(60) < 0.7, y_true, rng.integers(0, 10, 60)) for name in "abcd"}
    mistakes = {name: np.flatnonzero(y_pred != y_true) for name, y_pred in y_preds.items()}
    found = {name: rng.permutation(wrong)[: len(wrong) // 2] for name, wrong in mistakes.items()}
    before = row(accuracy_without(y_true, y_preds, found, "a"), "a")
    assert before["without_selected"] >= before["all"]
    after = row(accuracy_without(y_true, y_preds, found | {"a": mistakes["a"]}, "a"), "a")
    assert (after["without_others"], after["without_others_digits"]) == (
        before["without_others"],
        before["without_others_digits"],
    )


def test_the_table_keeps_the_order_and_has_the_predictions_of_every_classifier():
    proba = np.full((8, 10), 0.123456, dtype=np.float16)
    table = label_issues_table(
        LABEL_ISSUES["b"], Y_TRUE, Y_PREDS, classifier="b", proba=proba, split="test", single_classifiers="abc"
    )
    assert table["index"].tolist() == [1, 0]
    assert table["label"].tolist() == [1, 0]
    assert table["predicted"].tolist() == [9, 9]
    assert table["disagreements"].tolist() == [2, 3]
    assert table["probability of the label"].tolist() == [0.123, 0.123]
    assert table[["a", "b", "c"]].to_numpy().tolist() == [[1, 9, 9], [9, 9, 9]]
    assert set(table["split"]) == {"test"}
    table = label_issues_table(
        LABEL_ISSUES["b"], Y_TRUE, Y_PREDS, classifier="b", proba=proba, split="test", single_classifiers="ab"
    )
    assert table["disagreements"].tolist() == [1, 2]
    assert table[["a", "b", "c"]].to_numpy().tolist() == [[1, 9, 9], [9, 9, 9]]


def test_accuracy_without_others_ignores_the_lists_of_ensembles_and_of_their_members():
    y_preds, found = Y_PREDS | {"ensemble": Y_PREDS["c"]}, LABEL_ISSUES | {"ensemble": np.array([0, 1, 2])}
    table = accuracy_without(Y_TRUE, y_preds, found, "ensemble", members={"ensemble": ("a", "b")})
    without = accuracy_without(Y_TRUE, Y_PREDS, LABEL_ISSUES, "b")
    for name in Y_PREDS:
        assert row(table, name)["without_others_digits"] == row(without, name)["without_others_digits"]
    assert row(table, "ensemble")["without_others_digits"] == 8 - len(LABEL_ISSUES["c"])
    assert row(table, "ensemble")["without_selected_digits"] == 5
