"""Path, size and modification time of a file, as part of a cache key."""

from pathlib import Path

FileState = tuple[str, int, int]
"""Path, size in bytes and modification time in nanoseconds."""


def file_state(path: Path) -> FileState:
    """Return the state of a file, which changes with its content. Size and time are 0 if the file is missing."""
    try:
        status = path.stat()
    except OSError:
        return str(path), 0, 0
    return str(path), status.st_size, status.st_mtime_ns
