"""Work in a thread of its own, which all sessions share: a page asks where it stands and goes on."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping

from mnist_core.base.errors import MnistCoreError

_PATIENCE = 0.4
"""Seconds that the first to ask waits: mostly it is done at once."""


class Background(ABC):
    """Work that begins at once; a subclass sets its own attributes first, and keeps what comes of the work.

    Attributes
    ----------
    done : bool
        Whether it has come to its end.
    error : MnistCoreError or None
        Why nothing came of it.
    message, share : str, float or None
        What is being done, and how much of it is done in 0..1.
    """

    def __init__(self, what: str) -> None:
        self.done = False
        self.error: MnistCoreError | None = None
        self.message = "Starting"
        self.share: float | None = None
        self._what = what
        thread = threading.Thread(target=self._run, name=what, daemon=True)
        thread.start()
        thread.join(_PATIENCE)

    @property
    def busy(self) -> bool:
        """Whether it is still under way."""
        return not self.done and self.error is None

    @abstractmethod
    def _work(self) -> None:
        """Do it, and keep what comes of it."""

    def _report(self, message: str, share: float | None = None, *, entry: Mapping[str, float] | None = None) -> None:
        self.message, self.share = message, share

    def _run(self) -> None:
        try:
            self._work()
            self.done = True
        except MnistCoreError as error:
            self.error = error
        except Exception as error:  # A thread has nobody else to tell.
            self.error = MnistCoreError(f"{self._what} failed: {error!r}")
