"""Bytes from the network in bounded time, whatever the other side does.

No call is trusted to return: a name server that does not answer holds ``urlopen(timeout=3)`` for 10 s, a server that
sends a byte a second never times out at all, and ``fetch_openml`` has no read timeout. So each runs beside the caller,
in a thread or a process that can be left behind, and the caller waits no longer than it was given.
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
from mnist_core.base.progress import Progress

DOWNLOAD_ERRORS = (OSError, http.client.HTTPException)
"""All that `download` and `fetch_openml_arrays` raise when the other side is at fault."""

STALL_SECONDS = 10.0  # without a single byte
POLL_SECONDS = 0.1  # how soon a caller that cancels in its progress is heard
CHUNK_BYTES = 1 << 16
PROJECT_ROOT = Path(__file__).resolve().parents[2]


def download(url: str, *, limit: int, seconds: float, message: str, progress: Progress) -> bytes:
    """
    Get a file of at most ``limit`` bytes within ``seconds``.

    Raises
    ------
    OSError, http.client.HTTPException
        If it cannot be had, in time (TimeoutError) or at all.
    DatasetCorruptError
        If it is longer than ``limit``.
    """
    inbox: SimpleQueue[bytes | int | Exception | None] = SimpleQueue()
    given_up = Event()
    Thread(target=_receive, args=(url, inbox, given_up), name=f"download {url}", daemon=True).start()
    received, length = bytearray(), 0
    try:
        for remaining in _until(seconds):
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
        raise TimeoutError(f"gave {len(received):,} bytes in {seconds:.0f} s and was given up")
    finally:
        given_up.set()


def fetch_openml_arrays(*, seconds: float, progress: Progress) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """
    Get all digits of ``mnist_784`` through scikit-learn, in a process that is killed after ``seconds``.

    Returns
    -------
    images uint8 (n, 28, 28) and labels uint8 (n,), the training digits before the test digits

    Raises
    ------
    OSError
        If they cannot be had, in time (TimeoutError) or at all.
    """
    with tempfile.TemporaryDirectory(prefix="mnist-openml-", ignore_cleanup_errors=True) as folder:
        complaints = Path(folder, "stderr.txt")
        with complaints.open("wb") as stderr:
            child = subprocess.Popen(
                [sys.executable, "-m", "mnist_core.datasets.openml", folder],
                cwd=PROJECT_ROOT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
            )
            try:
                for remaining in _until(seconds):
                    progress("Downloading MNIST from OpenML", None)
                    try:
                        child.wait(timeout=min(POLL_SECONDS, remaining))
                        break
                    except subprocess.TimeoutExpired:
                        continue
                else:
                    raise TimeoutError(f"gave nothing in {seconds:.0f} s and was given up")
            finally:
                child.kill()
                child.wait()
        if child.returncode != 0:
            last = complaints.read_text(errors="replace").strip().splitlines()[-1:]
            raise OSError(f"fetch_openml ended with code {child.returncode}: {' '.join(last) or 'it said nothing'}")
        images = np.load(Path(folder, "images.npy"), allow_pickle=False)
        labels = np.load(Path(folder, "labels.npy"), allow_pickle=False)
    return images, labels


def _receive(url: str, inbox: SimpleQueue[bytes | int | Exception | None], given_up: Event) -> None:
    """Put into ``inbox``: the length if it is told, the chunks, and at the end None or the error."""
    try:
        with urlopen(url, timeout=STALL_SECONDS) as response:
            if response.length is not None:
                inbox.put(response.length)
            while not given_up.is_set() and (chunk := response.read1(CHUNK_BYTES)):
                inbox.put(chunk)
        inbox.put(None)
    except Exception as error:  # not lost: it is raised again where somebody waits
        inbox.put(error)


def _until(seconds: float) -> Iterator[float]:
    """Yield the seconds that remain until none do."""
    end = time.monotonic() + seconds
    while (remaining := end - time.monotonic()) > 0:
        yield remaining
