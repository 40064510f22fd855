"""Stored JSON, decoded and validated against type annotations with msgspec."""

import json
import math
import re
import reprlib
from dataclasses import fields, is_dataclass
from typing import Annotated, Any, TypeVar

import msgspec

T = TypeVar("T")

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
"""A proportion in 0..1, such as an accuracy."""
Seconds = Annotated[float, msgspec.Meta(ge=0)]
Positive = Annotated[float, msgspec.Meta(gt=0)]
Count = Annotated[int, msgspec.Meta(ge=0)]
PositiveCount = Annotated[int, msgspec.Meta(ge=1)]
Number = int | float
"""A number that keeps the type it has in the file, where `float` would turn 1 into 1.0."""


def parse_json(data: bytes) -> Any:
    """Return the value of a JSON text. Raise ValueError if the text is not JSON."""
    try:
        return json.loads(data)
    except RecursionError as error:
        raise ValueError("The JSON is nested too deeply") from error


def validate(value: Any, kind: type[T], at: str = "$") -> T:
    """Convert parsed JSON to a type, strictly.

    Unlike `msgspec.convert`, it also refuses NaN, infinities, unknown fields, and missing fields that have a default.

    Parameters
    ----------
    value : object
        Parsed JSON: dictionaries, lists, strings, numbers, booleans and None.
    kind : type
        A dataclass, or any other type that msgspec supports.
    at : str
        Path of the value inside its file, for the error message.

    Raises
    ------
    ValueError
        The message says what was expected, what was found, and at which path.
    """
    try:
        converted = msgspec.convert(value, kind)
        _check_fields(value, converted, at)
    except RecursionError as error:
        raise ValueError("The JSON is nested too deeply") from error
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$")
        path = path.rstrip("`")
        raise ValueError(f"{message}{_describe_found(value, path)} - at `{at}{path}`") from error
    return converted


def _describe_found(value: Any, path: str) -> str:
    """Return the text `, found ...` for the value at a path in msgspec's notation.

    The text is empty for dictionaries and lists, and for paths that msgspec does not give completely.
    """
    for name, index in re.findall(r"\.(\w+)|\[(\d+|\.\.\.)\]", path):
        if index == "...":  # msgspec does not name the key of a mapping
            return ""
        value = value[name] if name else value[int(index)]
    return "" if isinstance(value, dict | list) else f", found {reprlib.repr(value)}"


def _check_fields(raw: Any, converted: Any, path: str) -> None:
    """Raise ValueError where the conversion dropped or added a field, or where a number is not finite."""
    if is_dataclass(converted):
        converted = {field.name: getattr(converted, field.name) for field in fields(converted)}
    if isinstance(raw, dict):
        if differing := sorted(raw.keys() ^ converted.keys()):
            raise ValueError(f"Missing or unknown fields: {', '.join(differing)} - at `{path}`")
        for name, item in raw.items():
            _check_fields(item, converted[name], f"{path}.{name}")
    elif isinstance(raw, list):
        for index, item in enumerate(raw):
            _check_fields(item, converted[index], f"{path}[{index}]")
    elif isinstance(raw, float) and not math.isfinite(raw):
        raise ValueError(f"Expected a finite number, found {raw} - at `{path}`")
