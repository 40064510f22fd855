"""The training queue, its worker processes and its lock."""

import errno
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from mnist_core import store
from mnist_core.__main__ import build_parser
from mnist_core.base.errors import ArtifactMissingError, TrainingError, UnknownNameError
from mnist_core.base.labels import clean_label
from mnist_core.base.paths import PROJECT_ROOT
from mnist_core.classifiers.registry import CLASSIFIERS
from mnist_core.jobs import lock, queue, worker
from mnist_core.jobs.queue import TRAINING_QUEUE, JobState, Task
from tests.processes import running, wait_for_line

pytestmark = pytest.mark.skipif(not worker.SUPPORTED, reason="pages train on POSIX systems only")
TIMEOUT = 60
"""Seconds before a wait fails the test."""
QUICK, SLOW = Task("logistic", "digits"), Task("mlp", "digits")
CUSTOM = replace(QUICK, changes={"C": 0.1}, subset=300, label="Less", custom=True)


@pytest.fixture(autouse=True)
def artifacts(tmp_path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty artifacts folder, an empty training queue and a lock file of its own."""
    monkeypatch.setenv("MNIST_ARTIFACTS_DIR", str(tmp_path / "artifacts"))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.delenv("MNIST_TRAINING", raising=False)
    yield tmp_path / "artifacts"
    TRAINING_QUEUE.shut_down()
    _wait(lambda: TRAINING_QUEUE.is_idle)
    TRAINING_QUEUE._ended.clear()


def _wait(until: Callable[[], bool]) -> None:
    end = time.monotonic() + TIMEOUT
    while time.monotonic() < end:
        if until():
            return
        time.sleep(0.02)
    raise AssertionError(f"timed out: {queue.overview()}")


def _state(number: int) -> JobState:
    found = queue.overview()
    return next(job for job in (*found.unfinished, *found.ended) if job.number == number)


def _finish(job: JobState) -> JobState:
    _wait(lambda: _state(job.number).status not in ("waiting", "running"))
    return _state(job.number)


def _has_begun(job: JobState) -> bool:
    return _state(job.number).share is not None


def _has_run(classifier: str) -> bool:
    try:
        store.load_record("digits", classifier)
    except ArtifactMissingError:
        return False
    return True


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_training_reports_every_epoch_and_stores_a_custom_run() -> None:
    changes = {"hidden": [16], "epochs": 4}
    state = _finish(queue.start(Task("mlp", "digits", changes=changes, subset=300, seed=3, label="Less", custom=True)))
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
    _wait(lambda: _has_begun(first))
    found = queue.overview()
    assert found.running is not None
    assert [found.running.number, *(job.number for job in found.waiting)] == [first.number, second.number, third.number]
    queue.cancel(first.number)
    assert _state(first.number).status == "cancelled"
    assert _finish(third).started >= _state(second.number).ended > 0
    assert [job.status for job in queue.overview().ended] == ["done", "done", "cancelled"]
    assert (_has_run("mlp"), _has_run("logistic@1"), _has_run("logistic")) == (False, True, True)


def test_a_waiting_training_can_be_removed_and_never_runs() -> None:
    first, second = queue.start(SLOW), queue.start(QUICK)
    queue.cancel(second.number)
    assert _state(second.number).status == "cancelled"
    assert second.number not in {job.number for job in queue.overview().unfinished}
    queue.cancel(first.number)
    _finish(first)
    assert not _has_run("logistic")
    queue.cancel(first.number)  # has already ended
    assert _state(first.number).status == "cancelled"


def test_the_same_task_is_queued_once_and_a_full_queue_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "MAX_WAITING", 1)
    first = queue.start(SLOW)
    _wait(lambda: _state(first.number).status == "running")
    waiting = queue.start(CUSTOM)
    assert (queue.start(SLOW).number, queue.start(CUSTOM).number) == (first.number, waiting.number)
    with pytest.raises(TrainingError, match=r"training queue is full \(1 waiting\)"):
        queue.start(QUICK)


def test_a_training_waits_for_the_training_of_another_server() -> None:
    with lock.training_lock(SLOW):
        job = queue.start(QUICK)
        _wait(lambda: "another training on this machine (mlp on digits)" in _state(job.number).message)
        assert _state(job.number).status == "waiting"
    _wait(lambda: _state(job.number).status == "running")


SERVER = """
import time
from mnist_core.jobs import queue

queue.start(queue.Task("logistic", "digits", changes={"C": 0.1}, custom=True))
end = time.monotonic() + 300
while queue.overview().unfinished and time.monotonic() < end:
    time.sleep(0.05)
(state,) = queue.overview().ended
print(state.status, state.stored_as, state.started, state.ended)
"""


@pytest.mark.slow
def test_two_servers_train_one_after_the_other_and_store_separate_runs() -> None:
    command = [sys.executable, "-c", SERVER]
    with running(command, PROJECT_ROOT) as one, running(command, PROJECT_ROOT) as other:
        outputs = [server.communicate(timeout=TIMEOUT)[0].split() for server in (one, other)]
    first, second = sorted(outputs, key=lambda words: float(words[2]))
    assert (first[:2], second[:2]) == (["done", "logistic@1"], ["done", "logistic@2"])
    assert _has_run("logistic@1")
    assert _has_run("logistic@2")


def test_a_killed_training_is_reported_and_stores_nothing(artifacts: Path) -> None:
    job = queue.start(replace(SLOW, custom=True))
    _wait(lambda: len(_state(job.number).history) > 1)
    assert TRAINING_QUEUE._worker is not None
    os.killpg(TRAINING_QUEUE._worker.process.pid, signal.SIGKILL)
    state = _finish(job)
    assert (state.status, state.stored_as) == ("failed", "")
    assert "ended by SIGKILL; nothing was stored." in state.error
    assert "out of memory. Train on fewer digits" in state.error
    assert not _files(artifacts)


KILLED_SERVER = """
import time
from mnist_core.jobs import queue

queue.start(queue.Task("mlp", "digits", {"epochs": 80}, custom=True))
while not any(len(state.history) > 1 for state in queue.overview().unfinished):
    time.sleep(0.02)
print("training", flush=True)
time.sleep(600)
"""


@pytest.mark.slow
@pytest.mark.slow
def test_a_training_whose_server_is_killed_ends_stores_nothing_and_frees_the_lock(artifacts: Path) -> None:
    command = [sys.executable, "-c", KILLED_SERVER]
    with running(command, PROJECT_ROOT) as server:
        wait_for_line(server, "training", TIMEOUT)
        server.kill()
    assert _finish(queue.start(QUICK)).status == "done"  # after waiting for the lock
    assert sorted(path.parent.name for path in artifacts.rglob("record.json")) == ["logistic"]


HANGS_WHILE_WRITING = "import os, time; os.fsync = lambda _: time.sleep(600)"


@pytest.mark.slow
@pytest.mark.slow
def test_a_training_whose_server_is_killed_holds_the_lock_as_long_as_its_process_lives(
    artifacts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sitecustomize.py").write_text(HANGS_WHILE_WRITING)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with running([sys.executable, "-c", SERVER], PROJECT_ROOT) as server:
        _wait(lambda: bool(_files(artifacts)))
        (training,) = psutil.Process(server.pid).children()
        server.kill()
    try:
        with pytest.raises(lock.LockedError, match=r"another training on this machine \(logistic on digits\)"):
            lock.training_lock(QUICK).__enter__()
    finally:
        training.kill()
    _wait(_lock_is_free)


def _lock_is_free() -> bool:
    try:
        with lock.training_lock(QUICK):
            return True
    except lock.LockedError:
        return False


@pytest.mark.slow
@pytest.mark.slow
def test_a_training_killed_while_writing_leaves_no_run_and_its_name_is_not_used_again(
    artifacts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sitecustomize.py").write_text(HANGS_WHILE_WRITING)
    with monkeypatch.context() as patch:
        patch.setenv("PYTHONPATH", str(tmp_path))
        job = queue.start(CUSTOM)
        _wait(lambda: bool(_files(artifacts)))
        assert TRAINING_QUEUE._worker is not None
        os.killpg(TRAINING_QUEUE._worker.process.pid, signal.SIGKILL)
        assert _finish(job).status == "failed"
    assert not _has_run("logistic@1")
    assert not list(artifacts.rglob("record.json"))
    state = _finish(queue.start(CUSTOM))
    assert state.stored_as == "logistic@2"
    assert [name for name in store.list_runs("digits") if "@" in name] == ["logistic@2"]


def test_a_failed_training_shows_the_standard_error_of_its_process() -> None:
    state = _finish(queue.start(replace(CUSTOM, subset=20)))
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


def test_an_unsupported_system_has_a_message_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
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
        state = _finish(queue.start(QUICK))
    assert state.status == "failed"
    assert all(part in state.error for part in expected)
    lock.lock_file().unlink(missing_ok=True)
    with lock.training_lock(QUICK):  # free
        pass
    _wait(lambda: TRAINING_QUEUE.is_idle)


def _worker(program: str) -> worker.Worker:
    """Return a worker whose process runs `program`, after the program has reported "Ready"."""
    stderr = tempfile.TemporaryFile("w+")  # noqa: SIM115 - the worker closes it
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=stderr, text=True, start_new_session=True
    )
    started = worker.Worker(JobState(0, QUICK, "running"), process, stderr)
    _wait(lambda: started.state.message == "Ready")
    return started


@pytest.mark.parametrize(("code", "share", "status"), [(0, 0.9, "done"), (1, 1.0, "done"), (1, 0.9, "cancelled")])
def test_a_training_cancelled_after_its_run_was_stored_is_done(code: int, share: float, status: str) -> None:
    report = {"message": "Ready", "share": share, "classifier": "logistic"}
    stopped = _worker(
        "import signal, sys, time\n"
        f"signal.signal(signal.SIGTERM, lambda *_: sys.exit({code}))\n"
        f"print({json.dumps(report)!r}, flush=True)\n"
        "time.sleep(60)\n"
    )
    stopped.stop()
    assert stopped.state.status == status
    assert stopped.state.stored_as == ("logistic" if share == 1.0 else "")
    assert ("nothing was stored" in stopped.state.message) == (status == "cancelled")


def test_a_crash_is_reported_with_its_signal_and_without_the_memory_advice() -> None:
    report = {"message": "Ready", "share": 0.5, "classifier": "logistic"}
    crashed = _worker(
        "import os, signal, sys\n"
        "print('about to crash', file=sys.stderr, flush=True)\n"
        f"print({json.dumps(report)!r}, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGSEGV)\n"
    )
    crashed.reader.join(TIMEOUT)
    assert crashed.state.status == "failed"
    assert crashed.state.error == "about to crash\nThe training process was ended by SIGSEGV; nothing was stored."


def test_output_of_libraries_is_ignored() -> None:
    report = {"message": "Ready", "share": 0.5, "classifier": "logistic"}
    lines = ["hello", "3", "[1]", "{}", "null", json.dumps(report)]
    ended = _worker("\n".join(f"print({line!r})" for line in lines))
    ended.reader.join(TIMEOUT)
    assert (ended.state.message, ended.state.status, ended.state.history) == ("Ready", "done", ())


def test_a_cancel_after_the_last_report_changes_nothing() -> None:
    job = queue.start(QUICK)
    _wait(lambda: "test digits" in _state(job.number).message)  # the process needs another 0.25 s to exit
    queue.cancel(job.number)
    assert _state(job.number).status == "done"
    assert _has_run("logistic")


@pytest.mark.parametrize("label", ["Less", "--custom", 'it\'s $HOME `x` "y"', "a\0b\nc", "*" * 500])
def test_the_displayed_command_runs_the_same_training_for_any_label(label: str) -> None:
    task = Task("mlp", "digits", {"hidden": [800, 400], "learning_rate": 5e-4}, 300, 3, clean_label(label), custom=True)
    command = subprocess.run(
        ["sh", "-c", f"printf '%s\\0' {task.command}"], capture_output=True, text=True, check=True, timeout=TIMEOUT
    )
    words = command.stdout.removesuffix("\0").split("\0")
    assert words == ["python", *task.arguments]
    options = build_parser().parse_args(words[3:])
    assert (options.classifiers, options.dataset, dict(options.changes)) == (["mlp"], "digits", dict(task.changes))
    assert (options.subset, options.seed, options.label, options.custom) == (300, 3, task.label, True)


def test_pages_import_the_queue_without_training_libraries() -> None:
    code = (
        "import sys, mnist_core.jobs.queue\n"
        "print(*(name for name in ('sklearn', 'torch', 'onnx', 'streamlit') if name in sys.modules))"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=PROJECT_ROOT, timeout=TIMEOUT
    )
    assert (found.stdout.strip(), found.returncode) == ("", 0)
