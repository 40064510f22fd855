"""What becomes of freed memory: the system's C library decides, and can be told, where it is glibc."""

import contextlib
import ctypes

TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3
"""Parameters of mallopt(3)."""
LARGEST = 32 << 20
"""The largest M_MMAP_THRESHOLD that glibc takes on 64 bits, bytes."""
KEPT = 1 << 30
"""Freed memory that a process may keep, bytes."""


def give_back_memory() -> None:
    """Return freed memory to the system: glibc keeps it otherwise, hundreds of MB after loading a forest."""
    _tell("malloc_trim", 0)


def keep_memory() -> None:
    """Let this process keep what it frees, up to 1 GB, from now on: for training alone.

    A network's steps free and ask for the same few MB each, which the system would hand out anew, page by page.
    """
    _tell("mallopt", TRIM_THRESHOLD, KEPT)
    _tell("mallopt", MMAP_THRESHOLD, LARGEST)


def _tell(function: str, *arguments: int) -> None:
    """Call a function of glibc; other C libraries have none of that name, and some systems do not open theirs."""
    with contextlib.suppress(OSError, AttributeError, TypeError):
        getattr(ctypes.CDLL(None), function)(*arguments)
