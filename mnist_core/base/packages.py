"""Checks for installed packages, without importing them."""

from collections.abc import Iterable
from contextlib import suppress
from importlib import metadata
from importlib.util import find_spec

from mnist_core.base.errors import TrainingError

REMEDY = "pip install -r requirements-train.txt"


def installed_versions(packages: Iterable[str]) -> dict[str, str]:
    """Return the versions of the installed ones among these distributions."""
    found = {}
    for package in packages:
        with suppress(metadata.PackageNotFoundError):
            found[package] = metadata.version(package)
    return found


def missing_packages(*packages: str) -> list[str]:
    """Return the packages, given by import name, that are not installed."""
    return [package for package in packages if find_spec(package) is None]


def require_packages(*packages: str, purpose: str) -> None:
    """Raise TrainingError with the command that installs the packages, unless all of them are installed."""
    if missing := missing_packages(*packages):
        raise TrainingError(f"{purpose} needs {', '.join(missing)}, which is not installed. Run: {REMEDY}")
