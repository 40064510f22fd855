"""Training in a process of its own: one at a time, watched, stopped, and never stored by halves."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator

import pytest

from mnist_core import jobs, store
from mnist_core.errors import ArtifactMissingError, TrainingError

pytestmark = pytest.mark.skipif(jobs.fcntl is None, reason="pages train on POSIX systems only")
PATIENCE = 60


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("MNIST_ARTIFACTS_DIR", str(tmp_path / "artifacts"))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.delenv("MNIST_TRAINING", raising=False)
    yield
    jobs.cancel()


def _wait(until: Callable[[jobs.JobState], bool]) -> jobs.JobState:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        state = jobs.current()
        assert state is not None
        if until(state):
            return state
        time.sleep(0.05)
    raise AssertionError(f"gave up waiting, last seen: {state}")


def _has_ended(state: jobs.JobState) -> bool:
    return state.status != "running"


def _has_run(classifier: str) -> bool:
    try:
        store.load_record("digits", classifier)
    except ArtifactMissingError:
        return False
    return True


def test_a_training_runs_to_its_end_and_stores_a_run() -> None:
    state = jobs.start("logistic", "digits")
    assert (state.classifier, state.dataset, state.status) == ("logistic", "digits", "running")
    state = _wait(_has_ended)
    assert (state.status, state.share, state.error) == ("done", 1.0, "")
    assert "test digits" in state.message
    assert _has_run("logistic")


def test_a_second_one_is_refused_here_and_in_another_process_until_the_first_is_cancelled() -> None:
    jobs.start("mlp", "digits")
    _wait(lambda state: state.share is not None)
    with pytest.raises(TrainingError, match=r"under way.*mlp on digits"):
        jobs.start("logistic", "digits")
    code = "from mnist_core import jobs; jobs.start('logistic', 'digits')"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=jobs.PROJECT_ROOT)
    assert "under way (mlp on digits)" in other.stderr

    state = jobs.cancel()
    assert state is not None
    assert state.status == "cancelled"
    assert not _has_run("mlp")
    jobs.start("logistic", "digits")
    assert jobs.cancel().status == "cancelled"  # type: ignore[union-attr]


def test_a_killed_process_is_reported_and_leaves_no_run() -> None:
    jobs.start("mlp", "digits")
    _wait(lambda state: state.share is not None)
    assert jobs._job is not None
    os.killpg(jobs._job.process.pid, signal.SIGKILL)
    state = _wait(_has_ended)
    assert state.status == "failed"
    assert "ended by signal 9" in state.error
    assert not _has_run("mlp")


def test_a_failure_shows_what_the_process_complained_about() -> None:
    jobs.start("sdg", "digits")
    state = _wait(_has_ended)
    assert state.status == "failed"
    assert "There is no classifier named 'sdg'" in state.error


def test_where_training_is_off_nothing_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    assert jobs.training_allowed()
    monkeypatch.setenv("MNIST_TRAINING", "off")
    assert not jobs.training_allowed()
    with pytest.raises(TrainingError, match="MNIST_TRAINING=off"):
        jobs.start("logistic", "digits")


def test_pages_can_import_it_without_what_trains() -> None:
    code = (
        "import sys, mnist_core.jobs\n"
        "print(*(name for name in ('sklearn', 'torch', 'onnx', 'streamlit') if name in sys.modules))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=jobs.PROJECT_ROOT)
    assert (found.stdout.strip(), found.returncode) == ("", 0)
