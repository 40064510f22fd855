"""What tests share: the committed results, and which of MNIST, Chromium and PyTorch are at hand."""

import os
import shutil
from dataclasses import replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

from mnist_core.datasets.mnist import FILES
from mnist_core.datasets.sources import default_sources, obtain
from mnist_core.errors import DatasetError
from mnist_core.progress import silent

PROJECT = Path(__file__).resolve().parents[1]
NEEDS = ("mnist", "browser", "torch")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs something that is not here; with `MNIST_TESTS_REQUIRE_ALL` let it fail instead."""
    if os.environ.get("MNIST_TESTS_REQUIRE_ALL"):
        return
    for item in items:
        for need in NEEDS:
            if item.get_closest_marker(need) and (reason := _missing(need)):
                item.add_marker(pytest.mark.skip(reason=reason))


@cache
def _missing(need: str) -> str | None:
    if need == "torch":
        return None if find_spec("torch") else "PyTorch is not installed (pip install -r requirements-train.txt)"
    if need == "browser":
        return None if chromium() else "Chromium is not installed (apt-get install chromium, or set CHROMIUM)"
    try:
        obtain("mnist", FILES["test"], replace(default_sources(), mirrors=(), openml=False), silent)
    except DatasetError:
        return "MNIST is not at hand (set MNIST_DATA_DIR, or run python -m mnist_core fetch)"
    return None


def chromium() -> str | None:
    """Path of a Chromium, or None."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture
def artifacts(tmp_path, monkeypatch) -> Path:
    """A copy of the committed results of `digits`, to be damaged at will."""
    folder = tmp_path / "artifacts"
    shutil.copytree(PROJECT / "artifacts" / "digits", folder / "digits")
    monkeypatch.setenv("MNIST_ARTIFACTS_DIR", str(folder))
    return folder
