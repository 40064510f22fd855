"""Validation of stored JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import pytest
from msgspec import Meta

from mnist_core.base.schema import Count, Number, Positive, Seconds, Share, parse_json, validate


@dataclass(frozen=True)
class Part:
    name: str
    share: Share


@dataclass(frozen=True)
class Whole:
    n: Count
    seconds: Seconds
    temperature: Positive
    parts: Annotated[tuple[Part, ...], Meta(min_length=1)]
    numbers: Mapping[str, Number]
    anything: Any = None
    schema: int = 1


VALID = {
    "n": 3,
    "seconds": 0.5,
    "temperature": 2,
    "parts": [{"name": "a", "share": 1}],
    "numbers": {"epoch": 1, "loss": 1.0},
    "anything": {"list": [1, None, {"deep": 2.5}], "text": "x"},
    "schema": 1,
}


def test_valid_json_is_converted():
    found = validate(VALID, Whole)
    assert found == Whole(3, 0.5, 2.0, (Part("a", 1.0),), {"epoch": 1, "loss": 1.0}, VALID["anything"], 1)
    assert [type(number) for number in found.numbers.values()] == [int, float]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"n": "3"}, "Expected `int`, got `str`, found '3' - at `$.n`"),
        ({"n": True}, "Expected `int`, got `bool`, found True - at `$.n`"),
        ({"n": 3.0}, "Expected `int`, got `float`, found 3.0 - at `$.n`"),
        ({"n": -1}, "Expected `int` >= 0, found -1 - at `$.n`"),
        ({"seconds": False}, "Expected `float`, got `bool`, found False - at `$.seconds`"),
        ({"seconds": float("inf")}, "Expected a finite number, found inf - at `$.seconds`"),
        ({"temperature": 0}, "Expected `float` > 0.0, found 0 - at `$.temperature`"),
        ({"temperature": float("nan")}, "Expected `float` > 0.0, found nan - at `$.temperature`"),
        ({"temperature": None}, "Expected `float`, got `null`, found None - at `$.temperature`"),
        ({"parts": []}, "Expected `array` of length >= 1 - at `$.parts`"),
        ({"parts": {}}, "Expected `array`, got `object` - at `$.parts`"),
        ({"parts": [{"name": "a"}]}, "Object missing required field `share` - at `$.parts[0]`"),
        ({"parts": [{"name": "a", "share": 1.5}]}, "Expected `float` <= 1.0, found 1.5 - at `$.parts[0].share`"),
        ({"parts": [{"name": "a", "share": 1, "b": 0}]}, "Missing or unknown fields: b - at `$.parts[0]`"),
        ({"numbers": {"epoch": True}}, "Expected `int | float`, got `bool` - at `$.numbers[...]`"),
        ({"numbers": {"loss": float("nan")}}, "Expected a finite number, found nan - at `$.numbers.loss`"),
        ({"anything": [{"x": float("-inf")}]}, "Expected a finite number, found -inf - at `$.anything[0].x`"),
        ({"other": 1}, "Missing or unknown fields: other - at `$`"),
    ],
)
def test_the_error_for_invalid_json_states_the_expected_and_the_found_value(changes, message):
    with pytest.raises(ValueError, match="- at `") as refusal:
        validate(VALID | changes, Whole)
    assert str(refusal.value) == message


@pytest.mark.parametrize("field", VALID)
def test_a_missing_field_is_refused_even_if_it_has_a_default(field):
    with pytest.raises(ValueError, match=rf"(M|m)issing .*\b{field}\b"):
        validate({name: value for name, value in VALID.items() if name != field}, Whole)


def test_the_path_in_an_error_starts_at_the_position_of_the_value():
    with pytest.raises(ValueError, match=r"found 2 - at `\$\.parts\.a\.share`"):
        validate({"name": "a", "share": 2}, Part, at="$.parts.a")


@pytest.mark.parametrize("data", [b"", b"{", b"\xff\xfe", b"[" * 100_000])
def test_text_that_is_not_json_is_refused(data):
    with pytest.raises(ValueError, match=r"."):
        parse_json(data)


def test_values_that_are_nested_too_deeply_are_refused():
    deep: Any = 0
    for _ in range(5_000):
        deep = [deep]
    with pytest.raises(ValueError, match="nested too deeply"):
        validate(VALID | {"anything": deep}, Whole)
