"""Hyperparameters: display names, values as text, and changes parsed from a command line and checked."""

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from mnist_core.base.errors import TrainingError
from mnist_core.classifiers.registry import hyperparameters_for, search_space_of
from mnist_core.classifiers.spec import Hyperparameters

_KINDS = {bool: "true or false", str: "a text", list: "a list", tuple: "a list", dict: "a mapping", type(None): "null"}

_DISPLAY_NAMES = {
    "C": "C",
    "alpha": "Alpha",
    "augment": "Augmentation",
    "average": "Weight averaging",
    "averaged_epochs": "Averaged epochs",
    "batch_size": "Batch size",
    "bootstrap": "Bootstrap samples",
    "cell": "Cell size",
    "centres": "Kernel centers",
    "columns": "Networks",
    "crop": "Cropped pixels",
    "depth": "Layers per stage",
    "directions": "Gradient directions",
    "dropout": "Dropout",
    "epochs": "Epochs",
    "gamma": "Gamma",
    "hidden": "Hidden layers",
    "label_smoothing": "Label smoothing",
    "learning_rate": "Learning rate",
    "max_features": "Features per split",
    "max_iter": "Maximum iterations",
    "members": "Ensemble members",
    "n_estimators": "Number of trees",
    "patches": "Number of patches",
    "principal_components": "Principal components",
    "shift_pixels": "Shift in pixels",
    "standardise": "Standardize pixels",
    "stride": "Cell stride",
    "threshold": "Threshold",
    "tol": "Tolerance",
    "views": "Test-time augmentation",
    "weight_decay": "Weight decay",
    "width": "Channels",
}


def display_name(hyperparameter: str) -> str:
    """Return the name of a hyperparameter for display, in sentence case.

    Stored runs may have hyperparameters that the registry no longer has. Their names are derived from the key.

    >>> display_name("n_estimators")
    'Number of trees'
    """
    words = hyperparameter.replace("_", " ")
    return _DISPLAY_NAMES.get(hyperparameter, f"{words[:1].upper()}{words[1:]}")


def parse_change(text: str) -> tuple[str, Any]:
    """Parse NAME=VALUE into a name and a value, such as `C=0.1`, `hidden=[800]` or `average=false`.

    The value is parsed as JSON. Text that is not JSON is returned as it is.

    Raises
    ------
    ValueError
        The name or the equals sign is missing.
    """
    name, equals, value = text.partition("=")
    if not (equals and name.strip()):
        raise ValueError(f"expected NAME=VALUE, found {text!r}")
    try:
        return name.strip(), json.loads(value, parse_constant=_reject_constant)
    except ValueError:
        return name.strip(), value


def check_changes(classifier: str, dataset: str, changes: Hyperparameters) -> None:
    """Check changes of a classifier's hyperparameters.

    Raises
    ------
    TrainingError
        The classifier has no such hyperparameter, or the type of a value is not accepted.
    """
    present, space = hyperparameters_for(classifier, dataset), search_space_of(classifier)
    if unknown := changes.keys() - present.keys():
        raise TrainingError(
            f"{classifier} has no hyperparameter {', '.join(sorted(unknown))}. It has: {', '.join(present)}."
        )
    for name, value in changes.items():
        kinds = {_kind(known) for known in (present[name], *space.get(name, ()))}
        if _kind(value) not in kinds:
            expected = f"{' or '.join(sorted(kinds))}, such as {json.dumps(present[name])}"
            raise TrainingError(f"Expected {name} of {classifier} to be {expected}, found {json.dumps(value)}.")


def changes_of(classifier: str, dataset: str, hyperparameters: Hyperparameters) -> dict[str, Any]:
    """Return the hyperparameters that differ from the registry's for this classifier and dataset."""
    present = json.loads(json.dumps(hyperparameters_for(classifier, dataset)))
    return {name: value for name, value in hyperparameters.items() if name not in present or present[name] != value}


def describe_changes(changes: Hyperparameters) -> str:
    """Return changed hyperparameters as one line, such as "C 0.1, hidden layers 800-400, learning rate 0.001"."""
    return ", ".join(f"{_lower_first(display_name(name))} {value_text(value)}" for name, value in changes.items())


def value_text(value: Any) -> str:
    """Return a value as text, such as "1e-05", "2,000", "on", "512-256" or "none"."""
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


def _lower_first(name: str) -> str:
    """Return a display name in lower case for the middle of a sentence. A single letter such as C stays as it is."""
    return name if len(name) == 1 else f"{name[0].lower()}{name[1:]}"


def _kind(value: Any) -> str:
    return "a number" if isinstance(value, int | float) and not isinstance(value, bool) else _KINDS[type(value)]


def _reject_constant(constant: str) -> NoReturn:
    """Reject NaN and infinity, which Python's JSON parser would accept."""
    raise ValueError(f"{constant} is not a number")
