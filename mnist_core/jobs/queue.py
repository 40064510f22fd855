"""The trainings that pages ask for: one at a time for all sessions of the server, the others wait in turn.

When one ends, the next starts by itself, whether anybody watches or not.
"""

import atexit
import contextlib
import itertools
import os
import threading
import time
from collections import deque
from dataclasses import dataclass, replace

from mnist_core.base.errors import TrainingError
from mnist_core.base.packages import require_packages
from mnist_core.classifiers.hyperparameters import check_changes
from mnist_core.classifiers.registry import get_classifier_spec
from mnist_core.datasets import get_dataset_spec
from mnist_core.jobs import worker
from mnist_core.jobs.worker import JobState, LockedError, Status, Task, Worker

__all__ = ["JobState", "Jobs", "Status", "Task", "cancel", "overview", "start", "why_not_allowed"]
MOST_WAITING, KEPT = 20, 8
SECONDS_BETWEEN_TRIES = 0.5
"""While the training of another server is under way."""


@dataclass(frozen=True)
class Jobs:
    """What runs, what waits in turn, and what ended, the last one first."""

    running: JobState | None
    waiting: tuple[JobState, ...]
    ended: tuple[JobState, ...]

    @property
    def unfinished(self) -> tuple[JobState, ...]:
        """What runs, then what waits."""
        return ((self.running,) if self.running else ()) + self.waiting


_guard = threading.Lock()
_numbers = itertools.count(1)
_waiting: list[JobState] = []
_ended: deque[JobState] = deque(maxlen=KEPT)
_worker: Worker | None = None
_clerk: threading.Thread | None = None


def why_not_allowed() -> str | None:
    """Why pages may not train here, as a sentence; None where they may.

    The environment says MNIST_TRAINING=off where the machine is too small.
    """
    if os.environ.get("MNIST_TRAINING", "").lower() in ("off", "0", "no", "false"):
        return "Training on this server is switched off (MNIST_TRAINING=off)."
    if worker.fcntl is None:
        return "Training from a page needs a POSIX system, such as Linux or macOS."
    return None


def start(task: Task) -> JobState:
    """Put a training into the queue, where it starts as soon as those before it have ended.

    The same task twice is one training, as long as it has not ended.

    Raises
    ------
    UnknownNameError
        There is no such classifier or dataset.
    TrainingError
        Training is not allowed here, a package is missing, the changes are not the classifier's, or too many wait.
    """
    global _clerk
    if reason := why_not_allowed():
        raise TrainingError(f"{reason} In a terminal, run: {task.command}")
    get_dataset_spec(task.dataset)
    spec = get_classifier_spec(task.classifier)
    check_changes(task.classifier, task.dataset, task.changes)
    require_packages("sklearn", "onnx", *spec.requires, purpose=f"Training {spec.label}")
    with _guard:
        for job in _overview().unfinished:
            if job.task == task:
                return job
        if len(_waiting) >= MOST_WAITING:
            raise TrainingError(f"{MOST_WAITING} trainings are waiting already. Wait for some, or remove them.")
        state = JobState(next(_numbers), task)
        _waiting.append(state)
        if _clerk is None:
            _clerk = threading.Thread(target=_work_off, name="trainings", daemon=True)
            _clerk.start()
    return state


def overview() -> Jobs:
    """Where all trainings stand."""
    with _guard:
        return _overview()


def cancel(number: int) -> None:
    """Remove a waiting training, or stop a running one and wait until it has ended; one that has ended stays as it is.

    A run is stored as a whole or not at all.
    """
    with _guard:
        for state in [state for state in _waiting if state.number == number]:
            _waiting.remove(state)
            _ended.appendleft(replace(state, status="cancelled", message="Cancelled; nothing was stored."))
        running = _worker if _worker and _worker.state.number == number else None
    if running:
        running.stop()


def _overview() -> Jobs:
    state = _worker.state if _worker else None
    if state is None or state.status == "running":
        return Jobs(state, tuple(_waiting), tuple(_ended))
    return Jobs(None, tuple(_waiting), (state, *_ended))


def _work_off() -> None:
    """Start one training after the other until none waits."""
    global _clerk, _worker
    while True:
        with _guard:
            if not _waiting:
                _clerk = None
                return
            _worker = _start_first()
        if _worker is None:
            time.sleep(SECONDS_BETWEEN_TRIES)
            continue
        _worker.reader.join()
        with _guard:
            _ended.appendleft(_worker.state)
            _worker = None


def _start_first() -> Worker | None:
    """Start the first that waits; None if it has to wait for another server's, or failed to start."""
    try:
        started = worker.start_worker(_waiting[0])
    except LockedError as error:
        _waiting[0] = replace(_waiting[0], message=str(error))
        return None
    except Exception as error:  # a thread has nobody else to tell
        said = str(error) if isinstance(error, TrainingError) else repr(error)
        _ended.appendleft(replace(_waiting.pop(0), status="failed", error=said))
        return None
    del _waiting[0]
    return started


def _end() -> None:
    """Leave no process behind when the server ends."""
    with _guard:
        _waiting.clear()
        running = _worker
    if running:
        with contextlib.suppress(Exception):
            running.stop()


atexit.register(_end)
