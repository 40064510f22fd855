"""Control when glibc returns freed memory to the system. With other C libraries, the functions do nothing."""

import contextlib
import ctypes

TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3
"""Parameters of mallopt(3)."""
LARGEST = 32 << 20
"""The largest M_MMAP_THRESHOLD that glibc accepts on 64-bit systems, in bytes."""
MAX_KEPT = 1 << 30
"""Freed memory that a process can keep, in bytes."""


def release_memory() -> None:
    """Return freed memory to the system. Otherwise glibc keeps it: hundreds of MB after loading a random forest."""
    _call_glibc("malloc_trim", 0)


def keep_freed_memory() -> None:
    """Let this process keep up to 1 GB of freed memory from now on. Only training needs this.

    Each training step of a network frees and allocates the same few MB, which the system would provide page by page.
    """
    _call_glibc("mallopt", TRIM_THRESHOLD, MAX_KEPT)
    _call_glibc("mallopt", MMAP_THRESHOLD, LARGEST)


def _call_glibc(function: str, *arguments: int) -> None:
    """Call a function of glibc. Do nothing if the C library lacks it or cannot be opened."""
    with contextlib.suppress(OSError, AttributeError, TypeError):
        getattr(ctypes.CDLL(None), function)(*arguments)
