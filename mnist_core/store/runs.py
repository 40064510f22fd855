"""Loading the verified records of runs."""

from collections.abc import Mapping

from mnist_core.base.errors import ArtifactError
from mnist_core.store.files import read_verified
from mnist_core.store.members import load_members, member_errors
from mnist_core.store.names import list_runs
from mnist_core.store.paths import artifacts_dir
from mnist_core.store.reading import read_record
from mnist_core.store.record import (
    ENSEMBLE,
    LABEL_ISSUES,
    LABELS,
    MODEL,
    OUT_OF_FOLD,
    PREDICTIONS,
    RECORD,
    ROBUSTNESS,
    Record,
)


def load_record(dataset: str, classifier: str, *, verified: Mapping[str, Record] | None = None) -> Record:
    """Return the record of a run after verifying its fields and the hash of every file beside it.

    For an ensemble, also verify that the runs of the members are usable and were not trained again since.

    Parameters
    ----------
    verified : mapping of classifier name to Record, optional
        Records that this function has just returned. The models of these runs are not hashed again.

    Raises
    ------
    ArtifactMissingError, ArtifactStaleError, ArtifactCorruptError
        The message says what was expected, what was found, and which command repairs it.
    """
    record = read_record(dataset, classifier)
    for name in record.files:
        read_verified(record, name)
    if record.model_file == ENSEMBLE:
        verified = verified or {}
        for run in load_members(record, verified=verified).values():
            if run.classifier not in verified:
                with member_errors(record):
                    read_verified(run, run.model_file)
    return record


def load_records(dataset: str) -> tuple[list[Record], list[ArtifactError]]:
    """Return the records of all usable runs in the order of `list_runs`, and the errors of the other runs."""
    records: dict[str, Record] = {}
    problems: list[ArtifactError] = []
    for classifier in list_runs(dataset):
        try:
            records[classifier] = load_record(dataset, classifier, verified=records)
        except ArtifactError as error:
            problems.append(error)
    return list(records.values()), problems


def signature(dataset: str) -> str:
    """Return a text with the sizes and modification times of all files of a dataset. It changes with any of them."""
    folder = artifacts_dir() / dataset
    names = (RECORD, MODEL, ENSEMBLE, PREDICTIONS, OUT_OF_FOLD, LABEL_ISSUES, ROBUSTNESS)
    found = []
    for path in [folder / LABELS, *(folder / run / name for run in list_runs(dataset) for name in names)]:
        try:
            status = path.stat()
            found.append((status.st_size, status.st_mtime_ns))
        except OSError:
            found.append((0, 0))
    return f"{folder} {found}"
