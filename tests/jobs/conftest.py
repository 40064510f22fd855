"""An empty training queue for every test of the jobs."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from mnist_core.jobs.queue import TRAINING_QUEUE
from tests.jobs.helpers import wait_until


@pytest.fixture(autouse=True)
def artifacts(tmp_path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Provide an empty artifacts folder, an empty training queue and a separate lock file."""
    monkeypatch.setenv("MNIST_ARTIFACTS_DIR", str(tmp_path / "artifacts"))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.delenv("MNIST_TRAINING", raising=False)
    yield tmp_path / "artifacts"
    TRAINING_QUEUE.shut_down()
    wait_until(lambda: TRAINING_QUEUE.is_idle)
    TRAINING_QUEUE._ended.clear()
