"""Entry points of training: classifiers and ensembles by name."""

from mnist_core.base.errors import ArtifactError
from mnist_core.base.progress import Progress, silent
from mnist_core.classifiers.registry import is_ensemble
from mnist_core.store import Record, load_labels, load_record, load_scores
from mnist_core.training.classifier import CustomRun, train_classifier
from mnist_core.training.ensemble import has_current_weights, train_ensemble


def train(
    name: str,
    dataset: str = "mnist",
    *,
    seed: int = 0,
    custom: CustomRun | None = None,
    progress: Progress = silent,
) -> Record:
    """Train a classifier or fit an ensemble, measure it and store the run.

    Parameters
    ----------
    name, dataset : str
        Names in the registries.
    seed : int
        Seed of the estimator, of the validation split and of the subset.
    custom : CustomRun, optional
        Store a custom run with these differences under the next free name, such as `mlp@1`. None: store the run of the
        classifier itself, with the hyperparameters of the registry, on all data.
    progress : callable
        Called between steps. If it raises an exception, the training ends and no partial run is written.

    Returns
    -------
    Record
        The record of the stored run.

    Raises
    ------
    UnknownNameError, DatasetUnavailableError, DatasetCorruptError
    TrainingError
        The changes are not valid, a package is missing, the exported model differs from the estimator, an ensemble's
        members are not cross-validated, a custom run of an ensemble is requested, or the run cannot be written.
    """
    if is_ensemble(name) and custom is None:
        return train_ensemble(name, dataset, seed=seed, progress=progress)
    return train_classifier(name, dataset, seed=seed, custom=custom, progress=progress)


def up_to_date(name: str, dataset: str, *, seed: int | None = None) -> Record | None:
    """Return the stored run if training it again would give the same run; otherwise None.

    All files that pages show must be readable. The weights of an ensemble must have been fitted on the current
    out-of-fold scores of its members.

    Parameters
    ----------
    seed : int, optional
        Seed that the run must have. None: any seed.
    """
    try:
        record = load_record(dataset, name)
        load_scores(record)
        load_labels(record, "test")
        if is_ensemble(name) and not has_current_weights(record):
            return None
    except ArtifactError:
        return None
    return record if seed in (None, record.seed) else None
