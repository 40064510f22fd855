"""Subprocesses of tests, with a time limit for every wait."""

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

TIMEOUT = 60.0
"""Seconds before a wait for a subprocess fails the test."""


@contextlib.contextmanager
def running(command: Sequence[str], folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """Start a process in a new process group, with its output in pipes, and kill the group at the end."""
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def wait_for_line(process: "subprocess.Popen[str]", text: str, timeout: float = TIMEOUT) -> str:
    """Return the next line of the standard output that contains `text`.

    Raises
    ------
    AssertionError
        The output ended without such a line, or the time limit has passed.
    """
    assert process.stdout is not None
    stdout, found = process.stdout, []

    def read() -> None:
        for line in stdout:
            if text in line:
                found.append(line)
                return

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    reader.join(timeout)
    if not found:
        reason = f"no such line within {timeout:g} s" if reader.is_alive() else "the output ended without it"
        raise AssertionError(f"Expected {text!r} on standard output: {reason}.")
    return found[0]
