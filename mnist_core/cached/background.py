"""Background tasks: work in a thread that all sessions share. Pages poll its state."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping

from mnist_core.base.errors import MnistCoreError

_INITIAL_WAIT = 0.4
"""Seconds that the constructor waits for the task. Most tasks finish within this time."""


class Background(ABC):
    """A task that starts in its constructor.

    A subclass sets its own attributes before it calls `super().__init__`, and stores the result as an attribute.

    Parameters
    ----------
    title : str
        Name of the task in error messages, such as "Measuring the digits".

    Attributes
    ----------
    done : bool
        Whether the task has finished without an error.
    error : MnistCoreError or None
        The error that ended the task, if it failed.
    message : str
        The current step.
    share : float or None
        Progress in 0..1, or None if unknown.
    """

    def __init__(self, title: str) -> None:
        self.done = False
        self.error: MnistCoreError | None = None
        self.message = "Starting"
        self.share: float | None = None
        self._title = title
        thread = threading.Thread(target=self._run, name=title, daemon=True)
        thread.start()
        thread.join(_INITIAL_WAIT)

    @property
    def busy(self) -> bool:
        """Whether the task is still running."""
        return not self.done and self.error is None

    @abstractmethod
    def _work(self) -> None:
        """Do the work and store the result."""

    def _report(self, message: str, share: float | None = None, *, entry: Mapping[str, float] | None = None) -> None:
        """Set the current step and the progress. Subclasses pass this method as a `Progress`."""
        self.message, self.share = message, share

    def _run(self) -> None:
        try:
            self._work()
            self.done = True
        except MnistCoreError as error:
            self.error = error
        except Exception as error:  # The thread has no caller that could handle it: pages show `self.error`.
            self.error = MnistCoreError(f"{self._title} failed: {error!r}")
