"""Lock that allows one training at a time for each user on a machine, across servers.

The server takes the lock and passes the locked descriptor on to the training process. The operating system frees a
lock of this kind when the last process that holds the descriptor ends. This has three effects:

- A training whose server was killed keeps the lock until its own process ends.
- A process that is killed frees the lock. No stale lock needs to be detected.
- A training that has to wait needs no process yet.

`filelock.FileLock` unlocks explicitly on release, which would also unlock the descriptor of the training process.
`filelock.lock_descriptor` takes the same lock on a descriptor of the caller. The server closes that descriptor and
leaves the lock to the training process.
"""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from filelock import lock_descriptor

from mnist_core.base.errors import TrainingError
from mnist_core.jobs.task import Task

MAX_HOLDER_BYTES = 200
"""Maximum length of the description of the running training, which the lock file holds."""
_LOCK_FILE_FAILED = "its lock file could not be written"


class LockedError(TrainingError):
    """Another training is running on this machine."""


def lock_file() -> Path:
    """Return the path of the lock file of this user and machine. It holds the description of the running training."""
    return Path(tempfile.gettempdir()) / f"mnist-dashboard-training-{os.getuid()}.lock"


@contextlib.contextmanager
def training_lock(task: Task) -> Iterator[int]:
    """Take the lock and yield its descriptor. The descriptor is closed at the end of the context.

    The lock remains as long as a process lives that has inherited the descriptor.

    Raises
    ------
    LockedError
        Another training holds the lock. The message names it.
    TrainingError
        The lock file cannot be opened, locked or written.
    """
    with report_failure(_LOCK_FILE_FAILED):
        # A symbolic link is not followed: another user could have put it into the shared temporary folder.
        descriptor = os.open(lock_file(), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with report_failure(_LOCK_FILE_FAILED):
            if not lock_descriptor(descriptor, blocking=False):
                holder = os.read(descriptor, MAX_HOLDER_BYTES).decode(errors="replace") or "starting"
                raise LockedError(f"Waits for another training on this machine ({holder}).")
            os.ftruncate(descriptor, 0)
            os.write(descriptor, f"{task.classifier} on {task.dataset}".encode())
        yield descriptor
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def report_failure(reason: str) -> Iterator[None]:
    """Replace an OSError by a TrainingError that gives the reason why the training did not start."""
    try:
        yield
    except OSError as error:
        raise TrainingError(f"The training did not start: {reason} ({error}).") from error
