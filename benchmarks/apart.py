"""A measurement in a process of its own: nothing is warm, nothing is left over, and it can be ended."""

import multiprocessing
import os
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from benchmarks.servers import BenchmarkError

T = TypeVar("T")


class TookTooLong(BenchmarkError):
    """It was ended."""


def apart(function: Callable[..., T], *arguments: Any, limit: float | None = None) -> T:
    """What `function(*arguments)` returns in a fresh process; TookTooLong after `limit` seconds."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_answer, args=(sender, function, arguments))
    process.start()
    sender.close()
    try:
        if not receiver.poll(limit):
            raise TookTooLong(f"A measurement took more than {limit:g} s.")
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


def _answer(sender: Connection, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    threading.Thread(target=_end_with_who_asked, daemon=True).start()
    try:
        sender.send(function(*arguments))
    except Exception as error:  # told in the process that asked
        sender.send(RuntimeError(f"{type(error).__name__}: {error}"))


def _end_with_who_asked() -> None:
    """However that process ends: a signal leaves it no time to end this one."""
    asked = multiprocessing.parent_process()
    assert asked is not None
    asked.join()
    os._exit(1)
