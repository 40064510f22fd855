"""Hyperparameters: display names, values as text, and changes parsed, checked and found."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_core.base.errors import TrainingError
from mnist_core.classifiers.hyperparameters import (
    _DISPLAY_NAMES,
    changes_of,
    check_changes,
    describe_changes,
    display_name,
    parse_change,
    value_text,
)
from mnist_core.classifiers.registry import hyperparameters_for, list_classifiers, search_space_of

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(VALUES)
def test_a_json_value_is_parsed_unchanged(value):
    assert parse_change(f"name={json.dumps(value)}") == ("name", value)


@pytest.mark.parametrize(
    ("text", "value"), [("C=0.1", 0.1), ("C=a=b", "a=b"), ("C=NaN", "NaN"), ("C=", ""), ("C=None", "None")]
)
def test_text_that_is_not_json_stays_text(text, value):
    assert parse_change(text) == ("C", value)


@pytest.mark.parametrize("text", ["", "C", "=3", " =3"])
def test_a_change_without_a_name_or_a_value_is_refused(text):
    with pytest.raises(ValueError, match="expected NAME=VALUE"):
        parse_change(text)


@pytest.mark.parametrize("dataset", ["mnist", "digits"])
@pytest.mark.parametrize("name", list_classifiers())
def test_every_value_of_every_search_space_is_accepted(name, dataset):
    present = hyperparameters_for(name, dataset)
    check_changes(name, dataset, present)
    assert changes_of(name, dataset, json.loads(json.dumps(present))) == {}
    for key, values in search_space_of(name).items():
        for value in values:
            check_changes(name, dataset, {key: value})
            found = changes_of(name, dataset, json.loads(json.dumps({**present, key: value})))
            assert found == ({} if value == present[key] else {key: json.loads(json.dumps(value))})


@pytest.mark.parametrize(
    ("name", "changes", "message"),
    [
        ("logistic", {"D": 1, "A": 1}, "no hyperparameter A, D. It has: C, max_iter, tol"),
        ("logistic", {"C": True}, "Expected C of logistic to be a number, such as 1.0, found true"),
        ("logistic", {"C": None}, "found null"),
        ("mlp", {"hidden": 800}, r"Expected hidden of mlp to be a list, such as \[512, 256\], found 800"),
        ("sgd", {"average": 1}, "to be true or false, such as true, found 1"),
    ],
)
def test_the_error_for_an_invalid_change_states_what_is_expected(name, changes, message):
    with pytest.raises(TrainingError, match=message):
        check_changes(name, "mnist", changes)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1e-5, "1e-05"),
        (0.03, "0.03"),
        (10.0, "10"),
        (2000, "2,000"),
        (True, "on"),
        (False, "off"),
        ([512, 256], "512-256"),
        ([], "none"),
        ({"rotate": 10, "shear": 0.1}, "rotate 10 shear 0.1"),
        ({}, "none"),
        (None, "none"),
        ("sqrt", "sqrt"),
    ],
)
def test_a_value_is_written_as_text(value, text):
    assert value_text(value) == text


def test_changes_are_described_in_one_line_with_display_names():
    assert describe_changes({"C": 0.1, "learning_rate": 5e-4}) == "C 0.1, learning rate 0.0005"
    assert describe_changes({"hidden": [800], "views": 5}) == "hidden layers 800, test-time augmentation 5"
    assert describe_changes({}) == ""


@pytest.mark.parametrize("name", list_classifiers())
def test_every_hyperparameter_has_a_display_name_in_sentence_case(name):
    for key in hyperparameters_for(name, "mnist"):
        shown = display_name(key)
        assert shown in _DISPLAY_NAMES.values()
        assert shown[0].isupper()
        assert "_" not in shown


def test_display_names_differ_from_each_other():
    assert len(set(_DISPLAY_NAMES.values())) == len(_DISPLAY_NAMES)
    assert (display_name("hidden"), display_name("columns")) == ("Hidden layers", "Networks")


def test_the_display_name_of_an_unknown_hyperparameter_is_derived_from_its_key():
    assert display_name("warm_up_steps") == "Warm up steps"
