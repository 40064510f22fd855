"""What tests share: the committed results, and which of MNIST, Chromium and PyTorch are at hand."""

import json
import os
import shutil
import signal
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import settings

from mnist_core.datasets import sources
from mnist_core.datasets.mnist import FILES
from mnist_core.errors import DatasetError
from mnist_core.progress import silent

settings.register_profile("untimed", deadline=None)  # nothing here asserts a time, on whatever machine
settings.load_profile("untimed")
# A shell starts what it runs in the background with Ctrl-C ignored, and every process started from here inherits that.
signal.signal(signal.SIGINT, signal.default_int_handler)
PROJECT = Path(__file__).resolve().parents[1]
NEEDS = ("mnist", "browser", "torch")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs something that is not here; with `MNIST_TESTS_REQUIRE_ALL` fail instead, before anything runs."""
    for item in items:
        for need in NEEDS:
            if item.get_closest_marker(need) and (reason := _missing(need)):
                if os.environ.get("MNIST_TESTS_REQUIRE_ALL"):
                    raise pytest.UsageError(f"Nothing may be skipped (MNIST_TESTS_REQUIRE_ALL), but: {reason}")
                item.add_marker(pytest.mark.skip(reason=reason))


@cache
def _missing(need: str) -> str | None:
    if need == "torch":
        return None if find_spec("torch") else "PyTorch is not installed (pip install -r requirements-train.txt)"
    if need == "browser":
        return None if chromium() else "Chromium is not installed (apt-get install chromium, or set CHROMIUM)"
    try:
        mnist_folder()
    except DatasetError:
        return "MNIST is not at hand (set MNIST_DATA_DIR, or run python -m mnist_core fetch)"
    return None


@cache
def mnist_folder() -> Path:
    """The folder of MNIST's four files, or DatasetUnavailableError; nothing is downloaded for a test."""
    local = replace(sources.default_sources(), mirrors=(), openml=False)
    folder, _ = sources.obtain("mnist", [file for pair in FILES.values() for file in pair], local, silent)
    return folder


def chromium() -> str | None:
    """Path of a Chromium, or None."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="session", autouse=True)
def no_downloads() -> Iterator[None]:
    """Nothing is brought from the network into the user's cache, here or in a process that a test starts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sources, "MIRRORS", ())
        patch.setattr(sources, "DOWNLOAD_SECONDS", 0.0)  # so OpenML is not asked
        patch.setenv("https_proxy", "http://127.0.0.1:9")  # where nobody listens
        patch.setenv("no_proxy", "localhost,127.0.0.1")
        yield


@pytest.fixture
def artifacts(tmp_path, monkeypatch) -> Path:
    """A copy of the committed results of `digits`, to be damaged at will."""
    folder = tmp_path / "artifacts"
    shutil.copytree(PROJECT / "artifacts" / "digits", folder / "digits")
    monkeypatch.setenv("MNIST_ARTIFACTS_DIR", str(folder))
    return folder


@pytest.fixture(scope="session")
def run_on_distorted(tmp_path_factory) -> Path:
    """The committed results of `digits`, three classifiers run on distorted digits and the others not."""
    from mnist_core.training.robustness import measure_robustness

    folder = tmp_path_factory.mktemp("distorted")
    shutil.copytree(PROJECT / "artifacts" / "digits", folder / "digits")
    for path in folder.glob("digits/*/record.json"):
        record = json.loads(path.read_text())
        record["files"].pop("robustness.npz", None)
        path.write_text(json.dumps(record | {"robustness": {}}))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MNIST_ARTIFACTS_DIR", str(folder))
        measure_robustness(["sgd", "logistic", "svc-ovo"], "digits")
    return folder


@pytest.fixture
def distorted(run_on_distorted, tmp_path, monkeypatch) -> Path:
    """A copy of them, to be damaged at will."""
    folder = tmp_path / "artifacts"
    shutil.copytree(run_on_distorted, folder)
    monkeypatch.setenv("MNIST_ARTIFACTS_DIR", str(folder))
    return folder
