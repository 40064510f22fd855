"""Learning curves: a stored run's hyperparameters, trained on subsets of the training split."""

import time

from mnist_core.base.digits import training_sizes
from mnist_core.base.packages import require_packages
from mnist_core.base.progress import Progress, silent
from mnist_core.classifiers.onnx.served import OnnxClassifier
from mnist_core.classifiers.registry import get_trainable_spec
from mnist_core.classifiers.spec import Estimator
from mnist_core.datasets import Split, load_dataset
from mnist_core.store import Record, load_record, save_learning_curve
from mnist_core.store.test_evaluations import log_evaluation
from mnist_core.training.measure import accuracy_of
from mnist_core.training.splits import require_full_training_split, stratified_subset

MOST_SUBSETS = 5
"""Largest number of subsets of one size."""


def points(n_train: int) -> list[tuple[int, int]]:
    """Return the (size, subset) pairs to train on, for a training split of `n_train` samples.

    Small sizes have several subsets. Their accuracy depends most on which samples are drawn, and their training takes
    the least time. MNIST has five subsets of 1,000 samples and one of 40,000.
    """
    return [
        (size, subset)
        for size in training_sizes(n_train)
        for subset in range(min(MOST_SUBSETS, max(1, n_train // (3 * size))))
    ]


def measure_learning_curve(name: str, dataset: str, *, again: bool = False, progress: Progress = silent) -> Record:
    """Measure the missing points of a stored run's learning curve, store each at once, and return the new record.

    Subsets are stratified. The number of a subset is its seed. Each point is evaluated on the test set, which is not
    used for any choice.

    Parameters
    ----------
    again : bool
        Measure all points again.

    Raises
    ------
    ArtifactError, DatasetError, TrainingError
        The run is missing, was trained on a subset or belongs to an ensemble, the images are unavailable, or a package
        is missing.
    """
    spec = get_trainable_spec(name, purpose="A learning curve")
    record = load_record(dataset, name)
    require_full_training_split(record)
    require_packages("sklearn", "onnx", *spec.requires, purpose=f"Training {name}")
    data = load_dataset(dataset, progress=progress)
    training, test = data.train, data.test
    curve = [] if again else list(record.learning_curve)
    known = {(entry["n_train"], entry["subset"]) for entry in curve}
    wanted = points(len(training))
    for number, (size, subset) in enumerate(wanted):
        if (size, subset) in known:
            continue
        progress(f"{size:,} digits, subset {subset + 1}", number / len(wanted))
        estimator = spec.build(record.hyperparameters, record.seed)
        entry = _measure_point(estimator, stratified_subset(training, size, seed=subset), test)
        log_evaluation(
            dataset,
            name,
            purpose="learning curve",
            seed=record.seed,
            n_train=size,
            hyperparameters=record.hyperparameters,
            test_accuracy=entry["test_accuracy"],
        )
        curve.append({"n_train": size, "subset": subset, **entry})
        curve.sort(key=lambda entry: (entry["n_train"], entry["subset"]))
        record = save_learning_curve(record, curve)
    progress("Learning curve stored", 1.0)
    return record


def _measure_point(estimator: Estimator, training: Split, test: Split) -> dict[str, float]:
    """Train on a subset; return the test accuracy of the exported model and the time of the fit in seconds."""
    started = time.perf_counter()
    estimator.fit(training.images, training.labels)
    seconds = time.perf_counter() - started
    scores = OnnxClassifier(estimator.to_onnx().SerializeToString()).scores(test.images)
    return {"test_accuracy": accuracy_of(scores, test.labels), "fit_seconds": seconds}
