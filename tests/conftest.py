"""Shared fixtures and hooks: test requirements, time limits, and copies of the committed results."""

import json
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

# The workers of pytest-xdist share the cores. More than one thread of BLAS or OpenMP per process would only wait for
# a core. NumPy and PyTorch read these variables when they are imported; subprocesses inherit them.
os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

import pytest
from hypothesis import HealthCheck, settings

from mnist_core.base.errors import DatasetError
from mnist_core.base.progress import silent
from mnist_core.classifiers.registry import CLASSIFIERS
from mnist_core.datasets import sources
from mnist_core.datasets.mnist import FILES
from mnist_core.store.record import LABEL_ISSUES, OUT_OF_FOLD, ROBUSTNESS

REQUIRE_ALL = bool(os.environ.get("MNIST_TESTS_REQUIRE_ALL"))
"""Whether a missing requirement is an error. `.ci/run` sets it; Hypothesis then tries more examples."""
EXAMPLES = 100 if REQUIRE_ALL else 30

# No deadline: the time of an example depends on the load of the machine.
settings.register_profile("project", max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("project")
# A shell starts background jobs with Ctrl-C ignored, and subprocesses inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
PROJECT = Path(__file__).resolve().parents[1]
REQUIREMENTS = ("mnist", "browser", "torch")
SLOW_TIMEOUT = 400
"""Seconds after which a test marked `slow` fails. `pyproject.toml` has the limit of all other tests."""
LONGEST_FIRST = ("browser", "training", "classifiers", "jobs", "cli", "datasets", "pages")
"""Folders of tests in the order of their run time, so that no worker starts a long file last."""
ADDITIONS: dict[str, tuple[object, tuple[str, ...]]] = {
    "cross_validation": (None, (OUT_OF_FOLD, LABEL_ISSUES)),
    "learning_curve": ([], ()),
    "replicates": ([], ()),
    "robustness": ({}, (ROBUSTNESS,)),
}
"""Fields of a record that a training leaves empty: their empty value and the files that belong to them."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Use no workers for a single file, otherwise one more than cores: tests wait for browsers and subprocesses."""
    files = {argument.partition("::")[0] for argument in config.args}
    return 0 if len(files) == 1 and Path(*files).is_file() else (os.cpu_count() or 1) + 1


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Order the selected tests, set the time limit of slow ones, and skip those with a missing requirement.

    With `MNIST_TESTS_REQUIRE_ALL`, a missing requirement stops the run before the first test.
    """
    items.sort(key=_position)
    for item in items:
        if item.get_closest_marker("slow") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(SLOW_TIMEOUT))
    required = [name for name in REQUIREMENTS if any(item.get_closest_marker(name) for item in items)]
    missing = {name: reason for name in required if (reason := _missing(name))}
    if missing and REQUIRE_ALL:
        refusal = f"MNIST_TESTS_REQUIRE_ALL is set, but requirements are missing: {'; '.join(missing.values())}"
        if not hasattr(config, "workeroutput"):
            raise pytest.UsageError(refusal)
        config.workeroutput["refusal"] = refusal  # An exception in a worker does not reach the terminal.
        items.clear()
    for item in items:
        for name, reason in missing.items():
            if item.get_closest_marker(name):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Show why a worker of pytest-xdist refused to run."""
    if refusal := getattr(node, "workeroutput", {}).get("refusal"):
        raise pytest.UsageError(refusal)


def _position(item: pytest.Item) -> int:
    folders = item.path.relative_to(PROJECT / "tests").parts[:-1]
    return LONGEST_FIRST.index(folders[0]) if folders and folders[0] in LONGEST_FIRST else len(LONGEST_FIRST)


@cache
def _missing(requirement: str) -> str | None:
    """Return why a requirement is missing and how to install it, or None if it is available."""
    if requirement == "torch":
        return None if find_spec("torch") else "PyTorch is not installed (pip install -r requirements-train.txt)"
    if requirement == "browser":
        return None if chromium() else "Chromium is not installed (apt-get install chromium, or set CHROMIUM)"
    try:
        mnist_folder()
    except DatasetError:
        return "MNIST is not available (set MNIST_DATA_DIR, or run python -m mnist_core fetch)"
    return None


@cache
def mnist_folder() -> Path:
    """Return the folder with the four files of MNIST, without a download.

    Raises
    ------
    DatasetUnavailableError
        No local folder has the files.
    """
    local = replace(sources.default_sources(), mirrors=(), openml=False)
    folder, _ = sources.obtain("mnist", [file for pair in FILES.values() for file in pair], local, silent)
    return folder


def chromium() -> str | None:
    """Return the path of Chromium, or None if it is not installed."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="session", autouse=True)
def no_downloads() -> Iterator[None]:
    """Block every download, in this process and in subprocesses."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sources, "MIRRORS", ())
        patch.setattr(sources, "DOWNLOAD_SECONDS", 0.0)  # OpenML is skipped without time left.
        patch.setenv("https_proxy", "http://127.0.0.1:9")  # No server listens on this port.
        patch.setenv("no_proxy", "localhost,127.0.0.1")
        yield


@pytest.fixture(scope="session", autouse=True)
def temporary_folder(tmp_path_factory) -> Iterator[None]:
    """Give each worker a temporary folder of its own, because the lock of the training queue lies in it."""
    tmp_path_factory.getbasetemp()  # Created before the change: it stays after the run, with the files of failed tests.
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory(prefix="mnist-tests-") as folder:
        patch.setenv("TMPDIR", folder)
        patch.setattr(tempfile, "tempdir", folder)
        yield


@pytest.fixture
def artifacts(tmp_path) -> Iterator[Path]:
    """Return a copy of the committed results of `digits` that a test may change."""
    folder = tmp_path / "artifacts"
    with copied_digits(folder):
        yield folder


def remove_additions(folder: Path, *additions: str, keep: tuple[str, ...] = ()) -> None:
    """Remove additions such as `robustness`, with their files, from all copied runs of a dataset except `keep`."""
    for path in folder.glob("*/record.json"):
        if path.parent.name in keep:
            continue
        record = json.loads(path.read_text())
        for field in additions:
            record[field], files = ADDITIONS[field]
            for name in files:
                record["files"].pop(name, None)
                (path.parent / name).unlink(missing_ok=True)
        path.write_text(json.dumps(record))


@contextmanager
def copied_digits(folder: Path) -> Iterator[pytest.MonkeyPatch]:
    """Copy the committed results of `digits` to a folder and use that folder inside the context."""
    shutil.copytree(PROJECT / "artifacts" / "digits", folder / "digits")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MNIST_ARTIFACTS_DIR", str(folder))
        yield patch


QUICK_ENSEMBLE = replace(CLASSIFIERS["ensemble"], members=("logistic", "sgd"))


@pytest.fixture(scope="session")
def trained_ensemble(tmp_path_factory) -> Path:
    """Return the committed results of `digits` with an ensemble of two quick classifiers."""
    pytest.importorskip("cleanlab", reason="cleanlab is not installed (pip install -r requirements-train.txt)")
    from mnist_core.training import train

    folder = tmp_path_factory.mktemp("ensemble")
    with copied_digits(folder) as patch:
        shutil.rmtree(folder / "digits" / "ensemble")
        patch.setitem(CLASSIFIERS, "ensemble", QUICK_ENSEMBLE)
        train("ensemble", "digits")
    return folder


@pytest.fixture
def ensemble_artifacts(trained_ensemble, tmp_path, monkeypatch) -> Path:
    """Return the folder of `digits` in a copy of `trained_ensemble` that a test may change."""
    folder = tmp_path / "ensemble"
    shutil.copytree(trained_ensemble, folder)
    monkeypatch.setenv("MNIST_ARTIFACTS_DIR", str(folder))
    monkeypatch.setitem(CLASSIFIERS, "ensemble", QUICK_ENSEMBLE)
    return folder / "digits"


@pytest.fixture(scope="session")
def measured_robustness(tmp_path_factory) -> Path:
    """Return the committed results of `digits`, with the robustness of three classifiers only."""
    folder = tmp_path_factory.mktemp("distorted")
    with copied_digits(folder):
        remove_additions(folder / "digits", "robustness", keep=("sgd", "logistic", "svc-ovo"))
    return folder


@pytest.fixture
def robustness_results(measured_robustness, monkeypatch) -> Path:
    """Use `measured_robustness` itself, for tests that change nothing."""
    monkeypatch.setenv("MNIST_ARTIFACTS_DIR", str(measured_robustness))
    return measured_robustness


@pytest.fixture
def distorted(measured_robustness, tmp_path, monkeypatch) -> Path:
    """Return a copy of `measured_robustness` that a test may change."""
    folder = tmp_path / "artifacts"
    shutil.copytree(measured_robustness, folder)
    monkeypatch.setenv("MNIST_ARTIFACTS_DIR", str(folder))
    return folder
