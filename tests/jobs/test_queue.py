"""The training queue: order, progress, cancellation and failures."""

import errno
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from mnist_core import store
from mnist_core.base.errors import TrainingError, UnknownNameError
from mnist_core.base.paths import PROJECT_ROOT
from mnist_core.classifiers.registry import CLASSIFIERS
from mnist_core.jobs import lock, queue, worker
from mnist_core.jobs.queue import TRAINING_QUEUE, Task
from tests.jobs.helpers import (
    CUSTOM,
    HANGS_WHILE_WRITING,
    QUICK,
    SLOW,
    TIMEOUT,
    files_in,
    finish,
    has_begun,
    has_run,
    state_of,
    wait_until,
)

pytestmark = pytest.mark.skipif(not worker.SUPPORTED, reason="pages train on POSIX systems only")


def test_a_training_reports_every_epoch_and_stores_a_custom_run() -> None:
    changes = {"hidden": [16], "epochs": 4}
    state = finish(queue.start(Task("mlp", "digits", changes=changes, subset=300, seed=3, label="Less", custom=True)))
    assert (state.status, state.share, state.error, state.stored_as) == ("done", 1.0, "", "mlp@1")
    assert "test digits" in state.message
    assert queue.overview().unfinished == ()
    record = store.load_record("digits", "mlp@1")
    assert changes.items() <= record.hyperparameters.items()
    assert (record.n_train, record.seed, record.label) == (300, 3, "Less")
    assert [entry["epoch"] for entry in state.history] == [1, 2, 3, 4]
    assert state.history == record.history


def test_waiting_trainings_start_in_order_without_further_requests() -> None:
    first, second, third = (queue.start(task) for task in (SLOW, CUSTOM, QUICK))
    wait_until(lambda: has_begun(first))
    found = queue.overview()
    assert found.running is not None
    assert [found.running.number, *(job.number for job in found.waiting)] == [first.number, second.number, third.number]
    queue.cancel(first.number)
    assert state_of(first.number).status == "cancelled"
    assert finish(third).started >= state_of(second.number).ended > 0
    assert [job.status for job in queue.overview().ended] == ["done", "done", "cancelled"]
    assert (has_run("mlp"), has_run("logistic@1"), has_run("logistic")) == (False, True, True)


def test_a_waiting_training_can_be_removed_and_never_runs() -> None:
    first, second = queue.start(SLOW), queue.start(QUICK)
    queue.cancel(second.number)
    assert state_of(second.number).status == "cancelled"
    assert second.number not in {job.number for job in queue.overview().unfinished}
    queue.cancel(first.number)
    finish(first)
    assert not has_run("logistic")
    queue.cancel(first.number)  # the training has already ended
    assert state_of(first.number).status == "cancelled"


def test_the_same_task_is_queued_once_and_a_full_queue_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "MAX_WAITING", 1)
    first = queue.start(SLOW)
    wait_until(lambda: state_of(first.number).status == "running")
    waiting = queue.start(CUSTOM)
    assert (queue.start(SLOW).number, queue.start(CUSTOM).number) == (first.number, waiting.number)
    with pytest.raises(TrainingError, match=r"training queue is full \(1 waiting\)"):
        queue.start(QUICK)


def test_a_killed_training_is_reported_and_stores_nothing(artifacts: Path) -> None:
    job = queue.start(replace(SLOW, custom=True))
    wait_until(lambda: len(state_of(job.number).history) > 1)
    assert TRAINING_QUEUE._worker is not None
    os.killpg(TRAINING_QUEUE._worker.process.pid, signal.SIGKILL)
    state = finish(job)
    assert (state.status, state.stored_as) == ("failed", "")
    assert "ended by SIGKILL; no partial run was written." in state.error
    assert "out of memory. Train on fewer digits" in state.error
    assert not files_in(artifacts)


@pytest.mark.slow
def test_a_training_killed_while_writing_leaves_no_run_and_its_name_is_not_reused(
    artifacts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sitecustomize.py").write_text(HANGS_WHILE_WRITING)
    with monkeypatch.context() as patch:
        patch.setenv("PYTHONPATH", str(tmp_path))
        job = queue.start(CUSTOM)
        wait_until(lambda: bool(files_in(artifacts)))
        assert TRAINING_QUEUE._worker is not None
        os.killpg(TRAINING_QUEUE._worker.process.pid, signal.SIGKILL)
        assert finish(job).status == "failed"
    assert not has_run("logistic@1")
    assert not list(artifacts.rglob("record.json"))
    state = finish(queue.start(CUSTOM))
    assert state.stored_as == "logistic@2"
    assert [name for name in store.list_runs("digits") if "@" in name] == ["logistic@2"]


def test_a_failed_training_shows_the_standard_error_of_its_process() -> None:
    state = finish(queue.start(replace(CUSTOM, subset=20)))
    assert state.status == "failed"
    assert "Expected a subset of 100 to 898 digits, found 20." in state.error
    assert "failed with exit status 1" in state.error


def test_an_invalid_task_is_refused_before_it_enters_the_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CLASSIFIERS, "cnn", replace(CLASSIFIERS["cnn"], requires=("no_such_package",)))
    for task, error, message in (
        (Task("sdg", "digits"), UnknownNameError, "sgd"),
        (Task("sgd", "minst"), UnknownNameError, "mnist"),
        (replace(CUSTOM, changes={"depth": 3}), TrainingError, "no hyperparameter depth"),
        (replace(CUSTOM, changes={"C": "much"}), TrainingError, "Expected C of logistic to be a number"),
        (Task("cnn", "digits"), TrainingError, r"needs no_such_package.*pip install -r requirements-train\.txt"),
    ):
        with pytest.raises(error, match=message):
            queue.start(task)
    assert queue.overview() == queue.QueueState(None, (), ())


def test_no_training_starts_if_training_is_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    assert queue.why_not_allowed() is None
    monkeypatch.setenv("MNIST_TRAINING", "off")
    with pytest.raises(TrainingError, match=r"MNIST_TRAINING=off.*python -m mnist_core train logistic"):
        queue.start(QUICK)


def test_an_unsupported_operating_system_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(worker, "SUPPORTED", False)
        with pytest.raises(TrainingError, match=r"needs a POSIX system.*python -m mnist_core train logistic") as caught:
            queue.start(QUICK)
    assert "MNIST_TRAINING" not in str(caught.value)


@pytest.mark.parametrize(
    "obstacle",
    ["a lock file that is a link", "no folder for temporary files", "no room for temporary files", "no Python"],
)
def test_an_error_of_the_operating_system_is_reported_and_leaves_no_lock(
    obstacle: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object, **_options: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        match obstacle:
            case "a lock file that is a link":
                lock.lock_file().symlink_to(tmp_path / "elsewhere")
                expected = ("its lock file could not be written", str(lock.lock_file()))
            case "no folder for temporary files":
                patch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
                expected = ("its lock file could not be written", f"{tmp_path}/nowhere")
            case "no room for temporary files":
                patch.setattr(tempfile, "TemporaryFile", full)
                expected = ("its process could not be started", os.strerror(errno.ENOSPC))
            case _:
                patch.setattr(sys, "executable", str(tmp_path / "python"))
                expected = ("its process could not be started", f"{tmp_path}/python")
        state = finish(queue.start(QUICK))
    assert state.status == "failed"
    assert all(part in state.error for part in expected)
    lock.lock_file().unlink(missing_ok=True)
    with lock.training_lock(QUICK):  # raises an error if the lock is not free
        pass
    wait_until(lambda: TRAINING_QUEUE.is_idle)


def test_a_cancel_after_the_last_report_changes_nothing() -> None:
    job = queue.start(QUICK)
    wait_until(lambda: "test digits" in state_of(job.number).message)  # the process needs another 0.25 s to exit
    queue.cancel(job.number)
    assert state_of(job.number).status == "done"
    assert has_run("logistic")


def test_pages_import_the_queue_without_training_libraries() -> None:
    code = (
        "import sys, mnist_core.jobs.queue\n"
        "print(*(name for name in ('sklearn', 'torch', 'onnx', 'streamlit') if name in sys.modules))"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=PROJECT_ROOT, timeout=TIMEOUT
    )
    assert (found.stdout.strip(), found.returncode) == ("", 0)
