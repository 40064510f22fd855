"""Download of dataset files into the cache. Each file is verified first and then written atomically."""

import gzip
import io
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.error import HTTPError, URLError

from mnist_core.base.errors import DatasetCorruptError, DatasetError
from mnist_core.base.files import write_atomically
from mnist_core.base.progress import Progress
from mnist_core.datasets.download import download, fetch_openml_arrays
from mnist_core.datasets.idx import GZIP_MAGIC, IdxFile, encode_idx, read_file, unpack

GZIP_OVERHEAD = 1 << 16
"""Bytes by which a gzip file may be larger than its content."""


class CacheError(Exception):
    """A downloaded file cannot be written to the cache."""


def download_from_mirror(
    mirror: str, files: Sequence[IdxFile], cache: Path, progress: Progress, seconds: float
) -> None:
    """Download the files that are missing from the cache, within `seconds` in total.

    Raises
    ------
    OSError, http.client.HTTPException
        A download failed or timed out (TimeoutError).
    DatasetCorruptError
        A downloaded file does not have the expected content.
    CacheError
        A file cannot be written to the cache.
    """
    end = time.monotonic() + seconds
    for file in _missing(cache, files):
        packed = download(
            f"{mirror}{file.name}.gz",
            limit=file.size + GZIP_OVERHEAD,
            seconds=max(0.0, end - time.monotonic()),
            message=f"Downloading {file.name} from {mirror}",
            progress=progress,
        )
        _store(cache, file, packed)


def download_from_openml(files: Sequence[IdxFile], cache: Path, progress: Progress, seconds: float) -> None:
    """Create the files that are missing from the cache from the arrays of OpenML, within `seconds`.

    OpenML has the samples in MNIST's order. The errors are those of `download_from_mirror`.
    """
    images, labels = fetch_openml_arrays(seconds=seconds, progress=progress)
    for file in _missing(cache, files):
        samples = images if len(file.shape) == 3 else labels
        content = encode_idx(samples[file.first : file.first + file.shape[0]])
        _store(cache, file, gzip.compress(content, compresslevel=1, mtime=0))


def _missing(cache: Path, files: Sequence[IdxFile]) -> Iterator[IdxFile]:
    """Yield the files that are missing from the cache or corrupt.

    A download that was interrupted between two files therefore continues with the next file.
    """
    for file in files:
        try:
            read_file(cache, file)
        except (DatasetError, OSError):
            yield file


def _store(cache: Path, file: IdxFile, packed: bytes) -> None:
    """Verify a downloaded file and write it to the cache."""
    try:
        unpack(io.BytesIO(packed), file)
    except DatasetCorruptError as error:
        raise DatasetCorruptError(f"{file.name}: {error}") from error
    suffix = ".gz" if packed.startswith(GZIP_MAGIC) else ""  # a proxy may have decompressed the file
    try:
        write_atomically(cache / f"{file.name}{suffix}", packed)
    except OSError as error:
        raise CacheError(f"cannot write to the cache {cache}: {reason_of(error)}") from error


def reason_of(error: Exception) -> str:
    """Return the message of an error without the path and the error number that Python adds to it."""
    match error:
        case HTTPError():
            return f"HTTP {error.code} {error.reason} for {error.url}"
        case URLError(reason=Exception() as inner):
            return reason_of(inner)
        case OSError(strerror=str() as text):
            return text
    return str(error) or type(error).__name__
