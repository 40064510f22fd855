"""Which packages are installed here, and which that training needs are missing; found without importing any."""

from collections.abc import Iterable
from contextlib import suppress
from importlib import metadata
from importlib.util import find_spec

from mnist_core.base.errors import TrainingError

REMEDY = "pip install -r requirements-train.txt"


def installed_versions(packages: Iterable[str]) -> dict[str, str]:
    """The versions of those of these distributions that are installed."""
    found = {}
    for package in packages:
        with suppress(metadata.PackageNotFoundError):
            found[package] = metadata.version(package)
    return found


def missing_packages(*packages: str) -> list[str]:
    """Return those of these packages, by import name, that are not installed."""
    return [package for package in packages if find_spec(package) is None]


def require_packages(*packages: str, purpose: str) -> None:
    """Raise TrainingError, with the command that mends it, unless all of these can be imported."""
    if missing := missing_packages(*packages):
        raise TrainingError(f"{purpose} needs {', '.join(missing)}, which is not installed. Run: {REMEDY}")
