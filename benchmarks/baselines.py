"""Baselines: training with scikit-learn or PyTorch alone, on raw pixels with the defaults of the library."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from mnist_core.datasets import Split

Timed = tuple[float, float]
"""Training time in seconds, and accuracy in 0..1."""


def _sgd(seed: int) -> Any:
    from sklearn.linear_model import SGDClassifier

    return SGDClassifier(random_state=seed)


def _sgd_scaled(seed: int) -> Any:
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), _sgd(seed))


def _logistic(seed: int) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(random_state=seed)


def _sgd_kernel(seed: int) -> Any:
    from sklearn.kernel_approximation import Nystroem
    from sklearn.pipeline import make_pipeline

    return make_pipeline(Nystroem(gamma=0.03, n_components=2000, random_state=seed), _sgd(seed))


def _forest(seed: int) -> Any:
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(random_state=seed)


def _one_vs_one(seed: int) -> Any:
    from sklearn.svm import SVC

    return SVC(random_state=seed)


def _one_vs_rest(seed: int) -> Any:
    from sklearn.multiclass import OneVsRestClassifier

    return OneVsRestClassifier(_one_vs_one(seed))


def _perceptron(seed: int) -> Any:
    from sklearn.neural_network import MLPClassifier

    return MLPClassifier(random_state=seed)


BASELINES: dict[str, Callable[[int], Any]] = {
    "sgd": _sgd,
    "sgd-scaled": _sgd_scaled,
    "logistic": _logistic,
    "sgd-kernel": _sgd_kernel,
    "random-forest": _forest,
    "svc-ovo": _one_vs_one,
    "svc-ovr": _one_vs_rest,
    "mlp": _perceptron,
}
"""The scikit-learn estimator that corresponds to each classifier, by the classifier's name."""


def fit_baseline(name: str, seed: int, train: Split, test: Split) -> Timed:
    """Fit the scikit-learn baseline of a classifier on pixels in 0..1. Return training time and test accuracy."""
    rows, test_rows = (split.images.reshape(len(split), -1) / 255 for split in (train, test))
    model = BASELINES[name](seed)
    started = time.perf_counter()
    model.fit(rows, train.labels)
    seconds = time.perf_counter() - started
    return seconds, float((model.predict(test_rows) == test.labels).mean())


def fit_baseline_network(
    network: Any, seed: int, train: Split, test: Split, goal: float, max_epochs: float, *, max_seconds: float
) -> Timed:
    """Train a PyTorch network as in PyTorch's tutorials: DataLoader, Adam, single precision, no augmentation.

    Training stops when the test accuracy after an epoch reaches the goal, which favors the baseline, or when a limit
    is reached.

    Parameters
    ----------
    network : torch.nn.Module
    seed : int
    train, test : Split
    goal : float
        Test accuracy in 0..1.
    max_epochs, max_seconds : float
        Limits. An epoch that has begun is completed.

    Returns
    -------
    (float, float)
        Training time in seconds, without the evaluations, and test accuracy in 0..1.
    """
    import torch
    from torch.utils.data import DataLoader, TensorDataset

    torch.manual_seed(seed)
    network = network.to(memory_format=torch.contiguous_format)
    tensors = [
        (
            torch.from_numpy(split.images.astype(np.float32) / 255).unsqueeze(1),
            torch.from_numpy(split.labels.astype(np.int64)),
        )
        for split in (train, test)
    ]
    batches = DataLoader(TensorDataset(*tensors[0]), batch_size=64, shuffle=True)
    optimizer = torch.optim.Adam(network.parameters())
    seconds = accuracy = 0.0
    epochs = 0
    while accuracy < goal and epochs < max_epochs and seconds < max_seconds:
        epochs += 1
        started = time.perf_counter()
        network.train()
        for x, y in batches:
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(network(x), y).backward()
            optimizer.step()
        seconds += time.perf_counter() - started
        network.eval()
        with torch.inference_mode():
            labels = torch.cat([network(x).argmax(1) for x in tensors[1][0].split(1000)])
        accuracy = float((labels == tensors[1][1]).float().mean())
    return seconds, accuracy
