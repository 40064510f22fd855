"""What more data and more training bring: learning curves, training histories, and the gain of the last doubling."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
import pandas as pd

from mnist_core.evaluation.metrics import accuracy_interval


@dataclass(frozen=True)
class Gain:
    """How accuracy changed between two sizes, of data or of training.

    Attributes
    ----------
    start, end : int
        The sizes.
    before, after : float
        The accuracies, shares in 0..1.
    low, high : float
        95 % interval of their difference.
    """

    start: int
    end: int
    before: float
    after: float
    low: float
    high: float

    @property
    def difference(self) -> float:
        """After less before, -1..1."""
        return self.after - self.before


def difference_interval(before: float, n_before: int, after: float, n_after: int) -> tuple[float, float]:
    """95 % interval of the difference of two accuracies, after less before, as of two independent samples.

    Where both were measured on the same digits, as here, the true interval is narrower: this one errs on the safe side.

    Parameters
    ----------
    before, after : float
        Shares in 0..1.
    n_before, n_after : int
        Digits that each was measured on, at least 1.

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
    """What the step to the largest size brought, from the size nearest to its half; None if there is but one size.

    Parameters
    ----------
    sizes : sequence of int
        At least 1, ascending.
    accuracies : sequence of float
        Shares in 0..1 at each size, measured on `n` digits.
    """
    if len(sizes) < 2:
        return None
    steps, shares = np.asarray(sizes, dtype=float), np.asarray(accuracies, dtype=float)
    half = int(np.abs(np.log(2 * steps[:-1] / steps[-1])).argmin())
    before, after = float(shares[half]), float(shares[-1])
    return Gain(int(steps[half]), int(steps[-1]), before, after, *difference_interval(before, n, after, n))


def summarise_curve(trainings: Sequence[Mapping[str, float]], n_test: int) -> pd.DataFrame:
    """A learning curve, one row a training size, smallest first.

    Parameters
    ----------
    trainings : sequence of mappings
        With `n_train`, `test_accuracy` (share in 0..1) and `fit_seconds`; several of a size have different digits.
    n_test : int
        Digits that each was scored on.

    Returns
    -------
    DataFrame
        `n_train`; `trainings`, how many; `test_accuracy`, their mean, with `low` and `high`, its 95 % interval (Wilson)
        on `n_test` digits, for more trainings do not make more test digits; `lowest` and `highest` of the trainings;
        `fit_seconds`, their median, which one delay does not move.
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
    """A training history, one row an epoch.

    Parameters
    ----------
    history : sequence of mappings
        With `epoch`, `loss` and `validation_accuracy` (share in 0..1).
    n_holdout : int
        Digits that were held out of this training to measure it on.

    Returns
    -------
    DataFrame
        `epoch`, `loss` (mean cross-entropy of the training digits, nats), `accuracy` of the held-out digits with `low`
        and `high`, its 95 % interval (Wilson).
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
