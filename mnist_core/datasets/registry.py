"""The datasets there are. Adding one is adding its spec to `DATASETS`."""

from pathlib import Path

from mnist_core.base.errors import UnknownNameError
from mnist_core.base.progress import Progress, silent
from mnist_core.datasets.digits import DIGITS
from mnist_core.datasets.mnist import MNIST, MNIST_STRATIFIED
from mnist_core.datasets.spec import Dataset, DatasetSpec

DATASETS: dict[str, DatasetSpec] = {spec.name: spec for spec in (MNIST, MNIST_STRATIFIED, DIGITS)}


def list_datasets() -> list[str]:
    """The names of all datasets, in the order of pickers."""
    return list(DATASETS)


def get_dataset_spec(name: str) -> DatasetSpec:
    """What is known of a dataset without loading it; raises UnknownNameError."""
    try:
        return DATASETS[name]
    except KeyError:
        raise UnknownNameError("dataset", name, DATASETS) from None


def load_dataset(name: str, *, progress: Progress = silent) -> Dataset:
    """
    Get a dataset whose splits are loaded when they are first asked for.

    This touches no file: it is ``.train`` and ``.test`` that read, download if need be, report to ``progress``, and
    raise DatasetUnavailableError.

    Raises
    ------
    UnknownNameError
    """
    return Dataset(get_dataset_spec(name), progress)


def fetch_dataset(name: str, *, progress: Progress = silent) -> Path | None:
    """
    Make sure that all files of a dataset are local and verified.

    Returns
    -------
    the folder they lie in, or None for a dataset that needs no files

    Raises
    ------
    UnknownNameError, DatasetUnavailableError
    """
    fetch = get_dataset_spec(name).fetch
    return fetch(progress) if fetch else None
