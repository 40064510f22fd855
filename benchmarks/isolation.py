"""Measurements in a new process, which has no warm caches and can be stopped."""

import multiprocessing
import os
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from benchmarks.servers import BenchmarkError

T = TypeVar("T")


class TimeLimitError(BenchmarkError):
    """A measurement was stopped because it exceeded its time limit."""


def run_isolated(function: Callable[..., T], *arguments: Any, limit: float | None = None) -> T:
    """Return the result of `function(*arguments)`, called in a new process.

    Parameters
    ----------
    function : callable
        A function of a module, because only its name is sent to the other process.
    limit : float, optional
        Time limit in seconds.

    Raises
    ------
    TimeLimitError
        The call takes longer than `limit`.
    BenchmarkError
        The call fails, or the process ends without a result.
    """
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_send_result, args=(sender, function, arguments))
    process.start()
    sender.close()
    try:
        if not receiver.poll(limit):
            raise TimeLimitError(f"A measurement took more than {limit:g} s.")
        found: T | Exception = receiver.recv()
    except EOFError:
        process.join()
        raise BenchmarkError(f"A measurement ended without a result, with exit code {process.exitcode}.") from None
    finally:
        if process.is_alive():
            process.terminate()
        process.join()
        receiver.close()
    if isinstance(found, Exception):
        raise BenchmarkError(f"A measurement failed: {found}") from found
    return found


def _send_result(sender: Connection, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    """Call a function in the new process, and send its result or its error to the parent process."""
    threading.Thread(target=_exit_with_parent, daemon=True).start()
    try:
        sender.send(function(*arguments))
    except Exception as error:  # the parent process reports it
        sender.send(RuntimeError(f"{type(error).__name__}: {error}"))


def _exit_with_parent() -> None:
    """Exit when the parent process ends. A parent that is killed by a signal cannot stop this process itself."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
