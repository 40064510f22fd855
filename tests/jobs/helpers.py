"""Tasks for the tests of the training queue, and functions that wait for its jobs."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from mnist_core import store
from mnist_core.base.errors import ArtifactMissingError
from mnist_core.jobs import queue
from mnist_core.jobs.queue import JobState, Task

TIMEOUT = 60
"""Seconds before a wait fails the test."""
QUICK, SLOW = Task("logistic", "digits"), Task("mlp", "digits")
CUSTOM = replace(QUICK, changes={"C": 0.1}, subset=300, label="Less", custom=True)
HANGS_WHILE_WRITING = "import os, time; os.fsync = lambda _: time.sleep(600)"
"""Code for `sitecustomize.py`: a training hangs while it writes its run."""


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait until a condition is true; AssertionError after `TIMEOUT` seconds."""
    end = time.monotonic() + TIMEOUT
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError(f"The condition is still false after {TIMEOUT} s: {queue.overview()}")


def state_of(number: int) -> JobState:
    """Return the current state of the job with this number."""
    found = queue.overview()
    return next(job for job in (*found.unfinished, *found.ended) if job.number == number)


def finish(job: JobState) -> JobState:
    """Wait until a job has ended, and return its state."""
    wait_until(lambda: state_of(job.number).status not in ("waiting", "running"))
    return state_of(job.number)


def has_begun(job: JobState) -> bool:
    """Return whether the training of a job has reported progress."""
    return state_of(job.number).share is not None


def has_run(classifier: str) -> bool:
    """Return whether a run is stored under this name."""
    try:
        store.load_record("digits", classifier)
    except ArtifactMissingError:
        return False
    return True


def files_in(folder: Path) -> list[Path]:
    """Return all files in a folder and its subfolders."""
    return [path for path in folder.rglob("*") if path.is_file()]
