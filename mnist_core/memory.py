"""What becomes of freed memory: the system's C library decides, and can be told, where it is glibc."""

import contextlib
import ctypes
from collections.abc import Iterator

TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3
"""Parameters of mallopt(3)."""
LARGEST = 32 << 20
"""The largest M_MMAP_THRESHOLD that glibc takes on 64 bits, bytes."""
KEPT = 1 << 30
"""Freed memory that a process may keep, bytes."""


def give_back_memory() -> None:
    """Return freed memory to the system: glibc keeps it otherwise, hundreds of MB after loading a forest."""
    with _glibc() as libc:
        libc.malloc_trim(0)


def keep_memory() -> None:
    """Let this process keep what it frees, from now on: for training alone.

    A network's steps free and ask for the same few MB each; where every one is fetched from the system anew, page by
    page, a step takes up to half as long again.
    """
    with _glibc() as libc:
        libc.mallopt(TRIM_THRESHOLD, KEPT)
        libc.mallopt(MMAP_THRESHOLD, LARGEST)


@contextlib.contextmanager
def _glibc() -> Iterator[ctypes.CDLL]:
    with contextlib.suppress(OSError, AttributeError, TypeError):  # other C libraries have no such functions
        yield ctypes.CDLL(None)
