"""Formatting of numbers and names."""

import pytest

from pages.widgets import formatting


@pytest.mark.parametrize(
    ("value", "text"),
    [(8.1e-6, "8.1 µs"), (0.00052, "0.52 ms"), (0.244, "244 ms"), (14.61, "14.6 s"), (192, "3 min 12 s")],
)
def test_a_duration_is_formatted_in_the_unit_of_its_magnitude(value, text):
    assert formatting.seconds(value) == text


@pytest.mark.parametrize(
    ("probability", "text"), [(1.0, "> 99.9 %"), (0.99999, "> 99.9 %"), (0.9994, "99.9 %"), (0.305, "30.5 %")]
)
def test_a_confidence_is_never_formatted_as_100_percent(probability, text):
    assert formatting.confidence(probability) == text


@pytest.mark.parametrize(("count", "text"), [(0, "0 digits"), (1, "1 digit"), (10_000, "10,000 digits")])
def test_a_number_of_digits_has_singular_and_plural(count, text):
    assert formatting.digits(count) == text


@pytest.mark.parametrize(
    ("names", "text"),
    [(["A"], "**A**"), (["A", "B"], "**A** and **B**"), (["A, B", "C", "D"], "**A, B**, **C** and **D**")],
)
def test_listed_names_are_bold_because_they_may_contain_commas(names, text):
    assert formatting.listed(names) == text


def test_an_accuracy_is_formatted_with_its_interval():
    assert formatting.percent_interval(0.9705, 10_000) == "97.05 % (96.70 to 97.36)"


@pytest.mark.parametrize(("pair", "text"), [((1, 1), "1"), ((2, 3), "2–3")])
def test_different_ranks_are_formatted_as_a_range(pair, text):
    assert formatting.ranks(*pair) == text


@pytest.mark.parametrize(("share", "text"), [(0.01239, "+1.24"), (-0.0005, "−0.05"), (0.0, "0.00"), (-1e-9, "0.00")])
def test_a_difference_is_formatted_in_points_with_its_sign(share, text):
    assert formatting.points(share) == text
