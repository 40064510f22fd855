"""Train a stored run's recipe with other seeds: how much of its accuracy is luck."""

import time

from mnist_core.base.packages import require_packages
from mnist_core.base.progress import Progress, silent
from mnist_core.classifiers.ensemble import EnsembleClassifier
from mnist_core.classifiers.onnx.served import OnnxClassifier
from mnist_core.classifiers.registry import get_classifier_spec, members_of
from mnist_core.classifiers.spec import Served
from mnist_core.datasets import Split, load_dataset
from mnist_core.store import load_members, load_record, save_replicates
from mnist_core.store.record import Record
from mnist_core.store.test_evaluations import log_evaluation
from mnist_core.training.train import require_all_digits


def train_seeds(name: str, dataset: str, *, count: int = 3, again: bool = False, progress: Progress = silent) -> Record:
    """Train on the whole training split until there are `count` seeds, each kept as soon as it is there.

    The test split is scored by every one and chooses nothing: the run that is shown stays the one that was stored. Of a
    vote every member is trained with the seed; its weights and its members' temperatures stay, for they were fitted on
    out-of-fold scores of the members' recipes.

    Parameters
    ----------
    count : int
        How many seeds there shall be, the stored run's own among them.
    again : bool
        Train all others anew.

    Raises
    ------
    ArtifactError, DatasetError, TrainingError
        The run is not there or was trained on a subset, the images are not there, or a package is missing.
    """
    record = load_record(dataset, name)
    require_all_digits(record)
    for recipe in _recipes(record):
        require_packages("sklearn", "onnx", *get_classifier_spec(recipe).requires, purpose=f"Training {recipe}")
    loaded = load_dataset(dataset, progress=progress)
    training, test = loaded.train, loaded.test
    found = [] if again else list(record.replicates)
    known = {entry["seed"] for entry in found} | {record.seed}
    wanted = [seed for seed in range(count + 1) if seed not in known][: max(0, count - len(known))]
    for place, seed in enumerate(wanted):
        served, seconds = _fit(record, seed, training, progress, place / len(wanted))
        scores = served.scores(test.images)
        accuracy = float((scores.argmax(axis=1) == test.labels).mean())
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


def _recipes(record: Record) -> list[str]:
    """What is trained for a run: its classifier or, of a vote, the members'."""
    return list(members_of(record.classifier)) or [record.classifier]


def _fit(record: Record, seed: int, training: Split, progress: Progress, share: float) -> tuple[Served, float]:
    """The recipe of a run with that seed, as it would be served but for its temperature, and how long fitting took."""
    spec = get_classifier_spec(record.classifier)
    if spec.members:
        fitted = {member: _fit(run, seed, training, progress, share) for member, run in load_members(record).items()}
        models = {member.name: served for member, (served, _) in fitted.items()}
        return EnsembleClassifier(tuple(fitted), models), sum(seconds for _, seconds in fitted.values())
    progress(f"seed {seed} of {record.classifier}", share)
    estimator = spec.build(record.hyperparameters, seed)
    started = time.perf_counter()
    estimator.fit(training.images, training.labels)
    seconds = time.perf_counter() - started
    return OnnxClassifier(estimator.to_onnx().SerializeToString(), 1.0), seconds
