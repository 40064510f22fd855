"""Trainings of a stored run with other seeds, which show how much its accuracy varies by chance."""

import time

from mnist_core.base.packages import require_packages
from mnist_core.base.progress import Progress, silent
from mnist_core.classifiers.ensemble import EnsembleClassifier
from mnist_core.classifiers.onnx.served import OnnxClassifier
from mnist_core.classifiers.registry import get_trainable_spec, is_ensemble, members_of
from mnist_core.classifiers.spec import Served
from mnist_core.datasets import Split, load_dataset
from mnist_core.store import Record, load_members, load_record, save_replicates
from mnist_core.store.test_evaluations import log_evaluation
from mnist_core.training.measure import accuracy_of
from mnist_core.training.splits import require_full_training_split


def train_seeds(name: str, dataset: str, *, count: int = 3, again: bool = False, progress: Progress = silent) -> Record:
    """Train with other seeds until results of `count` seeds are stored, and return the new record.

    All trainings use the whole training split and the hyperparameters of the run. Each is evaluated on the test set,
    which is not used for any choice. Each result is stored at once. The stored model stays the same.

    For an ensemble, every member is trained with the seed. The weights and the members' temperatures stay, because they
    were fitted on out-of-fold scores.

    Parameters
    ----------
    count : int
        Number of seeds, including the seed of the stored run.
    again : bool
        Repeat all trainings with other seeds.

    Raises
    ------
    ArtifactError, DatasetError, TrainingError
        The run is missing or was trained on a subset, the images are unavailable, or a package is missing.
    """
    record = load_record(dataset, name)
    require_full_training_split(record)
    for trained in members_of(name) or (name,):
        require_packages("sklearn", "onnx", *get_trainable_spec(trained).requires, purpose=f"Training {trained}")
    data = load_dataset(dataset, progress=progress)
    training, test = data.train, data.test
    found = [] if again else list(record.replicates)
    known = {entry["seed"] for entry in found} | {record.seed}
    missing = [seed for seed in range(count + 1) if seed not in known][: max(0, count - len(known))]
    for number, seed in enumerate(missing):
        served, seconds = _fit(record, seed, training, progress, number / len(missing))
        accuracy = accuracy_of(served.scores(test.images), test.labels)
        log_evaluation(
            dataset,
            name,
            purpose="seed",
            seed=seed,
            n_train=record.n_train,
            hyperparameters=record.hyperparameters,
            test_accuracy=accuracy,
        )
        found.append({"seed": seed, "test_accuracy": accuracy, "fit_seconds": seconds})
        record = save_replicates(record, found)
    progress("Seeds stored", 1.0)
    return record


def _fit(record: Record, seed: int, training: Split, progress: Progress, share: float) -> tuple[Served, float]:
    """Train the classifier of a run with a seed; return the served model, and the time of the fit in seconds.

    The temperature of the model is 1.
    """
    if is_ensemble(record.classifier):
        fitted = {member: _fit(run, seed, training, progress, share) for member, run in load_members(record).items()}
        models = {member.name: served for member, (served, _) in fitted.items()}
        return EnsembleClassifier(tuple(fitted), models), sum(seconds for _, seconds in fitted.values())
    progress(f"{record.classifier}, seed {seed}", share)
    estimator = get_trainable_spec(record.classifier).build(record.hyperparameters, seed)
    started = time.perf_counter()
    estimator.fit(training.images, training.labels)
    seconds = time.perf_counter() - started
    return OnnxClassifier(estimator.to_onnx().SerializeToString()), seconds
