"""Learning curves, training histories, and the gain in accuracy from more data or more training."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
import pandas as pd

from mnist_core.evaluation.metrics import accuracy_interval


@dataclass(frozen=True)
class Gain:
    """Change in accuracy between two sizes. A size is a number of training samples or of epochs.

    Attributes
    ----------
    start, end : int
        The sizes.
    before, after : float in 0..1
        The accuracies at `start` and `end`.
    low, high : float in -1..1
        95 % confidence interval of their difference.
    """

    start: int
    end: int
    before: float
    after: float
    low: float
    high: float

    @property
    def difference(self) -> float:
        """`after` - `before`, in -1..1."""
        return self.after - self.before


def difference_interval(before: float, n_before: int, after: float, n_after: int) -> tuple[float, float]:
    """Compute the 95 % confidence interval of the difference `after` - `before` of two independent accuracies.

    It is conservative for two accuracies on the same samples: their exact interval is narrower.

    Parameters
    ----------
    before, after : float in 0..1
    n_before, n_after : int
        Number of samples of each accuracy, at least 1.

    Returns
    -------
    low, high : float in -1..1

    References
    ----------
    Newcombe (1998), "Interval estimation for the difference between independent proportions: comparison of eleven
    methods", Statistics in Medicine 17 (his method 10).
    """
    low_before, high_before = accuracy_interval(before, n_before)
    low_after, high_after = accuracy_interval(after, n_after)
    difference = after - before
    down = float(np.hypot(after - low_after, high_before - before))
    up = float(np.hypot(high_after - after, before - low_before))
    return difference - down, difference + up


def last_doubling(sizes: Sequence[int], accuracies: Sequence[float], n: int) -> Gain | None:
    """Compute the gain from the size nearest to half of the largest size to the largest size.

    Parameters
    ----------
    sizes : sequence of int
        Ascending, each at least 1.
    accuracies : sequence of float in 0..1
        Accuracy at each size.
    n : int
        Number of samples on which each accuracy was measured.

    Returns
    -------
    Gain, or None for a single size
    """
    if len(sizes) < 2:
        return None
    steps, shares = np.asarray(sizes, dtype=float), np.asarray(accuracies, dtype=float)
    half = int(np.abs(np.log(2 * steps[:-1] / steps[-1])).argmin())
    before, after = float(shares[half]), float(shares[-1])
    return Gain(int(steps[half]), int(steps[-1]), before, after, *difference_interval(before, n, after, n))


def summarise_curve(trainings: Sequence[Mapping[str, float]], n_test: int) -> pd.DataFrame:
    """Summarize a learning curve: one row per training size, smallest first.

    Parameters
    ----------
    trainings : sequence of mappings
        Each has `n_train`, `test_accuracy` (share in 0..1) and `fit_seconds`. Trainings of the same size use different
        samples.
    n_test : int
        Number of test samples.

    Returns
    -------
    DataFrame with these columns
        n_train, trainings : int
            Training size, and number of trainings with this size.
        test_accuracy, low, high : float in 0..1
            Mean test accuracy and its 95 % confidence interval (Wilson). The interval is for `n_test` samples, because
            all trainings share the test split.
        lowest, highest : float in 0..1
            Lowest and highest test accuracy.
        fit_seconds : float
            Median training time, which is robust to a single delay.
    """
    rows = []
    for size in sorted({training["n_train"] for training in trainings}):
        same = [training for training in trainings if training["n_train"] == size]
        accuracies = [training["test_accuracy"] for training in same]
        low, high = accuracy_interval(float(np.mean(accuracies)), n_test)
        rows.append(
            {
                "n_train": int(size),
                "trainings": len(same),
                "test_accuracy": float(np.mean(accuracies)),
                "low": low,
                "high": high,
                "lowest": min(accuracies),
                "highest": max(accuracies),
                "fit_seconds": median(training["fit_seconds"] for training in same),
            }
        )
    columns = ["n_train", "trainings", "test_accuracy", "low", "high", "lowest", "highest", "fit_seconds"]
    return pd.DataFrame(rows, columns=columns)


def summarise_history(history: Sequence[Mapping[str, float]], n_holdout: int) -> pd.DataFrame:
    """Summarize a training history: one row per epoch.

    Parameters
    ----------
    history : sequence of mappings
        Each has `epoch`, `loss` and `validation_accuracy` (share in 0..1).
    n_holdout : int
        Number of samples in the validation split.

    Returns
    -------
    DataFrame with these columns
        epoch : int
        loss : float
            Mean cross-entropy on the training data, in nats.
        accuracy, low, high : float in 0..1
            Validation accuracy and its 95 % confidence interval (Wilson).
    """
    accuracies = [float(epoch["validation_accuracy"]) for epoch in history]
    intervals = [accuracy_interval(accuracy, n_holdout) for accuracy in accuracies]
    return pd.DataFrame(
        {
            "epoch": [int(epoch["epoch"]) for epoch in history],
            "loss": [float(epoch["loss"]) for epoch in history],
            "accuracy": accuracies,
            "low": [low for low, _ in intervals],
            "high": [high for _, high in intervals],
        }
    )
