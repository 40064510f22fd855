"""Texts that several figures share."""

import pytest

from mnist_core.figures import wording


@pytest.mark.parametrize(("count", "text"), [(0, "0 digits"), (1, "1 digit"), (1028, "1,028 digits")])
def test_digits_have_a_singular_and_a_plural(count, text):
    assert wording.count_digits(count) == text


def test_a_confidence_interval_is_in_percent_with_two_decimals():
    assert wording.confidence_interval(0.9705, 0.97364) == "95 % CI 97.05 to 97.36"


def test_a_title_in_sentence_case_keeps_its_other_letters():
    assert wording.sentence_case("rotation (degrees)") == "Rotation (degrees)"
    assert wording.sentence_case("F1") == "F1"
    assert wording.sentence_case("") == ""
