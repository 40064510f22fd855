"""Which packages are installed here, and which that training needs are missing; found without importing any."""

from collections.abc import Iterable
from contextlib import suppress
from importlib import metadata
from importlib.util import find_spec

from mnist_core.classifiers.registry import get_classifier_spec
from mnist_core.errors import TrainingError

REMEDY = "pip install -r requirements-train.txt"


def installed_versions(packages: Iterable[str]) -> dict[str, str]:
    """The versions of those of these distributions that are installed."""
    found = {}
    for package in packages:
        with suppress(metadata.PackageNotFoundError):
            found[package] = metadata.version(package)
    return found


def missing_packages(classifier: str) -> list[str]:
    """The packages without which this classifier cannot be trained."""
    return _missing("sklearn", "onnx", *get_classifier_spec(classifier).requires)


def require_packages(*packages: str, purpose: str) -> None:
    """Raise TrainingError, with the command that mends it, unless all of these can be imported."""
    if missing := _missing(*packages):
        raise TrainingError(f"{purpose} needs {', '.join(missing)}, which is not installed. Run: {REMEDY}")


def _missing(*packages: str) -> list[str]:
    return [package for package in packages if find_spec(package) is None]
