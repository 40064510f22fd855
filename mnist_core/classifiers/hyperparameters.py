"""Changes of a classifier's hyperparameters: read from a command line, checked, and in words."""

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from mnist_core.base.errors import TrainingError
from mnist_core.classifiers.registry import get_classifier_spec, hyperparameters_for
from mnist_core.classifiers.spec import Hyperparameters

_KINDS = {bool: "true or false", str: "a text", list: "a list", tuple: "a list", dict: "a mapping", type(None): "null"}


def parse_change(text: str) -> tuple[str, Any]:
    """A name and a value from `C=0.1`, `hidden=[800]` or `average=false`: the value is JSON, else the text itself.

    Raises
    ------
    ValueError
        There is no name, or no value.
    """
    name, mark, value = text.partition("=")
    if not (mark and name.strip()):
        raise ValueError(f"expected NAME=VALUE, found {text!r}")
    try:
        return name.strip(), json.loads(value, parse_constant=_refuse)
    except ValueError:
        return name.strip(), value


def check_changes(classifier: str, dataset: str, changes: Hyperparameters) -> None:
    """Raise TrainingError unless all of these are hyperparameters of the classifier, with values of a kind it takes."""
    present, space = hyperparameters_for(classifier, dataset), get_classifier_spec(classifier).search_space
    if odd := changes.keys() - present.keys():
        raise TrainingError(
            f"{classifier} has no hyperparameter {', '.join(sorted(odd))}. It has: {', '.join(present)}."
        )
    for name, value in changes.items():
        kinds = {_kind(known) for known in (present[name], *space.get(name, ()))}
        if _kind(value) not in kinds:
            expected = f"{' or '.join(sorted(kinds))}, such as {json.dumps(present[name])}"
            raise TrainingError(f"Expected {name} of {classifier} to be {expected}, found {json.dumps(value)}.")


def changes_of(classifier: str, dataset: str, hyperparameters: Hyperparameters) -> dict[str, Any]:
    """Those hyperparameters that differ from the registry's for this classifier and dataset."""
    present = json.loads(json.dumps(hyperparameters_for(classifier, dataset)))
    return {name: value for name, value in hyperparameters.items() if name not in present or present[name] != value}


def describe_changes(changes: Hyperparameters) -> str:
    """C 0.1, hidden 800-400, learning rate 0.001"""
    return ", ".join(f"{name.replace('_', ' ')} {value_text(value)}" for name, value in changes.items())


def value_text(value: Any) -> str:
    """1e-05, 2,000, on, 512-256, none"""
    match value:
        case bool():
            return "on" if value else "off"
        case int():
            return f"{value:,}"
        case float():
            return f"{value:g}"
        case list() | tuple():
            return "-".join(f"{entry:g}" if isinstance(entry, float) else f"{entry}" for entry in value) or "none"
        case Mapping():
            return " ".join(f"{name} {value_text(amount)}" for name, amount in value.items()) or "none"
        case None:
            return "none"
    return str(value)


def _kind(value: Any) -> str:
    return "a number" if isinstance(value, int | float) and not isinstance(value, bool) else _KINDS[type(value)]


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number")
