"""One training at a time, in a process of its own: started by a page, watched, and stopped.

The process runs `python -m mnist_core train` and holds a lock on a file for as long as it lives, so that no second one
starts from another session, another server, or after this server has gone. The system frees a dead process's lock.
"""

import atexit
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
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Literal

from mnist_core.errors import TrainingError

try:
    import fcntl
except ImportError:  # Windows, where neither such locks nor process groups exist
    fcntl = None  # type: ignore[assignment]

Status = Literal["running", "done", "failed", "cancelled"]
PROJECT_ROOT = Path(__file__).resolve().parents[1]
LAST_LINES = 20
SECONDS_TO_END = 5.0
NICENESS = 10
"""The pages come first."""


@dataclass(frozen=True)
class JobState:
    """Where a training stands.

    Attributes
    ----------
    message : str
        What it does now, or did last.
    share : float or None
        Of the work, 0..1; None while unknown.
    started : float
        Seconds since the epoch.
    error : str
        The last lines of what a failed one complained about.
    """

    classifier: str
    dataset: str
    message: str
    share: float | None
    started: float
    status: Status
    error: str = ""


class _Job:
    """A running process and the thread that reads what it reports."""

    def __init__(self, state: JobState, process: "subprocess.Popen[str]", complaints: IO[str]) -> None:
        self.state, self.process, self._complaints = state, process, complaints
        self._stopped = False
        self.reader = threading.Thread(target=self._read, name=f"training {state.classifier}", daemon=True)
        self.reader.start()

    def stop(self) -> None:
        """End the process and all it started, politely at first."""
        self._stopped = True
        for ending in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, ending)
            self.reader.join(SECONDS_TO_END)

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as lines, self._complaints as complaints:
            for line in lines:
                with contextlib.suppress(ValueError, KeyError, TypeError):  # a library's own chatter is no report
                    report = json.loads(line)
                    self.state = replace(self.state, message=report["message"], share=report["share"])
            code = self.process.wait()
            complaints.seek(0)
            error = "".join(deque(complaints, LAST_LINES)).strip()
        if code == 0:  # also where it was asked to stop: the run had been stored by then
            self.state = replace(self.state, status="done", share=1.0)
        elif self._stopped:
            self.state = replace(self.state, status="cancelled", share=None, message="Cancelled; nothing was stored.")
        else:
            ended = f"ended by signal {-code}" if code < 0 else f"failed with exit status {code}"
            error = f"{error}\nThe training process {ended}.".strip()
            self.state = replace(self.state, status="failed", share=None, error=error)


_guard = threading.Lock()
_job: _Job | None = None


def why_not_allowed() -> str | None:
    """Why pages may not train here, as a sentence; None where they may.

    The environment says MNIST_TRAINING=off where the machine is too small.
    """
    if os.environ.get("MNIST_TRAINING", "").lower() in ("off", "0", "no", "false"):
        return "Training on this server is switched off (MNIST_TRAINING=off)."
    if fcntl is None:
        return "Training from a page needs a POSIX system, such as Linux or macOS."
    return None


def start(classifier: str, dataset: str = "mnist", *, force: bool = False) -> JobState:
    """Start a training and return at once.

    Raises
    ------
    TrainingError
        Training is not allowed here, another one is under way, in this server or elsewhere on this machine, or the
        system refuses the lock, a temporary file or the process.
    """
    global _job
    command = ["mnist_core", "train", classifier, "--dataset", dataset]
    if reason := why_not_allowed():
        raise TrainingError(f"{reason} In a terminal, run: python -m {' '.join(command)}")
    with _guard, _locked(classifier, dataset) as lock:
        with _or_say("its process could not be started"), contextlib.ExitStack() as undo:
            complaints = undo.enter_context(tempfile.TemporaryFile("w+", errors="replace"))
            process = subprocess.Popen(
                [sys.executable, "-m", *command, "--progress", "json"] + ["--force"] * force,
                cwd=PROJECT_ROOT,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=complaints,
                text=True,
                errors="replace",
                start_new_session=True,
                pass_fds=[lock],
            )
            undo.pop_all()  # the reader closes it
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, process.pid, NICENESS)
        state = JobState(classifier, dataset, "Starting", None, time.time(), "running")
        _job = _Job(state, process, complaints)
    return state


def current() -> JobState | None:
    """The training that this server runs or ran last; None before the first."""
    return _job.state if _job else None


def cancel() -> JobState | None:
    """Stop what is running, and wait until it has ended. A run is stored as a whole or not at all."""
    with _guard:
        if _job and _job.state.status == "running":
            _job.stop()
    return current()


def lock_file() -> Path:
    """The file on which the training process of this user and machine holds a lock."""
    return Path(tempfile.gettempdir()) / f"mnist-dashboard-training-{os.getuid()}.lock"


@contextlib.contextmanager
def _locked(classifier: str, dataset: str) -> Iterator[int]:
    """The descriptor of the locked file: closed here, it stays locked while a process that was given it lives."""
    refused = "its lock file could not be written"
    with _or_say(refused):
        descriptor = os.open(lock_file(), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with _or_say(refused):
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                running = os.read(descriptor, 200).decode(errors="replace") or "one"
                raise TrainingError(f"Another training is under way ({running}). Wait for it or cancel it.") from None
            os.ftruncate(descriptor, 0)
            os.write(descriptor, f"{classifier} on {dataset}".encode())
        yield descriptor
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _or_say(what: str) -> Iterator[None]:
    """Make what the system refuses an error that says what failed."""
    try:
        yield
    except OSError as error:
        raise TrainingError(f"The training did not start: {what} ({error}).") from error


atexit.register(cancel)
