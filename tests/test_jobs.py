"""Training in a process of its own: one at a time, watched, stopped, and never stored by halves."""

import errno
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

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
    assert jobs.why_not_allowed() is None
    monkeypatch.setenv("MNIST_TRAINING", "off")
    with pytest.raises(TrainingError, match=r"MNIST_TRAINING=off.*python -m mnist_core train logistic"):
        jobs.start("logistic", "digits")


def test_a_system_without_locks_is_not_called_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "fcntl", None)
    with pytest.raises(TrainingError, match=r"needs a POSIX system.*python -m mnist_core train logistic") as caught:
        jobs.start("logistic", "digits")
    assert "MNIST_TRAINING" not in str(caught.value)


@pytest.mark.parametrize(
    "obstacle",
    ["a lock file that is a link", "no folder for temporary files", "no room for temporary files", "no Python"],
)
def test_what_the_system_refuses_is_a_clear_error_and_no_training_is_left(
    obstacle: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object, **_options: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    before = jobs.current()
    with monkeypatch.context() as patch:
        match obstacle:
            case "a lock file that is a link":
                jobs.lock_file().symlink_to(tmp_path / "elsewhere")
                expected = f"its lock file could not be written .*{jobs.lock_file()}"
            case "no folder for temporary files":
                patch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
                expected = f"its lock file could not be written .*{tmp_path}/nowhere"
            case "no room for temporary files":
                patch.setattr(tempfile, "TemporaryFile", full)
                expected = f"its process could not be started .*{os.strerror(errno.ENOSPC)}"
            case _:
                patch.setattr(sys, "executable", str(tmp_path / "python"))
                expected = f"its process could not be started .*{tmp_path}/python"
        with pytest.raises(TrainingError, match=expected):
            jobs.start("logistic", "digits")
    assert jobs.current() is before
    jobs.lock_file().unlink(missing_ok=True)
    with jobs._locked("logistic", "digits"):  # nobody holds the lock
        pass


def _job(program: str) -> jobs._Job:
    """A job whose process runs another program, once that has said that it is ready."""
    complaints = tempfile.TemporaryFile("w+")  # noqa: SIM115 - the job closes it
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=complaints, text=True, start_new_session=True
    )
    job = jobs._Job(jobs.JobState("logistic", "digits", "Starting", None, 0.0, "running"), process, complaints)
    end = time.monotonic() + PATIENCE
    while job.state.message != "Ready" and time.monotonic() < end:
        time.sleep(0.01)
    return job


@pytest.mark.parametrize(("code", "status"), [(0, "done"), (1, "cancelled")])
def test_who_had_stored_its_run_when_it_was_cancelled_is_done(code: int, status: str) -> None:
    job = _job(
        "import json, signal, sys, time\n"
        f"signal.signal(signal.SIGTERM, lambda *_: sys.exit({code}))\n"
        "print(json.dumps({'message': 'Ready', 'share': 1.0}), flush=True)\n"
        "time.sleep(60)\n"
    )
    job.stop()
    assert job.state.status == status
    assert ("nothing was stored" in job.state.message) == (status == "cancelled")


def test_a_cancel_that_comes_when_all_is_stored_changes_nothing() -> None:
    jobs.start("logistic", "digits")
    _wait(lambda state: "test digits" in state.message)  # Python takes a quarter of a second to end
    state = jobs.cancel()
    assert state is not None
    assert state.status == "done"
    assert _has_run("logistic")


def test_pages_can_import_it_without_what_trains() -> None:
    code = (
        "import sys, mnist_core.jobs\n"
        "print(*(name for name in ('sklearn', 'torch', 'onnx', 'streamlit') if name in sys.modules))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=jobs.PROJECT_ROOT)
    assert (found.stdout.strip(), found.returncode) == ("", 0)
