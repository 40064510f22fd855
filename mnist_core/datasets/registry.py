"""Registry of datasets. To add a dataset, add its spec to `DATASETS`."""

from pathlib import Path

from mnist_core.base.errors import UnknownNameError
from mnist_core.base.progress import Progress, silent
from mnist_core.datasets.digits import DIGITS
from mnist_core.datasets.mnist import MNIST, MNIST_STRATIFIED
from mnist_core.datasets.spec import Dataset, DatasetSpec

DATASETS: dict[str, DatasetSpec] = {spec.name: spec for spec in (MNIST, MNIST_STRATIFIED, DIGITS)}


def list_datasets() -> list[str]:
    """Return the names of all datasets, in the order of the interface."""
    return list(DATASETS)


def get_dataset_spec(name: str) -> DatasetSpec:
    """Return the spec of a dataset, without loading its data.

    Raises
    ------
    UnknownNameError
        No dataset has this name.
    """
    try:
        return DATASETS[name]
    except KeyError:
        raise UnknownNameError("dataset", name, DATASETS) from None


def load_dataset(name: str, *, progress: Progress = silent) -> Dataset:
    """Return a dataset whose splits are loaded on first access.

    This function reads no file. Accessing `.train` or `.test` reads files, downloads missing ones and calls `progress`.
    It raises DatasetUnavailableError if no source has the files.

    Raises
    ------
    UnknownNameError
        No dataset has this name.
    """
    return Dataset(get_dataset_spec(name), progress)


def fetch_dataset(name: str, *, progress: Progress = silent) -> Path | None:
    """Download the missing files of a dataset, verify all its files, and return their folder.

    Returns
    -------
    Path or None
        The folder of the files; None for a dataset without files.

    Raises
    ------
    UnknownNameError
        No dataset has this name.
    DatasetUnavailableError
        No source has all files.
    """
    fetch = get_dataset_spec(name).fetch
    return fetch(progress) if fetch else None
