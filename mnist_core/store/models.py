"""Loading the models of runs, ready to predict."""

import gzip
from collections.abc import Callable

from mnist_core.base.errors import ArtifactCorruptError, ArtifactError, MnistCoreError
from mnist_core.classifiers.ensemble import EnsembleClassifier
from mnist_core.classifiers.spec import Served
from mnist_core.store.arrays import READ_ERRORS
from mnist_core.store.files import read_verified
from mnist_core.store.members import load_members, member_errors
from mnist_core.store.record import ENSEMBLE, MODEL, Record
from mnist_core.store.runs import load_record


def load_model(record: Record, load_member: Callable[[Record], Served] | None = None) -> Served:
    """Return the model of a run.

    Parameters
    ----------
    load_member : callable, optional
        Loads the models of an ensemble's members, for instance from a cache. By default they are read from disk.

    Raises
    ------
    ArtifactCorruptError
        The model cannot be read.
    ArtifactStaleError
        A member of the ensemble cannot be used or was trained again.
    """
    if record.model_file == ENSEMBLE:
        members = load_members(record)
        with member_errors(record):
            models = {member.name: (load_member or load_model)(run) for member, run in members.items()}
        return EnsembleClassifier(tuple(members), models, record.temperature)
    # Imported here for the start-up time: ONNX Runtime is large, and most pages show results without loading a model.
    from mnist_core.classifiers.onnx.served import OnnxClassifier

    try:
        return OnnxClassifier(gzip.decompress(read_verified(record, MODEL)), record.temperature)
    except (*READ_ERRORS, MnistCoreError) as error:
        if isinstance(error, ArtifactError):
            raise
        raise ArtifactCorruptError(record.dataset, record.classifier, f"{MODEL} cannot be read ({error}).") from error


def load_classifier(name: str, dataset: str = "mnist") -> Served:
    """Return a trained classifier with `predict_proba(images)` and `predict(images)`.

    Images are uint8 of shape (n, 28, 28), ink bright on black. Probabilities are float32 of shape (n, 10) with rows
    summing to 1, predictions uint8 of shape (n,).

    Raises
    ------
    UnknownNameError
        No classifier or dataset has this name.
    ArtifactMissingError, ArtifactStaleError, ArtifactCorruptError
        The classifier has no usable run on the dataset. The message has the command that repairs it.
    """
    return load_model(load_record(dataset, name))


def model_loader() -> Callable[[Record], Served]:
    """Return a function like `load_model` that loads each model only once, including the models of ensemble members."""
    loaded: dict[str, Served] = {}

    def load(record: Record) -> Served:
        if record.key not in loaded:
            loaded[record.key] = load_model(record, load)
        return loaded[record.key]

    return load
