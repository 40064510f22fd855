"""Files brought from the network into the cache: each is verified before it is kept, and whole or not there."""

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

GZIP_OVERHEAD = 1 << 16  # bytes by which a gzip file may exceed what is in it


class CacheError(Exception):
    """What was downloaded cannot be kept."""


def bring_from_mirror(mirror: str, files: Sequence[IdxFile], cache: Path, progress: Progress, seconds: float) -> None:
    """Download, one after the other, what the cache lacks of ``files``."""
    end = time.monotonic() + seconds
    for file in _missing(cache, files):
        packed = download(
            f"{mirror}{file.name}.gz",
            limit=file.size + GZIP_OVERHEAD,
            seconds=max(0.0, end - time.monotonic()),
            message=f"Downloading {file.name} from {mirror}",
            progress=progress,
        )
        _keep(cache, file, packed)


def bring_from_openml(files: Sequence[IdxFile], cache: Path, progress: Progress, seconds: float) -> None:
    """Write what the cache lacks of ``files`` from OpenML's digits, which stand in MNIST's own order."""
    images, labels = fetch_openml_arrays(seconds=seconds, progress=progress)
    for file in _missing(cache, files):
        digits = images if len(file.shape) == 3 else labels
        content = encode_idx(digits[file.first : file.first + file.shape[0]])
        _keep(cache, file, gzip.compress(content, compresslevel=1, mtime=0))


def _missing(cache: Path, files: Sequence[IdxFile]) -> Iterator[IdxFile]:
    """Those that the cache lacks or holds corrupt: what came before an interruption is not fetched again."""
    for file in files:
        try:
            read_file(cache, file)
        except (DatasetError, OSError):
            yield file


def _keep(cache: Path, file: IdxFile, packed: bytes) -> None:
    """Put ``packed`` into the cache, once it has proved to be ``file``."""
    try:
        unpack(io.BytesIO(packed), file)
    except DatasetCorruptError as error:
        raise DatasetCorruptError(f"{file.name}: {error}") from error
    suffix = ".gz" if packed.startswith(GZIP_MAGIC) else ""  # a proxy may have unpacked it
    try:
        write_atomically(cache / f"{file.name}{suffix}", packed)
    except OSError as error:
        raise CacheError(f"the cache {cache} cannot be written: {reason_of(error)}") from error


def reason_of(error: Exception) -> str:
    """What went wrong, without the path or the errno that Python adds."""
    match error:
        case HTTPError():
            return f"HTTP {error.code} {error.reason} for {error.url}"
        case URLError(reason=Exception() as inner):
            return reason_of(inner)
        case OSError(strerror=str() as text):
            return text
    return str(error) or type(error).__name__
