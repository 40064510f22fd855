"""Reading and writing the files of a run, verified with the hashes in its record."""

import hashlib
from collections.abc import Mapping

from mnist_core.base.errors import ArtifactCorruptError
from mnist_core.base.files import write_together
from mnist_core.store.paths import run_dir
from mnist_core.store.record import RECORD, Record, StoredFile, to_json


def describe_files(contents: Mapping[str, bytes]) -> dict[str, StoredFile]:
    """Return the entries of a record's `files` for these contents."""
    return {name: {"sha256": _sha256(data), "bytes": len(data)} for name, data in contents.items()}


def write_run(record: Record, contents: Mapping[str, bytes]) -> None:
    """Write files of a run, the record last. A run that was not written completely is therefore not accepted."""
    folder = run_dir(record.dataset, record.classifier)
    write_together({**{folder / name: data for name, data in contents.items()}, folder / RECORD: to_json(record)})


def read_verified(record: Record, name: str) -> bytes:
    """Return the content of a run's file. Raise ArtifactCorruptError if its hash differs from the one in the record."""
    try:
        data = (run_dir(record.dataset, record.classifier) / name).read_bytes()
    except OSError as error:
        raise ArtifactCorruptError(record.dataset, record.classifier, f"{name} cannot be read ({error}).") from error
    if (found := _sha256(data)) != (expected := record.files[name]["sha256"]):
        reason = f"{name} should have sha256 {expected[:12]}…, found {found[:12]}…."
        raise ArtifactCorruptError(record.dataset, record.classifier, reason)
    return data


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
