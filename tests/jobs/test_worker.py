"""Worker processes of the training queue."""

import json
import subprocess
import sys
import tempfile

import pytest

from mnist_core.jobs import worker
from mnist_core.jobs.queue import JobState
from tests.jobs.helpers import QUICK, TIMEOUT, wait_until

pytestmark = pytest.mark.skipif(not worker.SUPPORTED, reason="pages train on POSIX systems only")


def start_worker(program: str) -> worker.Worker:
    """Return a worker whose process runs `program`, after the program has reported "Ready"."""
    stderr = tempfile.TemporaryFile("w+")  # noqa: SIM115 - the worker closes it
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=stderr, text=True, start_new_session=True
    )
    started = worker.Worker(JobState(0, QUICK, "running"), process, stderr)
    wait_until(lambda: started.state.message == "Ready")
    return started


@pytest.mark.parametrize(("code", "share", "status"), [(0, 0.9, "done"), (1, 1.0, "done"), (1, 0.9, "cancelled")])
def test_a_training_cancelled_after_its_run_was_stored_is_done(code: int, share: float, status: str) -> None:
    report = {"message": "Ready", "share": share, "classifier": "logistic"}
    stopped = start_worker(
        "import signal, sys, time\n"
        f"signal.signal(signal.SIGTERM, lambda *_: sys.exit({code}))\n"
        f"print({json.dumps(report)!r}, flush=True)\n"
        "time.sleep(60)\n"
    )
    stopped.stop()
    assert stopped.state.status == status
    assert stopped.state.stored_as == ("logistic" if share == 1.0 else "")
    assert ("no partial run was written" in stopped.state.message) == (status == "cancelled")


def test_a_crash_is_reported_with_its_signal_and_without_the_memory_advice() -> None:
    report = {"message": "Ready", "share": 0.5, "classifier": "logistic"}
    crashed = start_worker(
        "import os, signal, sys\n"
        "print('about to crash', file=sys.stderr, flush=True)\n"
        f"print({json.dumps(report)!r}, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGSEGV)\n"
    )
    crashed.reader.join(TIMEOUT)
    assert crashed.state.status == "failed"
    assert (
        crashed.state.error == "about to crash\nThe training process was ended by SIGSEGV; no partial run was written."
    )


def test_output_of_libraries_is_ignored() -> None:
    report = {"message": "Ready", "share": 0.5, "classifier": "logistic"}
    lines = ["hello", "3", "[1]", "{}", "null", json.dumps(report)]
    ended = start_worker("\n".join(f"print({line!r})" for line in lines))
    ended.reader.join(TIMEOUT)
    assert (ended.state.message, ended.state.status, ended.state.history) == ("Ready", "done", ())
