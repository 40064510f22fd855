import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from mnist_core.evaluation.label_issues import accuracy_without, count_disagreements, is_disputed, label_issues_table

Y_TRUE = np.array([0, 1, 2, 3, 4, 5, 6, 7], dtype=np.uint8)
Y_PREDS = {
    "a": np.array([9, 1, 2, 3, 4, 5, 6, 7], dtype=np.uint8),  # wrong about 0
    "b": np.array([9, 9, 2, 3, 4, 5, 6, 7], dtype=np.uint8),  # wrong about 0, 1
    "c": np.array([9, 9, 9, 3, 4, 5, 6, 7], dtype=np.uint8),  # wrong about 0, 1, 2
}
LABEL_ISSUES = {"a": np.array([0]), "b": np.array([1, 0]), "c": np.array([1, 2])}


def row(table, name):
    return table.set_index("name").loc[name]


def test_votes_are_counted_against_the_label():
    assert count_disagreements(Y_TRUE, Y_PREDS.values()).tolist() == [3, 2, 1, 0, 0, 0, 0, 0]
    assert count_disagreements(Y_TRUE, []).tolist() == [0] * 8


@pytest.mark.parametrize(
    ("by", "single_classifiers", "expected"),
    [
        ("any", 3, [False, True, True, True]),
        ("most", 3, [False, False, True, True]),
        ("all", 3, [False, False, False, True]),
        ("most", 4, [False, False, False, True]),
        ("all", 4, [False, False, False, False]),
    ],
)
def test_a_label_is_disputed_by_any_most_or_all(by, single_classifiers, expected):
    assert is_disputed(np.array([0, 1, 2, 3]), single_classifiers, by).tolist() == expected


def test_the_judges_suspects_are_left_out_for_everybody():
    table = accuracy_without(Y_TRUE, Y_PREDS, LABEL_ISSUES, "b")
    assert table["name"].tolist() == ["a", "b", "c"]
    assert table["all"].tolist() == [7 / 8, 6 / 8, 5 / 8]
    assert table["judged"].tolist() == [1, 1, 5 / 6]
    assert table["judged_digits"].tolist() == [6, 6, 6]


def test_what_most_other_judges_suspect_is_left_out_whatever_the_classifier_says():
    table = accuracy_without(Y_TRUE, Y_PREDS, LABEL_ISSUES, "b")
    # Of two others more than half is both: b and c agree about 1, a and c about none, a and b about 0.
    assert table["others_digits"].tolist() == [7, 8, 7]
    assert table["others"].tolist() == [6 / 7, 6 / 8, 5 / 7]


def test_intervals_are_those_of_statsmodels():
    judged = row(accuracy_without(Y_TRUE, Y_PREDS, LABEL_ISSUES, "b"), "c")
    expected = proportion_confint(5, 6, method="wilson")
    assert (judged["judged_low"], judged["judged_high"]) == pytest.approx(expected)


def test_without_another_judge_there_is_no_second_figure():
    table = accuracy_without(Y_TRUE, Y_PREDS, {"b": LABEL_ISSUES["b"]}, "b")
    assert np.isnan(row(table, "b")["others"])
    assert row(table, "b")["others_digits"] == 0
    assert row(table, "a")["others"] == 1


def test_without_suspects_nothing_changes():
    nobody = {name: np.empty(0, dtype=np.int32) for name in Y_PREDS}
    table = accuracy_without(Y_TRUE, Y_PREDS, nobody, "a")
    assert table["judged"].tolist() == table["others"].tolist() == table["all"].tolist()


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_ones_own_suspects_have_no_say_in_the_second_figure_and_flatter_in_the_first(seed):
    rng = np.random.default_rng(seed)
    y_true = rng.integers(0, 10, 60)
    y_preds = {name: np.where(rng.random(60) < 0.7, y_true, rng.integers(0, 10, 60)) for name in "abcd"}
    mistakes = {name: np.flatnonzero(y_pred != y_true) for name, y_pred in y_preds.items()}
    found = {name: rng.permutation(wrong)[: len(wrong) // 2] for name, wrong in mistakes.items()}
    before = row(accuracy_without(y_true, y_preds, found, "a"), "a")
    assert before["judged"] >= before["all"]
    after = row(accuracy_without(y_true, y_preds, found | {"a": mistakes["a"]}, "a"), "a")
    assert (after["others"], after["others_digits"]) == (before["others"], before["others_digits"])


def test_suspects_table_keeps_the_order_and_holds_every_vote():
    proba = np.full((8, 10), 0.123456, dtype=np.float16)
    table = label_issues_table(
        LABEL_ISSUES["b"], Y_TRUE, Y_PREDS, judge="b", proba=proba, split="test", single_classifiers="abc"
    )
    assert table["index"].tolist() == [1, 0]
    assert table["label"].tolist() == [1, 0]
    assert table["judge says"].tolist() == [9, 9]
    assert table["votes against"].tolist() == [2, 3]
    assert table["probability of the label"].tolist() == [0.123, 0.123]
    assert table[["a", "b", "c"]].to_numpy().tolist() == [[1, 9, 9], [9, 9, 9]]
    assert set(table["split"]) == {"test"}
    table = label_issues_table(
        LABEL_ISSUES["b"], Y_TRUE, Y_PREDS, judge="b", proba=proba, split="test", single_classifiers="ab"
    )
    assert table["votes against"].tolist() == [1, 2]
    assert table[["a", "b", "c"]].to_numpy().tolist() == [[1, 9, 9], [9, 9, 9]]


def test_a_vote_has_no_say_in_the_second_figure_nor_have_its_members_in_its_own():
    y_preds, found = Y_PREDS | {"vote": Y_PREDS["c"]}, LABEL_ISSUES | {"vote": np.array([0, 1, 2])}
    table = accuracy_without(Y_TRUE, y_preds, found, "vote", members={"vote": ("a", "b")})
    without = accuracy_without(Y_TRUE, Y_PREDS, LABEL_ISSUES, "b")
    for name in Y_PREDS:
        assert row(table, name)["others_digits"] == row(without, name)["others_digits"]
    assert row(table, "vote")["others_digits"] == 8 - len(LABEL_ISSUES["c"])
    assert row(table, "vote")["judged_digits"] == 5
