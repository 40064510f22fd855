"""One training in a process of its own: started, watched, and stopped.

The process runs `python -m mnist_core train` and holds a lock on a file for as long as it lives, so that no second one
starts from another server, or after this server has gone. The system frees a dead process's lock.
"""

import contextlib
import json
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any, Literal

from mnist_core.base.errors import TrainingError

try:
    import fcntl
except ImportError:  # Windows, where neither such locks nor process groups exist
    fcntl = None  # type: ignore[assignment]

Status = Literal["waiting", "running", "done", "failed", "cancelled"]
PROJECT_ROOT = Path(__file__).resolve().parents[2]
LAST_LINES = 20
SECONDS_TO_END = 5.0
NICENESS = 10
"""The pages come first."""
_OUT_OF_MEMORY = (
    "Unless somebody ended it, the machine ran out of memory: train on fewer digits, or choose a smaller model."
)


class LockedError(TrainingError):
    """Another training is under way on this machine."""


@dataclass(frozen=True)
class Task:
    """What is to be trained.

    Attributes
    ----------
    changes : mapping
        Hyperparameters that are to differ from the registry's.
    subset : int or None
        How many digits to train on; None: all.
    seed : int or None
        None: 0, or that of the stored run.
    own : bool
        Whether to keep it as a run of one's own; needed by changes, a subset and a label.
    force : bool
        Train it also where the stored run is up to date.
    """

    classifier: str
    dataset: str = "mnist"
    changes: Mapping[str, Any] = field(default_factory=dict)
    subset: int | None = None
    seed: int | None = None
    label: str = ""
    custom: bool = False
    force: bool = False

    @property
    def arguments(self) -> list[str]:
        """Of `python`: exactly what somebody would write in a terminal."""
        words = ["-m", "mnist_core", "train", self.classifier, "--dataset", self.dataset]
        for name, value in self.changes.items():
            words += ["--set", f"{name}={json.dumps(value)}"]
        words += ["--subset", f"{self.subset}"] if self.subset else []
        words += ["--seed", f"{self.seed}"] if self.seed is not None else []
        words += [f"--label={self.label}"] if self.label else []
        return [*words, *["--custom"] * self.custom, *["--force"] * self.force]

    @property
    def command(self) -> str:
        """The same as one line to copy."""
        return shlex.join(["python", *self.arguments])


@dataclass(frozen=True)
class JobState:
    """Where a training stands.

    Attributes
    ----------
    number : int
        Counts the trainings that this server was asked for.
    message : str
        What it does now, or did last.
    share : float or None
        Of the work, 0..1; None while unknown.
    started, ended : float
        Seconds since the epoch; 0 while it has not.
    history : mappings with "epoch", "loss", "validation_accuracy"
        The epochs of the training that holds digits out, as far as it is.
    stored_as : str
        The name of the run, once it is stored.
    error : str
        The last lines of what a failed one complained about, and how its process ended.
    """

    number: int
    task: Task
    status: Status = "waiting"
    message: str = ""
    share: float | None = None
    started: float = 0.0
    ended: float = 0.0
    history: tuple[Mapping[str, float], ...] = ()
    stored_as: str = ""
    error: str = ""


class Worker:
    """A running process and the thread that reads what it reports."""

    def __init__(self, state: JobState, process: "subprocess.Popen[str]", complaints: IO[str]) -> None:
        self.state, self.process, self._complaints = state, process, complaints
        self._stopped = False
        self.reader = threading.Thread(target=self._read, name=f"training {state.number}", daemon=True)
        self.reader.start()

    def stop(self) -> None:
        """End the process and all it started, politely at first; return when it has ended."""
        self._stopped = True
        for ending in (signal.SIGTERM, signal.SIGKILL):
            if self.process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self.process.pid, ending)
            self.reader.join(SECONDS_TO_END)

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as lines, self._complaints as complaints:
            for line in lines:
                with contextlib.suppress(ValueError, KeyError, TypeError):  # a library's own chatter is no report
                    self._take(json.loads(line))
            code = self.process.wait()
            complaints.seek(0)
            error = "".join(deque(complaints, LAST_LINES)).strip()
        ended = replace(self.state, ended=time.time(), share=None)
        if code == 0 or self.state.share == 1.0:  # also where it was ended: the run had been stored by then
            self.state = replace(ended, status="done", share=1.0)
        elif self._stopped:
            message = "Cancelled; nothing was stored."
            self.state = replace(ended, status="cancelled", message=message, stored_as="")
        else:
            self.state = replace(ended, status="failed", stored_as="", error=f"{error}\n{_ending(code)}".strip())

    def _take(self, report: Mapping[str, Any]) -> None:
        message, share, name = report["message"], report["share"], report["classifier"]
        self.state = replace(self.state, message=message, share=share, stored_as=name if share == 1.0 else "")
        entry = report.get("entry")
        if entry and "validation_accuracy" in entry:  # the second training holds nothing out
            self.state = replace(self.state, history=(*self.state.history, entry))


def start_worker(state: JobState) -> Worker:
    """Start a training and return at once.

    Raises
    ------
    LockedError
        Another one is under way, from this server or another.
    TrainingError
        The system refuses the lock, a temporary file or the process.
    """
    with _locked(state.task) as lock, contextlib.ExitStack() as undo, _or_say("its process could not be started"):
        complaints = undo.enter_context(tempfile.TemporaryFile("w+", errors="replace"))
        process = subprocess.Popen(
            [sys.executable, *state.task.arguments, "--progress", "json"],
            cwd=PROJECT_ROOT,
            # Threads of torch and scikit-learn then sleep while they wait: slower, but a core is left for the pages.
            env={**os.environ, "PYTHONUNBUFFERED": "1", "OMP_WAIT_POLICY": "PASSIVE"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
            errors="replace",
            start_new_session=True,
            pass_fds=[lock],
        )
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, process.pid, NICENESS)
        running = replace(state, status="running", message="Starting", started=time.time())
        undo.pop_all()  # the reader closes it
        return Worker(running, process, complaints)


def lock_file() -> Path:
    """The file on which the training process of this user and machine holds a lock."""
    return Path(tempfile.gettempdir()) / f"mnist-dashboard-training-{os.getuid()}.lock"


def _ending(code: int) -> str:
    """How a process ended that did not end well, from its exit status."""
    if code > 0:
        return f"The training process failed with exit status {code}."
    try:
        name = signal.Signals(-code).name
    except ValueError:  # one of the real-time signals
        name = f"signal {-code}"
    text = f"The training process was ended by {name}; nothing was stored."
    return f"{text} {_OUT_OF_MEMORY}" if -code == signal.SIGKILL else text


@contextlib.contextmanager
def _locked(task: Task) -> Iterator[int]:
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
                raise LockedError(f"Waits for another training on this machine ({running}).") from None
            os.ftruncate(descriptor, 0)
            os.write(descriptor, f"{task.classifier} on {task.dataset}".encode())
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
