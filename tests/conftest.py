"""What tests share: the committed results, and which of MNIST, Chromium and PyTorch are at hand."""

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

# Several workers of pytest-xdist share the cores: a second thread of BLAS or OpenMP, in a worker or in a process that a
# test starts, would spin in wait for a core that another worker has. Read when NumPy and PyTorch are imported.
os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

import pytest
from hypothesis import HealthCheck, settings

from mnist_core.base.errors import DatasetError
from mnist_core.base.progress import silent
from mnist_core.classifiers.registry import CLASSIFIERS
from mnist_core.datasets import sources
from mnist_core.datasets.mnist import FILES
from mnist_core.store.record import LABEL_ISSUES, OUT_OF_FOLD, ROBUSTNESS

# Nothing here asserts a time, on whatever machine.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")
# A shell starts what it runs in the background with Ctrl-C ignored, and every process started from here inherits that.
signal.signal(signal.SIGINT, signal.default_int_handler)
PROJECT = Path(__file__).resolve().parents[1]
NEEDS = ("mnist", "browser", "torch")
ADDED: dict[str, tuple[object, tuple[str, ...]]] = {
    "cross_validation": (None, (OUT_OF_FOLD, LABEL_ISSUES)),
    "learning_curve": ([], ()),
    "replicates": ([], ()),
    "robustness": ({}, (ROBUSTNESS,)),
}
"""The fields of a record that a training leaves empty, how they are then, and the files that come with them."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """No worker for a single file, which is sooner run than shared out; else pytest-xdist chooses: one a core."""
    files = {argument.partition("::")[0] for argument in config.args}
    return 0 if len(files) == 1 and Path(*files).is_file() else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what needs something that is not here; with `MNIST_TESTS_REQUIRE_ALL` fail instead, before anything runs."""
    needed = [need for need in NEEDS if any(item.get_closest_marker(need) for item in items)]
    missing = {need: reason for need in needed if (reason := _missing(need))}
    if missing and os.environ.get("MNIST_TESTS_REQUIRE_ALL"):
        refusal = f"Nothing may be skipped (MNIST_TESTS_REQUIRE_ALL), but: {'; '.join(missing.values())}"
        if not hasattr(config, "workeroutput"):
            raise pytest.UsageError(refusal)
        config.workeroutput["refusal"] = refusal  # the word of a worker that raises does not reach the terminal
        items.clear()
    for item in items:
        for need, reason in missing.items():
            if item.get_closest_marker(need):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Say what a worker of pytest-xdist refused to begin for."""
    if refusal := getattr(node, "workeroutput", {}).get("refusal"):
        raise pytest.UsageError(refusal)


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


@pytest.fixture(scope="session", autouse=True)
def own_temporary_folder(tmp_path_factory) -> Iterator[None]:
    """One for each worker of pytest-xdist: the lock lies in it that lets a machine train one at a time."""
    tmp_path_factory.getbasetemp()  # which stays after the tests, for a look at those that failed
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory(prefix="mnist-tests-") as folder:
        patch.setenv("TMPDIR", folder)
        patch.setattr(tempfile, "tempdir", folder)
        yield


@pytest.fixture
def artifacts(tmp_path) -> Iterator[Path]:
    """A copy of the committed results of `digits`, to be damaged at will."""
    folder = tmp_path / "artifacts"
    with copied_digits(folder):
        yield folder


def take_away(folder: Path, *added: str) -> None:
    """Take from a dataset's copied runs what was added to them after their training, if it was."""
    for path in folder.glob("*/record.json"):
        record = json.loads(path.read_text())
        for field in added:
            record[field], files = ADDED[field]
            for name in files:
                record["files"].pop(name, None)
                (path.parent / name).unlink(missing_ok=True)
        path.write_text(json.dumps(record))


@contextmanager
def copied_digits(folder: Path) -> Iterator[pytest.MonkeyPatch]:
    """The committed results of `digits` copied there, and what reads and writes results does so there meanwhile."""
    shutil.copytree(PROJECT / "artifacts" / "digits", folder / "digits")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MNIST_ARTIFACTS_DIR", str(folder))
        yield patch


QUICK_VOTE = replace(CLASSIFIERS["ensemble"], hyperparameters={"members": ["logistic", "sgd"]})


@pytest.fixture(scope="session")
def voted(tmp_path_factory) -> Path:
    """The committed results of `digits`, where `ensemble` votes over two quick classifiers and is trained."""
    pytest.importorskip("cleanlab", reason="cleanlab is not installed (pip install -r requirements-train.txt)")
    from mnist_core.training import train

    folder = tmp_path_factory.mktemp("voted")
    with copied_digits(folder) as patch:
        shutil.rmtree(folder / "digits" / "ensemble")
        patch.setitem(CLASSIFIERS, "ensemble", QUICK_VOTE)
        train("ensemble", "digits")
    return folder


@pytest.fixture
def vote(voted, tmp_path, monkeypatch) -> Path:
    """A copy of the folder of `digits` among them, to be damaged at will."""
    folder = tmp_path / "voted"
    shutil.copytree(voted, folder)
    monkeypatch.setenv("MNIST_ARTIFACTS_DIR", str(folder))
    monkeypatch.setitem(CLASSIFIERS, "ensemble", QUICK_VOTE)
    return folder / "digits"


@pytest.fixture(scope="session")
def run_on_distorted(tmp_path_factory) -> Path:
    """The committed results of `digits`, three classifiers run on distorted digits and the others not."""
    from mnist_core.training.robustness import measure_robustness

    folder = tmp_path_factory.mktemp("distorted")
    with copied_digits(folder):
        take_away(folder / "digits", "robustness")
        measure_robustness(["sgd", "logistic", "svc-ovo"], "digits")
    return folder


@pytest.fixture
def distorted(run_on_distorted, tmp_path, monkeypatch) -> Path:
    """A copy of them, to be damaged at will."""
    folder = tmp_path / "artifacts"
    shutil.copytree(run_on_distorted, folder)
    monkeypatch.setenv("MNIST_ARTIFACTS_DIR", str(folder))
    return folder
