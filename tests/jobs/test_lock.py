"""The lock that lets one training run at a time on a machine."""

import sys
from pathlib import Path

import psutil
import pytest

from mnist_core.base.paths import PROJECT_ROOT
from mnist_core.jobs import lock, queue, worker
from tests.jobs.helpers import (
    HANGS_WHILE_WRITING,
    QUICK,
    SLOW,
    TIMEOUT,
    files_in,
    finish,
    has_run,
    state_of,
    wait_until,
)
from tests.processes import running, wait_for_line

pytestmark = pytest.mark.skipif(not worker.SUPPORTED, reason="pages train on POSIX systems only")


def lock_is_free() -> bool:
    try:
        with lock.training_lock(QUICK):
            return True
    except lock.LockedError:
        return False


def test_a_training_waits_for_the_training_of_another_server() -> None:
    with lock.training_lock(SLOW):
        job = queue.start(QUICK)
        wait_until(lambda: "another training on this machine (mlp on digits)" in state_of(job.number).message)
        assert state_of(job.number).status == "waiting"
    wait_until(lambda: state_of(job.number).status == "running")


# Start a training, wait until it has ended, and print its state.
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
    assert has_run("logistic@1")
    assert has_run("logistic@2")


# Start a training, and print "training" after it has reported two epochs.
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
def test_a_training_ends_without_a_run_after_its_server_is_killed(artifacts: Path) -> None:
    command = [sys.executable, "-c", KILLED_SERVER]
    with running(command, PROJECT_ROOT) as server:
        wait_for_line(server, "training", TIMEOUT)
        server.kill()
    assert finish(queue.start(QUICK)).status == "done"  # it first waited for the lock
    assert sorted(path.parent.name for path in artifacts.rglob("record.json")) == ["logistic"]


@pytest.mark.slow
def test_a_training_holds_the_lock_even_after_its_server_is_killed(
    artifacts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sitecustomize.py").write_text(HANGS_WHILE_WRITING)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with running([sys.executable, "-c", SERVER], PROJECT_ROOT) as server:
        wait_until(lambda: bool(files_in(artifacts)))
        (training,) = psutil.Process(server.pid).children()
        server.kill()
    try:
        with pytest.raises(lock.LockedError, match=r"another training on this machine \(logistic on digits\)"):
            lock.training_lock(QUICK).__enter__()
    finally:
        training.kill()
    wait_until(lock_is_free)
