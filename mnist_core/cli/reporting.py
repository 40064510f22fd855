"""Progress reports and error messages of commands."""

import contextlib
import json
import signal
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Literal

from mnist_core.base.progress import Progress

SECONDS_BETWEEN_LINES = 2.0
Format = Literal["text", "json"]


def progress_printer(name: str, style: Format = "text") -> Progress:
    """Return a function that prints progress reports on standard output.

    Parameters
    ----------
    name : str
        Classifier or command that the reports are about.
    style : {"text", "json"}
        "json" prints every report as an object with the keys classifier, message, share and, after an epoch, entry.
        "text" prints at most one line every two seconds, and always the last one.
    """
    last = -SECONDS_BETWEEN_LINES

    def report(message: str, share: float | None = None, *, entry: Mapping[str, float] | None = None) -> None:
        nonlocal last
        if style == "json":
            content = {"classifier": name, "message": message, "share": share} | ({"entry": entry} if entry else {})
            print(json.dumps(content), flush=True)
        elif share == 1.0 or time.monotonic() - last >= SECONDS_BETWEEN_LINES:
            last = time.monotonic()
            print(f"{name:<14}{'' if share is None else f'{100 * share:3.0f} %':>6}  {message}", flush=True)

    return report


def print_error(message: object) -> None:
    """Print a message on standard error."""
    print(message, file=sys.stderr, flush=True)


def percent(share: float, decimals: int = 2) -> str:
    """Format a share in 0..1, such as 0.9966, as `99.66 %`."""
    return f"{100 * share:.{decimals}f} %"


@contextlib.contextmanager
def interrupt_on_sigterm() -> Iterator[None]:
    """Make SIGTERM, which cancels a training, raise KeyboardInterrupt.

    By default SIGTERM ends Python at once, without any cleanup.
    """
    if threading.current_thread() is not threading.main_thread():  # only the main thread may set signal handlers
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
