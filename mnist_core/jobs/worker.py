"""Training in a separate process: start it, follow its progress and stop it.

The process runs `python -m mnist_core train` and reports its progress as JSON lines on its standard output.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from typing import IO, Any

from mnist_core.base.paths import PROJECT_ROOT
from mnist_core.jobs.lock import report_failure, training_lock
from mnist_core.jobs.task import CANCELLED, JobState

SUPPORTED = os.name == "posix"
"""Windows has neither process groups nor locks that a process inherits."""
MAX_ERROR_LINES = 20
"""Maximum number of lines of a failed process's standard error that are kept."""
STOP_SECONDS = 5.0
"""Seconds between SIGTERM and SIGKILL."""
NICENESS = 10
"""Priority of training processes. It is low, because serving pages comes first."""
_OUT_OF_MEMORY = (
    "Unless the process was ended on purpose, the machine ran out of memory. "
    "Train on fewer digits or choose a smaller model."
)


class Worker:
    """A training process and the thread that reads its progress reports.

    Attributes
    ----------
    state : JobState
        Updated with each progress report, and once more when the process has ended.
    process : Popen
        The training process. It is the leader of a new process group.
    reader : Thread
        Thread that reads the reports. It ends after the process, when `state` is final.
    """

    def __init__(self, state: JobState, process: "subprocess.Popen[str]", stderr: IO[str]) -> None:
        self.state, self.process, self._stderr = state, process, stderr
        self._stopped = False
        self.reader = threading.Thread(target=self._read, name=f"training {state.number}", daemon=True)
        self.reader.start()

    def stop(self) -> None:
        """End the process group, first with SIGTERM and then with SIGKILL, and wait until it has ended."""
        self._stopped = True
        for signal_ in (signal.SIGTERM, signal.SIGKILL):
            if self.process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self.process.pid, signal_)
            self.reader.join(STOP_SECONDS)

    def _read(self) -> None:
        """Read the progress reports until the process ends, then set the final state."""
        assert self.process.stdout is not None
        with self.process.stdout as lines, self._stderr as stderr:
            for line in lines:
                with contextlib.suppress(ValueError, KeyError, TypeError):  # output of a library, not a report
                    self._apply(json.loads(line))
            code = self.process.wait()
            stderr.seek(0)
            error = "".join(deque(stderr, MAX_ERROR_LINES)).strip()
        ended = replace(self.state, ended=time.time(), share=None)
        if code == 0 or self.state.share == 1.0:  # a process that is stopped after a share of 1 has stored its run
            self.state = replace(ended, status="done", share=1.0)
        elif self._stopped:
            self.state = replace(ended, status="cancelled", message=CANCELLED, stored_as="")
        else:
            error = f"{error}\n{_describe_exit(code)}".strip()
            self.state = replace(ended, status="failed", stored_as="", error=error)

    def _apply(self, report: Mapping[str, Any]) -> None:
        """Update the state with a progress report."""
        message, share, name = report["message"], report["share"], report["classifier"]
        self.state = replace(self.state, message=message, share=share, stored_as=name if share == 1.0 else "")
        entry = report.get("entry")
        if entry and "validation_accuracy" in entry:  # the second training has no validation split
            self.state = replace(self.state, history=(*self.state.history, entry))


def start_worker(state: JobState) -> Worker:
    """Start a training process, and return without waiting for its end.

    Raises
    ------
    LockedError
        Another training is running on this machine, started by this server or another one.
    TrainingError
        The operating system refuses the lock, a temporary file or the process.
    """
    with (
        training_lock(state.task) as lock,
        contextlib.ExitStack() as cleanup,
        report_failure("its process could not be started"),
    ):
        stderr = cleanup.enter_context(tempfile.TemporaryFile("w+", errors="replace"))
        process = subprocess.Popen(
            [sys.executable, *state.task.arguments, "--progress", "json"],
            cwd=PROJECT_ROOT,
            # With a passive policy, idle threads of torch and scikit-learn sleep. Training is slower, but leaves a
            # core for serving pages.
            env={**os.environ, "PYTHONUNBUFFERED": "1", "OMP_WAIT_POLICY": "PASSIVE"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            errors="replace",
            start_new_session=True,
            pass_fds=[lock],
        )
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, process.pid, NICENESS)
        running = replace(state, status="running", message="Starting", started=time.time())
        cleanup.pop_all()  # the worker closes the file
        return Worker(running, process, stderr)


def _describe_exit(code: int) -> str:
    """Return how a process failed, given its exit status. A negative status is the signal that ended the process."""
    if code > 0:
        return f"The training process failed with exit status {code}."
    try:
        name = signal.Signals(-code).name
    except ValueError:  # a real-time signal
        name = f"signal {-code}"
    text = f"The training process was ended by {name}; no partial run was written."
    return f"{text} {_OUT_OF_MEMORY}" if -code == signal.SIGKILL else text
