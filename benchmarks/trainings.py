"""Timed trainings. Each function is to be called in a new process.

The time is measured from pixels in memory to a trained model. It does not include loading digits and importing
libraries.
"""

import importlib
import math
import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from benchmarks.baselines import BASELINES, Timed, fit_baseline, fit_baseline_network
from benchmarks.jobs import Job
from mnist_core import load_dataset
from mnist_core.classifiers.registry import get_trainable_spec, hyperparameters_for
from mnist_core.classifiers.spec import ClassifierSpec, Estimator
from mnist_core.classifiers.torch.convnet import ConvNet
from mnist_core.store.test_evaluations import log_evaluation
from mnist_core.training.splits import hold_out

LIBRARIES = (
    "sklearn.decomposition",
    "sklearn.ensemble",
    "sklearn.linear_model",
    "sklearn.neural_network",
    "sklearn.svm",
)
TORCH_LIBRARIES = ("torch", "torch._dynamo")
"""PyTorch's optimizers import `torch._dynamo`, which takes about a second."""


def train_and_test(job: Job, dataset: str, seed: int) -> Timed:
    """Train on the training split, and log the test-set evaluation. Return training time and test accuracy."""
    spec, digits = get_trainable_spec(job.classifier), load_dataset(dataset)
    train = digits.train  # loads the split before the time is measured
    hyperparameters = {**hyperparameters_for(job.classifier, dataset), **job.changes}
    seconds, estimator = _timed_fit(spec, hyperparameters, seed, train.images, train.labels)
    accuracy = float((estimator.predict(digits.test.images) == digits.test.labels).mean())
    log_evaluation(
        dataset,
        job.classifier,
        purpose="benchmark",
        seed=seed,
        n_train=len(train),
        hyperparameters=hyperparameters,
        test_accuracy=accuracy,
    )
    return seconds, accuracy


def train_and_validate(job: Job, dataset: str, seed: int) -> Timed:
    """Train on five sixths of the training split. Return training time and accuracy on the other sixth.

    The held-out split is the same for every seed. A network is trained for as many steps as on the whole training
    split.
    """
    spec, digits = get_trainable_spec(job.classifier), load_dataset(dataset).train
    kept, held = hold_out(digits.labels, 0)
    images, labels = digits.images[kept], digits.labels[kept]
    hyperparameters = {**hyperparameters_for(job.classifier, dataset), **job.changes}
    if "torch" in spec.requires:
        hyperparameters["epochs"] *= len(digits) / len(kept)
    seconds, estimator = _timed_fit(spec, hyperparameters, seed, images, labels)
    return seconds, float((estimator.predict(digits.images[held]) == digits.labels[held]).mean())


def train_baseline(job: Job, dataset: str, limit: float) -> Timed:
    """Train the baseline of a job with scikit-learn or PyTorch alone. Return training time and test accuracy.

    The training of a network stops at the job's target accuracy or after `limit` seconds. Without a target, it ends
    after the job's number of epochs.
    """
    digits = load_dataset(dataset)
    if job.classifier in BASELINES:
        return fit_baseline(job.classifier, 0, digits.train, digits.test)
    hyperparameters = {**hyperparameters_for(job.classifier, dataset), **job.changes}
    network = ConvNet(hyperparameters, 0).fresh_network()
    goal, max_epochs = (job.accuracy, math.inf) if job.accuracy else (math.inf, hyperparameters["epochs"])
    return fit_baseline_network(network, 0, digits.train, digits.test, goal, max_epochs, max_seconds=limit)


def _timed_fit(
    spec: ClassifierSpec, hyperparameters: Mapping[str, Any], seed: int, images: np.ndarray, labels: np.ndarray
) -> tuple[float, Estimator]:
    """Fit an estimator. Return the time in seconds and the fitted estimator."""
    for module in (*LIBRARIES, *(TORCH_LIBRARIES if "torch" in spec.requires else ())):
        importlib.import_module(module)
    started = time.perf_counter()
    estimator = spec.build(hyperparameters, seed)
    estimator.fit(images, labels)
    return time.perf_counter() - started, estimator
