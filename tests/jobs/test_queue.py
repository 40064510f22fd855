"""Training in a process of its own: one at a time, in turn, watched, stopped, and never stored by halves."""

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

import pytest

from mnist_core import store
from mnist_core.base.errors import ArtifactMissingError, TrainingError, UnknownNameError
from mnist_core.classifiers.registry import CLASSIFIERS
from mnist_core.jobs import queue, worker
from mnist_core.jobs.queue import JobState, Task

pytestmark = pytest.mark.skipif(worker.fcntl is None, reason="pages train on POSIX systems only")
PATIENCE = 300
QUICK, SLOW = Task("logistic", "digits"), Task("mlp", "digits")
OWN = replace(QUICK, changes={"C": 0.1}, subset=300, label="Less", custom=True)


@pytest.fixture(autouse=True)
def artifacts(tmp_path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("MNIST_ARTIFACTS_DIR", str(tmp_path / "artifacts"))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.delenv("MNIST_TRAINING", raising=False)
    yield tmp_path / "artifacts"
    queue._end()
    _wait(lambda: queue._clerk is None)
    queue._ended.clear()


def _wait(until: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if until():
            return
        time.sleep(0.02)
    raise AssertionError(f"gave up waiting: {queue.overview()}")


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


def test_a_training_tells_of_every_epoch_and_stores_a_run_of_ones_own() -> None:
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


def test_the_others_wait_in_turn_and_start_by_themselves() -> None:
    first, second, third = (queue.start(task) for task in (SLOW, OWN, QUICK))
    _wait(lambda: _has_begun(first))
    found = queue.overview()
    assert found.running is not None
    assert [found.running.number, *(job.number for job in found.waiting)] == [first.number, second.number, third.number]
    queue.cancel(first.number)
    assert _state(first.number).status == "cancelled"
    assert _finish(third).started >= _state(second.number).ended > 0
    assert [job.status for job in queue.overview().ended] == ["done", "done", "cancelled"]
    assert (_has_run("mlp"), _has_run("logistic@1"), _has_run("logistic")) == (False, True, True)


def test_one_that_waits_can_be_removed_and_is_never_trained() -> None:
    first, second = queue.start(SLOW), queue.start(QUICK)
    queue.cancel(second.number)
    assert _state(second.number).status == "cancelled"
    assert second.number not in {job.number for job in queue.overview().unfinished}
    queue.cancel(first.number)
    _finish(first)
    assert not _has_run("logistic")
    queue.cancel(first.number)  # once more, too late
    assert _state(first.number).status == "cancelled"


def test_the_same_twice_is_one_training_and_too_many_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "MOST_WAITING", 1)
    first = queue.start(SLOW)
    _wait(lambda: _state(first.number).status == "running")
    waits = queue.start(OWN)
    assert (queue.start(SLOW).number, queue.start(OWN).number) == (first.number, waits.number)
    with pytest.raises(TrainingError, match="1 trainings are waiting already"):
        queue.start(QUICK)


def test_the_training_of_another_server_is_waited_for() -> None:
    with worker._locked(SLOW):
        job = queue.start(QUICK)
        _wait(lambda: "another training on this machine (mlp on digits)" in _state(job.number).message)
        assert _state(job.number).status == "waiting"
    _wait(lambda: _state(job.number).status == "running")


SERVER = """
import time
from mnist_core import jobs
job = queue.start(queue.Task("logistic", "digits", changes={"C": 0.1}, own=True))
while queue.overview().unfinished:
    time.sleep(0.05)
(state,) = queue.overview().ended
print(state.status, state.stored_as, state.started, state.ended)
"""


def test_two_servers_that_train_at_once_take_turns_and_neither_overwrites_the_other() -> None:
    pipes = {"stdout": subprocess.PIPE, "text": True, "cwd": worker.PROJECT_ROOT}
    servers = [subprocess.Popen([sys.executable, "-c", SERVER], **pipes) for _ in range(2)]  # type: ignore[call-overload]
    told = sorted((server.communicate(timeout=PATIENCE)[0].split() for server in servers), key=lambda told: told[2])
    assert [words[0] for words in told] == ["done", "done"]
    assert [words[1] for words in told] == ["logistic@1", "logistic@2"]
    assert _has_run("logistic@1")
    assert _has_run("logistic@2")


def test_a_killed_process_is_reported_and_leaves_nothing(artifacts: Path) -> None:
    job = queue.start(replace(SLOW, custom=True))
    _wait(lambda: len(_state(job.number).history) > 1)
    assert queue._worker is not None
    os.killpg(queue._worker.process.pid, signal.SIGKILL)
    state = _finish(job)
    assert (state.status, state.stored_as) == ("failed", "")
    assert "ended by SIGKILL; nothing was stored." in state.error
    assert "out of memory: train on fewer digits" in state.error
    assert not _files(artifacts)


DOOMED_SERVER = """
import time
from mnist_core import jobs
from mnist_core.jobs import Task

job = queue.start(Task("mlp", "digits", {"epochs": 80}, own=True))
while not any(len(state.history) > 1 for state in queue.overview().unfinished):
    time.sleep(0.02)
print("under way", flush=True)
time.sleep(600)
"""


def test_a_training_whose_server_is_killed_ends_stores_nothing_and_makes_way(artifacts: Path) -> None:
    command = [sys.executable, "-c", DOOMED_SERVER]
    with subprocess.Popen(command, cwd=worker.PROJECT_ROOT, stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == b"under way\n"
        server.kill()
    assert _finish(queue.start(QUICK)).status == "done"  # it had to wait for the lock
    assert sorted(path.parent.name for path in artifacts.rglob("record.json")) == ["logistic"]


HANGS_WHILE_WRITING = "import os, time; os.fsync = lambda _: time.sleep(600)"


def test_one_that_is_killed_while_it_writes_leaves_no_run_and_its_name_to_nobody(
    artifacts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sitecustomize.py").write_text(HANGS_WHILE_WRITING)
    with monkeypatch.context() as patch:
        patch.setenv("PYTHONPATH", str(tmp_path))
        job = queue.start(OWN)
        _wait(lambda: bool(_files(artifacts)))
        assert queue._worker is not None
        os.killpg(queue._worker.process.pid, signal.SIGKILL)
        assert _finish(job).status == "failed"
    assert not _has_run("logistic@1")
    assert not list(artifacts.rglob("record.json"))
    state = _finish(queue.start(OWN))
    assert state.stored_as == "logistic@2"
    assert [name for name in store.list_runs("digits") if "@" in name] == ["logistic@2"]


def test_a_failure_shows_what_the_process_complained_about() -> None:
    state = _finish(queue.start(replace(OWN, subset=20)))
    assert state.status == "failed"
    assert "Expected a subset of 100 to 898 digits, found 20." in state.error
    assert "failed with exit status 1" in state.error


def test_what_cannot_be_is_refused_before_it_is_in_the_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CLASSIFIERS, "cnn", replace(CLASSIFIERS["cnn"], requires=("no_such_package",)))
    for task, error, message in (
        (Task("sdg", "digits"), UnknownNameError, "sgd"),
        (Task("sgd", "minst"), UnknownNameError, "mnist"),
        (replace(OWN, changes={"depth": 3}), TrainingError, "no hyperparameter depth"),
        (replace(OWN, changes={"C": "much"}), TrainingError, "Expected C of logistic to be a number"),
        (Task("cnn", "digits"), TrainingError, r"needs no_such_package.*pip install -r requirements-train\.txt"),
    ):
        with pytest.raises(error, match=message):
            queue.start(task)
    assert queue.overview() == queue.Jobs(None, (), ())


def test_where_training_is_off_nothing_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    assert queue.why_not_allowed() is None
    monkeypatch.setenv("MNIST_TRAINING", "off")
    with pytest.raises(TrainingError, match=r"MNIST_TRAINING=off.*python -m mnist_core train logistic"):
        queue.start(QUICK)


def test_a_system_without_locks_is_not_called_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(worker, "fcntl", None)
        with pytest.raises(TrainingError, match=r"needs a POSIX system.*python -m mnist_core train logistic") as caught:
            queue.start(QUICK)
    assert "MNIST_TRAINING" not in str(caught.value)


@pytest.mark.parametrize(
    "obstacle",
    ["a lock file that is a link", "no folder for temporary files", "no room for temporary files", "no Python"],
)
def test_what_the_system_refuses_is_a_clear_error_and_no_lock_is_left(
    obstacle: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object, **_options: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        match obstacle:
            case "a lock file that is a link":
                worker.lock_file().symlink_to(tmp_path / "elsewhere")
                expected = ("its lock file could not be written", str(worker.lock_file()))
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
    worker.lock_file().unlink(missing_ok=True)
    with worker._locked(QUICK):  # nobody holds it
        pass
    _wait(lambda: queue._clerk is None)


def _worker(program: str) -> worker.Worker:
    """A worker whose process runs another program, once that has said that it is ready."""
    complaints = tempfile.TemporaryFile("w+")  # noqa: SIM115 - the worker closes it
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=complaints, text=True, start_new_session=True
    )
    started = worker.Worker(JobState(0, QUICK, "running"), process, complaints)
    _wait(lambda: started.state.message == "Ready")
    return started


@pytest.mark.parametrize(("code", "share", "status"), [(0, 0.9, "done"), (1, 1.0, "done"), (1, 0.9, "cancelled")])
def test_who_had_stored_its_run_when_it_was_cancelled_is_done(code: int, share: float, status: str) -> None:
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


def test_a_crash_is_called_by_its_signal_and_is_not_blamed_on_memory() -> None:
    report = {"message": "Ready", "share": 0.5, "classifier": "logistic"}
    crashed = _worker(
        "import os, signal, sys\n"
        "print('about to crash', file=sys.stderr, flush=True)\n"
        f"print({json.dumps(report)!r}, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGSEGV)\n"
    )
    crashed.reader.join(PATIENCE)
    assert crashed.state.status == "failed"
    assert crashed.state.error == "about to crash\nThe training process was ended by SIGSEGV; nothing was stored."


def test_what_a_library_prints_is_no_report() -> None:
    report = {"message": "Ready", "share": 0.5, "classifier": "logistic"}
    lines = ["hello", "3", "[1]", "{}", "null", json.dumps(report)]
    ended = _worker("\n".join(f"print({line!r})" for line in lines))
    ended.reader.join(PATIENCE)
    assert (ended.state.message, ended.state.status, ended.state.history) == ("Ready", "done", ())


def test_a_cancel_that_comes_when_all_is_stored_changes_nothing() -> None:
    job = queue.start(QUICK)
    _wait(lambda: "test digits" in _state(job.number).message)  # Python takes a quarter of a second to end
    queue.cancel(job.number)
    assert _state(job.number).status == "done"
    assert _has_run("logistic")


@pytest.mark.parametrize("label", ["Less", "--custom", 'it\'s $HOME `x` "y"', "a\0b\nc", "*" * 500])
def test_the_command_to_copy_is_what_the_job_runs_whatever_the_label(label: str) -> None:
    from mnist_core.__main__ import _parser
    from mnist_core.base.labels import clean_label

    task = Task("mlp", "digits", {"hidden": [800, 400], "learning_rate": 5e-4}, 300, 3, clean_label(label), custom=True)
    command = subprocess.run(["sh", "-c", f"printf '%s\\0' {task.command}"], capture_output=True, text=True, check=True)
    words = command.stdout.removesuffix("\0").split("\0")
    assert words == ["python", *task.arguments]
    options = _parser().parse_args(words[3:])
    assert (options.classifiers, options.dataset, dict(options.changes)) == (["mlp"], "digits", dict(task.changes))
    assert (options.subset, options.seed, options.label, options.custom) == (300, 3, task.label, True)


def test_pages_can_import_it_without_what_trains() -> None:
    code = (
        "import sys, mnist_core.jobs\n"
        "print(*(name for name in ('sklearn', 'torch', 'onnx', 'streamlit') if name in sys.modules))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=worker.PROJECT_ROOT)
    assert (found.stdout.strip(), found.returncode) == ("", 0)
