"""Train a stored run's recipe on parts of the training split: what more data would bring, and what it would cost."""

import time

import numpy as np

from mnist_core.base.packages import require_packages
from mnist_core.base.progress import Progress, silent
from mnist_core.classifiers.onnx.served import OnnxClassifier
from mnist_core.classifiers.registry import get_classifier_spec
from mnist_core.datasets import load_dataset
from mnist_core.store import load_record, save_learning_curve
from mnist_core.store.record import Record
from mnist_core.store.test_evaluations import log_evaluation
from mnist_core.training.train import require_all_digits

SIZES = (100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 40_000)
MOST_SUBSETS = 5


def points(n_train: int) -> list[tuple[int, int]]:
    """What to train on: pairs (size, subset), from a sixtieth of the training split up to, but without, all of it.

    Small sizes come several times, each with digits of its own: there the digits that are drawn matter most, and
    training costs least. MNIST: 1,000 five times, to 40,000 once.
    """
    sizes = [size for size in SIZES if n_train / 60 <= size < n_train]
    return [(size, subset) for size in sizes for subset in range(min(MOST_SUBSETS, max(1, n_train // (3 * size))))]


def measure_learning_curve(name: str, dataset: str, *, again: bool = False, progress: Progress = silent) -> Record:
    """Measure what is missing of a stored run's learning curve, each point kept as soon as it is there.

    The test split is scored by every point and chooses nothing. Subsets are stratified; `subset` is their seed.

    Parameters
    ----------
    again : bool
        Measure all of it anew.

    Raises
    ------
    ArtifactError, DatasetError, TrainingError
        The run is not there or was trained on a subset, the images are not there, or a package is missing.
    """
    from sklearn.model_selection import train_test_split

    spec, record = get_classifier_spec(name), load_record(dataset, name)
    require_all_digits(record)
    require_packages("sklearn", "onnx", *spec.requires, purpose=f"Training {name}")
    loaded = load_dataset(dataset, progress=progress)
    training, test = loaded.train, loaded.test
    curve = [] if again else list(record.learning_curve)
    known = {(entry["n_train"], entry["subset"]) for entry in curve}
    wanted = points(len(training.labels))
    for place, (size, subset) in enumerate(wanted):
        if (size, subset) in known:
            continue
        progress(f"{size:,} digits, subset {subset + 1}", place / len(wanted))
        rows, _ = train_test_split(
            np.arange(len(training.labels)), train_size=size, stratify=training.labels, random_state=subset
        )
        images, labels = training.images[rows], training.labels[rows]
        estimator = spec.build(record.hyperparameters, record.seed)
        started = time.perf_counter()
        estimator.fit(images, labels)
        seconds = time.perf_counter() - started
        scores = OnnxClassifier(estimator.to_onnx().SerializeToString(), 1.0).scores(test.images)
        accuracy = float((scores.argmax(axis=1) == test.labels).mean())
        log_evaluation(
            dataset,
            name,
            purpose="learning curve",
            seed=record.seed,
            n_train=size,
            hyperparameters=record.hyperparameters,
            test_accuracy=accuracy,
        )
        curve.append({"n_train": size, "subset": subset, "test_accuracy": accuracy, "fit_seconds": seconds})
        curve.sort(key=lambda entry: (entry["n_train"], entry["subset"]))
        record = save_learning_curve(record, curve)
    progress("Learning curve stored", 1.0)
    return record
