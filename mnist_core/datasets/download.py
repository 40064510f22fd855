"""Download of files and of OpenML's arrays within a time limit.

The time limits of library functions are not reliable. A name server that does not answer blocks `urlopen(timeout=3)`
for 10 s. A server that sends one byte per second never exceeds a timeout. `fetch_openml` has no read timeout. Each call
therefore runs in a thread or process that the caller can abandon.
"""

import http.client
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event, Thread
from urllib.request import urlopen

import numpy as np
import numpy.typing as npt

from mnist_core.base.errors import DatasetCorruptError
from mnist_core.base.paths import PROJECT_ROOT
from mnist_core.base.progress import Progress

DOWNLOAD_ERRORS = (OSError, http.client.HTTPException)
"""Errors of `download` and `fetch_openml_arrays` that are caused by the network or the server."""

STALL_SECONDS = 10.0
"""Longest time between two received parts of a file."""
POLL_SECONDS = 0.1
"""Time between two calls of the progress function, which can cancel the download."""
CHUNK_BYTES = 1 << 16


def download(url: str, *, limit: int, seconds: float, message: str, progress: Progress) -> bytes:
    """Return the content of a file, downloaded within `seconds`.

    Parameters
    ----------
    url : str
    limit : int
        Maximum length of the file in bytes.
    seconds : float
        Time limit.
    message : str
        Message for `progress`.
    progress : callable
        Called every 0.1 s. If it raises an exception, the download ends.

    Raises
    ------
    OSError, http.client.HTTPException
        The download failed or timed out (TimeoutError).
    DatasetCorruptError
        The file is longer than `limit`.
    """
    inbox: SimpleQueue[bytes | int | Exception | None] = SimpleQueue()
    abandoned = Event()
    Thread(target=_receive, args=(url, inbox, abandoned), name=f"download {url}", daemon=True).start()
    received, length = bytearray(), 0
    try:
        for remaining in _remaining_seconds(seconds):
            progress(message, min(1.0, len(received) / length) if length else None)
            try:
                item = inbox.get(timeout=min(POLL_SECONDS, remaining))
            except Empty:
                continue
            if item is None:
                return bytes(received)
            if isinstance(item, Exception):
                raise item
            if isinstance(item, int):
                length = item
                continue
            received += item
            if len(received) > limit:
                raise DatasetCorruptError(f"expected at most {limit:,} bytes, found more")
        raise TimeoutError(f"timed out after {seconds:.0f} s with {len(received):,} bytes received")
    finally:
        abandoned.set()


def fetch_openml_arrays(*, seconds: float, progress: Progress) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """Download `mnist_784` from OpenML with scikit-learn, in a process that is killed after `seconds`.

    Returns
    -------
    images : uint8 ndarray of shape (n, 28, 28)
        Training samples, followed by the test samples.
    labels : uint8 ndarray of shape (n,)

    Raises
    ------
    OSError
        The download failed or timed out (TimeoutError).
    """
    with tempfile.TemporaryDirectory(prefix="mnist-openml-", ignore_cleanup_errors=True) as folder:
        errors = Path(folder, "stderr.txt")
        with errors.open("wb") as stderr:
            child = subprocess.Popen(
                [sys.executable, "-m", "mnist_core.datasets.openml", folder],
                cwd=PROJECT_ROOT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
            )
            try:
                for remaining in _remaining_seconds(seconds):
                    progress("Downloading MNIST from OpenML", None)
                    try:
                        child.wait(timeout=min(POLL_SECONDS, remaining))
                        break
                    except subprocess.TimeoutExpired:
                        continue
                else:
                    raise TimeoutError(f"timed out after {seconds:.0f} s")
            finally:
                child.kill()
                child.wait()
        if child.returncode != 0:
            last = errors.read_text(errors="replace").strip().splitlines()[-1:]
            raise OSError(f"fetch_openml ended with code {child.returncode}: {' '.join(last) or 'no error message'}")
        images = np.load(Path(folder, "images.npy"), allow_pickle=False)
        labels = np.load(Path(folder, "labels.npy"), allow_pickle=False)
    return images, labels


def _receive(url: str, inbox: SimpleQueue[bytes | int | Exception | None], abandoned: Event) -> None:
    """Download in a thread and put the results into `inbox`.

    The results are the length if the server sends it, then the chunks, and at last None or the error.
    """
    try:
        with urlopen(url, timeout=STALL_SECONDS) as response:
            if response.length is not None:
                inbox.put(response.length)
            while not abandoned.is_set() and (chunk := response.read1(CHUNK_BYTES)):
                inbox.put(chunk)
        inbox.put(None)
    except Exception as error:  # raised again in the caller's thread
        inbox.put(error)


def _remaining_seconds(seconds: float) -> Iterator[float]:
    """Yield the remaining seconds. End when the time limit is reached."""
    end = time.monotonic() + seconds
    while (remaining := end - time.monotonic()) > 0:
        yield remaining
