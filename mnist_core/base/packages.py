"""Checks for installed packages, without importing them."""

from collections.abc import Iterable
from contextlib import suppress
from importlib import metadata
from importlib.util import find_spec

from mnist_core.base.errors import TrainingError

REMEDY = "pip install -r requirements-train.txt"


def installed_versions(packages: Iterable[str]) -> dict[str, str]:
    """Return the versions of those packages that are installed, by distribution name."""
    found = {}
    for package in packages:
        with suppress(metadata.PackageNotFoundError):
            found[package] = metadata.version(package)
    return found


def missing_packages(*packages: str) -> list[str]:
    """Return the packages that are not installed. Packages are given by import name."""
    return [package for package in packages if find_spec(package) is None]


def require_packages(*packages: str, purpose: str) -> None:
    """Raise TrainingError unless all packages are installed.

    Parameters
    ----------
    packages : str
        Import names.
    purpose : str
        What needs the packages: the subject of the error message.
    """
    if missing := missing_packages(*packages):
        raise TrainingError(f"{purpose} needs {', '.join(missing)}, which is not installed. Run: {REMEDY}")
