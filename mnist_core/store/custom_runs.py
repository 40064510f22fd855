"""Custom runs: reserve a name, change the label, delete the run."""

import contextlib
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import replace

from mnist_core.base.errors import MnistCoreError
from mnist_core.base.labels import clean_label
from mnist_core.store.additions import current_record
from mnist_core.store.files import write_run
from mnist_core.store.names import next_name, require_custom
from mnist_core.store.paths import run_dir
from mnist_core.store.record import RECORD, Record


@contextlib.contextmanager
def reserved_name(dataset: str, classifier: str, *, used_names: Iterable[object] = ()) -> Iterator[str]:
    """Reserve the next name of a custom run and yield it. Other processes cannot reserve the same name.

    An exception in the body of the `with` statement deletes everything that was written under the name.

    Parameters
    ----------
    dataset, classifier : str
        The dataset, and the classifier that the run is based on.
    used_names : iterable, optional
        See `next_name`.

    Raises
    ------
    OSError
        The folder of the run cannot be created.
    """
    used = list(used_names)
    while True:
        name = next_name(dataset, classifier, used_names=used)
        try:
            run_dir(dataset, name).mkdir(parents=True)
            break
        except FileExistsError:  # another process reserved the name first
            used.append(name)
    try:
        yield name
    except BaseException:  # KeyboardInterrupt too
        delete_run(dataset, name)
        raise


def rename_run(record: Record, label: str) -> Record:
    """Change the label of a custom run, and return the new record.

    For an empty label, pages show the classifier and the number of the run.

    Raises
    ------
    MnistCoreError
        The run is not a custom run, was deleted or retrained, or cannot be written.
    """
    require_custom(record.classifier)
    record = replace(current_record(record), label=clean_label(label))
    try:
        write_run(record, {})
    except OSError as error:
        raise MnistCoreError(f"{record.classifier} could not be renamed: {error.strerror or error}.") from error
    return record


def delete_run(dataset: str, name: str) -> None:
    """Delete a custom run with all its files. If there is no such run, do nothing.

    Raises
    ------
    MnistCoreError
        The run is not a custom run, or cannot be deleted.
    """
    require_custom(name)
    folder = run_dir(dataset, name)
    try:
        (folder / RECORD).unlink(missing_ok=True)  # first: without its record the run does not exist
    except OSError as error:
        raise MnistCoreError(f"{name} could not be deleted: {error.strerror or error}.") from error
    shutil.rmtree(folder, ignore_errors=True)
