"""Training queue of the server, shared by all sessions: one training runs, the others wait.

The next training starts as soon as one ends, whether or not a page is open.
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
from mnist_core.jobs.lock import LockedError
from mnist_core.jobs.task import CANCELLED, JobState, Status, Task
from mnist_core.jobs.worker import Worker

__all__ = [
    "JobState",
    "QueueState",
    "Status",
    "Task",
    "TrainingQueue",
    "cancel",
    "overview",
    "start",
    "why_not_allowed",
]

MAX_WAITING, MAX_ENDED = 20, 8
"""Maximum number of waiting trainings, and of ended trainings that are kept for display."""
RETRY_SECONDS = 0.5
"""Seconds between two attempts to start a training while another server trains on this machine."""


@dataclass(frozen=True)
class QueueState:
    """State of all trainings of the server.

    Attributes
    ----------
    running : JobState or None
    waiting : tuple of JobState
        In the order in which they will start.
    ended : tuple of JobState
        Latest first.
    """

    running: JobState | None
    waiting: tuple[JobState, ...]
    ended: tuple[JobState, ...]

    @property
    def unfinished(self) -> tuple[JobState, ...]:
        """The running training, followed by the waiting ones."""
        return ((self.running,) if self.running else ()) + self.waiting


def why_not_allowed() -> str | None:
    """Return a sentence that says why pages may not train on this server, or None if they may.

    The environment variable MNIST_TRAINING=off forbids it, for machines that are too small.
    """
    if os.environ.get("MNIST_TRAINING", "").lower() in ("off", "0", "no", "false"):
        return "Training on this server is switched off (MNIST_TRAINING=off)."
    if not worker.SUPPORTED:
        return "Training from a page needs a POSIX system, such as Linux or macOS."
    return None


class TrainingQueue:
    """Queue of trainings, safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._waiting: list[JobState] = []
        self._ended: deque[JobState] = deque(maxlen=MAX_ENDED)
        self._worker: Worker | None = None
        self._thread: threading.Thread | None = None

    @property
    def is_idle(self) -> bool:
        """Whether nothing runs or waits and the thread that starts trainings has ended."""
        return self._thread is None

    def start(self, task: Task) -> JobState:
        """Add a training to the queue and return its state. It starts after all earlier trainings have ended.

        If the same task is already waiting or running, return its state and add nothing.

        Raises
        ------
        UnknownNameError
            The classifier or the dataset is unknown.
        TrainingError
            Training is not allowed here, a package is missing, a changed hyperparameter is invalid, or the queue is
            full.
        """
        if reason := why_not_allowed():
            raise TrainingError(f"{reason} In a terminal, run: {task.command}")
        get_dataset_spec(task.dataset)
        spec = get_classifier_spec(task.classifier)
        check_changes(task.classifier, task.dataset, task.changes)
        require_packages("sklearn", "onnx", *spec.requires, purpose=f"Training {spec.label}")
        with self._lock:
            for job in self._overview().unfinished:
                if job.task == task:
                    return job
            if len(self._waiting) >= MAX_WAITING:
                raise TrainingError(
                    f"The training queue is full ({len(self._waiting)} waiting). Wait until one starts, or remove one."
                )
            state = JobState(next(self._numbers), task)
            self._waiting.append(state)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run_waiting, name="training queue", daemon=True)
                self._thread.start()
        return state

    def overview(self) -> QueueState:
        """Return the state of all trainings."""
        with self._lock:
            return self._overview()

    def cancel(self, number: int) -> None:
        """Remove a waiting training, or stop the running one and wait until it has ended.

        An ended training does not change. No partial run is written.
        """
        with self._lock:
            for state in [state for state in self._waiting if state.number == number]:
                self._waiting.remove(state)
                self._ended.appendleft(replace(state, status="cancelled", message=CANCELLED))
            running = self._worker if self._worker and self._worker.state.number == number else None
        if running:
            running.stop()

    def shut_down(self) -> None:
        """Remove all waiting trainings and stop the running one. The server calls this when it ends."""
        with self._lock:
            self._waiting.clear()
            running = self._worker
        if running:
            with contextlib.suppress(Exception):
                running.stop()

    def _overview(self) -> QueueState:
        """Return the state of all trainings. The caller holds the lock."""
        state = self._worker.state if self._worker else None
        if state is None or state.status == "running":
            return QueueState(state, tuple(self._waiting), tuple(self._ended))
        return QueueState(None, tuple(self._waiting), (state, *self._ended))

    def _run_waiting(self) -> None:
        """Run one training after the other until none waits."""
        while True:
            with self._lock:
                if not self._waiting:
                    self._thread = None
                    return
                self._worker = self._start_first()
            if self._worker is None:
                time.sleep(RETRY_SECONDS)
                continue
            self._worker.reader.join()
            with self._lock:
                self._ended.appendleft(self._worker.state)
                self._worker = None

    def _start_first(self) -> Worker | None:
        """Start the first waiting training. Return None if another server trains or the start failed.

        The caller holds the lock.
        """
        first = self._waiting[0]
        try:
            started = worker.start_worker(first)
        except LockedError as error:
            self._waiting[0] = replace(first, message=str(error))
            return None
        except Exception as error:  # an error in this thread would reach no page
            text = str(error) if isinstance(error, TrainingError) else repr(error)
            self._ended.appendleft(replace(self._waiting.pop(0), status="failed", error=text))
            return None
        del self._waiting[0]
        return started


TRAINING_QUEUE = TrainingQueue()
"""The queue of this server. `start`, `overview` and `cancel` of this module are its methods."""
start, overview, cancel = TRAINING_QUEUE.start, TRAINING_QUEUE.overview, TRAINING_QUEUE.cancel
atexit.register(TRAINING_QUEUE.shut_down)
