"""Sources of IDX files: local folders, the cache, mirrors and OpenML, tried in this order and verified."""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import platformdirs

from mnist_core.base.errors import DatasetError, DatasetUnavailableError
from mnist_core.base.paths import PROJECT_ROOT
from mnist_core.base.progress import Progress
from mnist_core.datasets.cache import CacheError, download_from_mirror, download_from_openml, reason_of
from mnist_core.datasets.download import DOWNLOAD_ERRORS
from mnist_core.datasets.idx import IdxFile, read_file

MIRRORS = (
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
)
DOWNLOAD_SECONDS = 120.0
"""Time limit for all downloads together."""


@dataclass(frozen=True, eq=False)
class Sources:
    """All sources, in the order in which they are tried.

    Attributes
    ----------
    folders : {display name: Path}
        Local folders.
    cache : Path
        Folder for downloaded files, tried after the other folders.
    mirrors : tuple of str
        URLs to which a file name is appended.
    openml : bool
        Whether to try OpenML after the mirrors.
    seconds : float
        Time limit for all downloads. Each source except the last may use half of the remaining time.
    """

    folders: Mapping[str, Path]
    cache: Path
    mirrors: tuple[str, ...]
    openml: bool
    seconds: float


def default_sources() -> Sources:
    """Return the sources for the current environment variables."""
    configured = os.environ.get("MNIST_DATA_DIR")
    folders = {"MNIST_DATA_DIR": Path(configured)} if configured else {}
    folders["data/mnist in the project"] = PROJECT_ROOT / "data" / "mnist"
    folders["shared/data/mnist beside the project"] = PROJECT_ROOT.parent / "shared" / "data" / "mnist"
    cache = Path(platformdirs.user_cache_dir("mnist-dashboard")) / "mnist"
    return Sources(folders, cache, mirrors=MIRRORS, openml=True, seconds=DOWNLOAD_SECONDS)


def obtain(
    name: str, files: Sequence[IdxFile], sources: Sources, progress: Progress
) -> tuple[Path, dict[IdxFile, bytes]]:
    """Return the folder and the verified, decompressed contents of files, from the first source that has them all.

    Parameters
    ----------
    name : str
        Dataset name, for the error message.
    files : sequence of IdxFile
    sources : Sources
    progress : callable

    Raises
    ------
    DatasetUnavailableError
        No source has all files. The message lists every source and its reason.
    """
    attempts = []
    for label, folder in {**sources.folders, "cache": sources.cache}.items():
        try:
            return folder, _read(folder, files, progress)
        except (DatasetError, OSError) as error:
            attempts.append((f"{label} ({folder})", reason_of(error)))
    end = time.monotonic() + sources.seconds
    downloads = _downloads(files, sources, progress)
    for n_after, (source, download) in zip(reversed(range(len(downloads))), downloads, strict=True):
        remaining = end - time.monotonic()
        if remaining <= 0:
            attempts.append((source, f"not tried: the {sources.seconds:.0f} s for downloads are used up"))
            continue
        try:
            download(remaining / 2 if n_after else remaining)
            return sources.cache, _read(sources.cache, files, progress)
        except CacheError as error:
            attempts.append((source, str(error)))
            break  # the other downloads need the same cache
        except (DatasetError, *DOWNLOAD_ERRORS) as error:
            attempts.append((source, reason_of(error)))
    raise DatasetUnavailableError(name, attempts, _remedy(name))


def _read(folder: Path, files: Sequence[IdxFile], progress: Progress) -> dict[IdxFile, bytes]:
    """Return the verified, decompressed contents of files in a folder, with the errors of `idx.read_file`."""
    contents = {}
    for i, file in enumerate(files):
        progress("Loading data", i / len(files))
        contents[file] = read_file(folder, file)
    return contents


def _downloads(
    files: Sequence[IdxFile], sources: Sources, progress: Progress
) -> list[tuple[str, Callable[[float], None]]]:
    """Return every download as a pair: its display name, and a function that starts it.

    The argument of the function is its time limit in seconds.
    """
    downloads: list[tuple[str, Callable[[float], None]]] = [
        (mirror, partial(download_from_mirror, mirror, files, sources.cache, progress)) for mirror in sources.mirrors
    ]
    if sources.openml:
        downloads.append(("OpenML", partial(download_from_openml, files, sources.cache, progress)))
    return downloads


def _remedy(name: str) -> str:
    """Return what the user can do if no source has the files of a dataset."""
    return (
        "Put the files train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz, t10k-images-idx3-ubyte.gz and"
        " t10k-labels-idx1-ubyte.gz into data/mnist, or set MNIST_DATA_DIR to a folder with these files,"
        f" or connect to a network and run: python -m mnist_core fetch {name}"
    )
