"""Fixtures of the command-line tests."""

import errno
import os
from pathlib import Path

import pytest


@pytest.fixture
def empty_artifacts(tmp_path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder for runs. A test that also requests `artifacts` uses the committed runs instead."""
    monkeypatch.setenv("MNIST_ARTIFACTS_DIR", str(tmp_path / "empty"))
    return tmp_path / "empty"


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> str:
    """Make every flush to the disk fail. Return the text of the error."""

    def fail(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", fail)
    return os.strerror(errno.ENOSPC)
