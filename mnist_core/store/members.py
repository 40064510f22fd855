"""Loading the members of stored ensembles, with the records of their runs."""

import contextlib
from collections.abc import Iterator, Mapping

from mnist_core.base.errors import ArtifactCorruptError, ArtifactError, ArtifactStaleError
from mnist_core.classifiers.ensemble import Member, from_json
from mnist_core.classifiers.registry import members_of
from mnist_core.store.files import read_verified
from mnist_core.store.reading import read_record
from mnist_core.store.record import ENSEMBLE, Record


def load_members(record: Record, *, verified: Mapping[str, Record] | None = None) -> dict[Member, Record]:
    """Return the members of an ensemble with the records of their runs. The files of these runs are not read.

    Parameters
    ----------
    verified : mapping of classifier name to Record, optional
        Records that are already loaded. They are not read again.

    Raises
    ------
    ArtifactStaleError
        The run of a member is missing, stale or corrupt, or has another model than when the ensemble was trained.
    ArtifactCorruptError
        The file of the ensemble is not valid, or names other members than the registry.
    """
    dataset, name = record.dataset, record.classifier
    try:
        members = from_json(read_verified(record, ENSEMBLE))
    except ValueError as error:
        raise ArtifactCorruptError(dataset, name, f"{ENSEMBLE} is not valid: {error}.") from error
    if (found := tuple(member.name for member in members)) != (expected := members_of(name)):
        reason = f"{ENSEMBLE} should have the members {', '.join(expected)}, found {', '.join(found)}."
        raise ArtifactCorruptError(dataset, name, reason)
    runs = {}
    for member in members:
        with member_errors(record):
            run = (verified or {}).get(member.name) or read_record(dataset, member.name)
        if run.files[run.model_file]["sha256"] != member.model_sha256:
            raise ArtifactStaleError(dataset, name, f"its member {member.name} was retrained after the ensemble.")
        runs[member] = run
    return runs


@contextlib.contextmanager
def member_errors(record: Record) -> Iterator[None]:
    """Replace an error about a member's run by ArtifactStaleError for the run of the ensemble."""
    try:
        yield
    except ArtifactError as error:
        reason = f"its member {error.classifier} cannot be used ({error.reason.rstrip('.')})."
        raise ArtifactStaleError(record.dataset, record.classifier, reason) from error
