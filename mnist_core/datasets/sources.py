"""Where IDX files come from: folders first, then the network; each is tried in turn, and verified."""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import platformdirs

from mnist_core.base.errors import DatasetError, DatasetUnavailableError
from mnist_core.base.progress import Progress
from mnist_core.datasets.cache import CacheError, bring_from_mirror, bring_from_openml, reason_of
from mnist_core.datasets.download import DOWNLOAD_ERRORS, PROJECT_ROOT
from mnist_core.datasets.idx import IdxFile, read_file

MIRRORS = (
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
)
DOWNLOAD_SECONDS = 120.0


@dataclass(frozen=True, eq=False)
class Sources:
    """
    Everything that is tried, in this order.

    Attributes
    ----------
    folders : {what the user knows it as: Path}
        Where files may lie already.
    cache : Path
        Tried after the folders; what is downloaded goes here.
    mirrors : tuple of str
        URLs to which a file's name is added.
    openml : bool
        Whether OpenML is asked when no mirror has given everything.
    seconds : float
        For all mirrors and OpenML together; each but the last may use half of what is left.
    """

    folders: Mapping[str, Path]
    cache: Path
    mirrors: tuple[str, ...]
    openml: bool
    seconds: float


def default_sources() -> Sources:
    """The sources of this machine, as its environment stands now."""
    chosen = os.environ.get("MNIST_DATA_DIR")
    folders = {"MNIST_DATA_DIR": Path(chosen)} if chosen else {}
    folders["data/mnist in the project"] = PROJECT_ROOT / "data" / "mnist"
    folders["shared/data/mnist beside the project"] = PROJECT_ROOT.parent / "shared" / "data" / "mnist"
    cache = Path(platformdirs.user_cache_dir("mnist-dashboard")) / "mnist"
    return Sources(folders, cache, mirrors=MIRRORS, openml=True, seconds=DOWNLOAD_SECONDS)


def obtain(
    name: str, files: Sequence[IdxFile], sources: Sources, progress: Progress
) -> tuple[Path, dict[IdxFile, bytes]]:
    """
    Get the verified contents of ``files`` from the first source that has them all.

    Returns
    -------
    the folder in which they lie now, and their bytes out of gzip

    Raises
    ------
    DatasetUnavailableError
        If no source has them; it lists each one with its reason. ``name`` is the dataset's, for its message.
    """
    attempts = []
    for label, folder in {**sources.folders, "cache": sources.cache}.items():
        try:
            return folder, _read(folder, files, progress)
        except (DatasetError, OSError) as error:
            attempts.append((f"{label} ({folder})", reason_of(error)))
    end = time.monotonic() + sources.seconds
    downloads = _downloads(files, sources, progress)
    for later, (source, bring) in zip(reversed(range(len(downloads))), downloads, strict=True):
        left = end - time.monotonic()
        if left <= 0:
            attempts.append((source, f"not asked: the {sources.seconds:.0f} s for downloads were over"))
            continue
        try:
            bring(left / 2 if later else left)
            return sources.cache, _read(sources.cache, files, progress)
        except CacheError as error:
            attempts.append((source, str(error)))
            break  # whatever the next one gave would have to lie there too
        except (DatasetError, *DOWNLOAD_ERRORS) as error:
            attempts.append((source, reason_of(error)))
    raise DatasetUnavailableError(name, attempts, _remedy(name))


def _read(folder: Path, files: Sequence[IdxFile], progress: Progress) -> dict[IdxFile, bytes]:
    contents = {}
    for i, file in enumerate(files):
        progress(f"Reading {file.name}", i / len(files))
        contents[file] = read_file(folder, file)
    return contents


def _downloads(
    files: Sequence[IdxFile], sources: Sources, progress: Progress
) -> list[tuple[str, Callable[[float], None]]]:
    """Every way to bring ``files`` into the cache, each to be called with the seconds it may take."""
    downloads: list[tuple[str, Callable[[float], None]]] = [
        (mirror, partial(bring_from_mirror, mirror, files, sources.cache, progress)) for mirror in sources.mirrors
    ]
    if sources.openml:
        downloads.append(("OpenML", partial(bring_from_openml, files, sources.cache, progress)))
    return downloads


def _remedy(name: str) -> str:
    return (
        "Put the files train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz, t10k-images-idx3-ubyte.gz and"
        " t10k-labels-idx1-ubyte.gz into data/mnist, or set MNIST_DATA_DIR to a folder that holds them,"
        f" or connect to a network and run: python -m mnist_core fetch {name}"
    )
