"""State of a file, for cache keys."""

from pathlib import Path

FileState = tuple[str, int, int]


def file_state(path: Path) -> FileState:
    """Return the path, size and modification time (ns) of a file, which change with its content; 0 if it is missing."""
    try:
        status = path.stat()
    except OSError:
        return str(path), 0, 0
    return str(path), status.st_size, status.st_mtime_ns
