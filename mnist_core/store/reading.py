"""Reading and validating `record.json`."""

import json

from mnist_core.base.errors import ArtifactCorruptError, ArtifactMissingError, ArtifactStaleError
from mnist_core.base.labels import CUSTOM_MARK
from mnist_core.base.schema import Count, parse_json, validate
from mnist_core.classifiers.registry import get_classifier_spec, hyperparameters_for
from mnist_core.datasets import get_dataset_spec
from mnist_core.store.paths import run_dir
from mnist_core.store.record import PREDICTIONS, RECORD, ROBUSTNESS, SCHEMA, Record


def read_record(dataset: str, classifier: str) -> Record:
    """Return the record of a run if it is valid and current. The files beside it are not read.

    Raises
    ------
    UnknownNameError
        No dataset or classifier has this name.
    ArtifactMissingError
        There is no record.
    ArtifactStaleError
        The record has another schema, or the data or hyperparameters have changed since the training.
    ArtifactCorruptError
        The record cannot be read or is not valid.
    """
    fingerprint = get_dataset_spec(dataset).fingerprint
    get_classifier_spec(classifier)
    try:
        data = (run_dir(dataset, classifier) / RECORD).read_bytes()
    except FileNotFoundError:
        raise ArtifactMissingError(dataset, classifier, "it has not been trained here yet.") from None
    except OSError as error:
        raise ArtifactCorruptError(dataset, classifier, f"{RECORD} cannot be read ({error}).") from error
    record = parse_record(data, dataset, classifier)
    if record.fingerprint != fingerprint:
        reason = f"it was trained on data {record.fingerprint[:12]}…, {dataset} is now {fingerprint[:12]}…."
        raise ArtifactStaleError(dataset, classifier, reason)
    current = json.loads(json.dumps(hyperparameters_for(classifier, dataset)))
    if CUSTOM_MARK not in classifier and record.hyperparameters != current:
        names = sorted(current.keys() | record.hyperparameters.keys())
        changed = ", ".join(name for name in names if current.get(name) != record.hyperparameters.get(name))
        reason = f"it was trained with other hyperparameters than the registry's ({changed})."
        raise ArtifactStaleError(dataset, classifier, reason)
    return record


def parse_record(data: bytes, dataset: str, classifier: str) -> Record:
    """Return the record that a JSON text holds, after validating every field.

    Raises
    ------
    ArtifactStaleError
        The record has another schema.
    ArtifactCorruptError
        The text does not hold a valid record, or it holds the record of another run.
    """
    try:
        found = parse_json(data)
        if isinstance(found, dict) and (schema := found.get("schema")) != SCHEMA:
            reason = f"{RECORD} has schema {schema}, this version reads {SCHEMA}."
            raise ArtifactStaleError(dataset, classifier, reason)
        record = validate(found, Record)
        if (record.dataset, record.classifier) != (dataset, classifier):
            found_run = f"{record.classifier} on {record.dataset}"
            raise ValueError(f"Expected the record of {classifier} on {dataset}, found that of {found_run}")
        validate(record.details.get("member_bytes", []), list[Count], "$.details.member_bytes")
        expected = {record.model_file, PREDICTIONS, *({ROBUSTNESS} if record.robustness else ())}
        if missing := sorted(expected - record.files.keys()):
            raise ValueError(f"Expected the hashes of {', '.join(missing)}, found none - at `$.files`")
    except ValueError as error:
        raise ArtifactCorruptError(dataset, classifier, f"{RECORD} is not valid: {error}.") from error
    return record
