"""Answering only when sure: how accurate a classifier is on the digits it is most confident of."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mnist_core.evaluation.metrics import wilson_interval


@dataclass(frozen=True)
class Coverage:
    """What is answered as the threshold falls, one entry for each distinct confidence; the last answers all.

    Attributes
    ----------
    thresholds : float ndarray of shape (m,), in 0..1, falling
        Predictions of at least this confidence are answered.
    answered, wrong : int64 ndarrays of shape (m,)
        How many digits those are, and how many of them are mistakes.
    """

    thresholds: np.ndarray
    answered: np.ndarray
    wrong: np.ndarray

    @property
    def n(self) -> int:
        """How many digits there are."""
        return int(self.answered[-1])

    @property
    def area(self) -> float:
        """Mean error rate over all coverages, 0..1: lower is better; less than the error rate if confidence tells.

        Digits whose confidences tie are answered together.

        References
        ----------
        Geifman and El-Yaniv (2017), "Selective classification for deep neural networks", NeurIPS.
        """
        added = np.diff(self.answered, prepend=0)
        return float((added * self.wrong / self.answered).sum() / self.n)


@dataclass(frozen=True)
class OperatingPoint:
    """A threshold and what it leads to: `answered` of `n` digits, `wrong` of them mistakes."""

    threshold: float
    answered: int
    wrong: int
    n: int

    @property
    def coverage(self) -> float:
        """Share of the digits that are answered, in 0..1."""
        return self.answered / self.n

    @property
    def accuracy(self) -> float:
        """Share of the answers that are right, in 0..1."""
        return 1 - self.wrong / self.answered


def coverage_curve(confidence: np.ndarray, correct: np.ndarray) -> Coverage:
    """Answers and mistakes at every threshold.

    Parameters
    ----------
    confidence : float ndarray of shape (n,), in 0..1
    correct : bool ndarray of shape (n,), n >= 1

    References
    ----------
    Chow (1970), "On optimum recognition error and reject tradeoff", IEEE Transactions on Information Theory 16.
    """
    order = np.argsort(-confidence, kind="stable")
    ordered = confidence[order]
    last = np.flatnonzero(np.r_[ordered[1:] != ordered[:-1], True])  # of those that tie
    return Coverage(ordered[last], last + 1, np.cumsum(~correct[order], dtype=np.int64)[last])


def operating_point(curve: Coverage, share: float) -> OperatingPoint:
    """The highest threshold that answers at least this share of the digits, in 0..1."""
    # In whole digits, and safe from 0.95 * 10,000 being a little more than 9,500.
    place = int(np.searchsorted(curve.answered, np.ceil(share * curve.n - 1e-6)))
    return OperatingPoint(float(curve.thresholds[place]), int(curve.answered[place]), int(curve.wrong[place]), curve.n)


def coverage_frame(curve: Coverage, points: int = 200) -> pd.DataFrame:
    """At most `points` points of a curve, evenly spread over the coverage, the last with all digits answered.

    Returns
    -------
    DataFrame
        `threshold`, `coverage`, `accuracy` and its 95 % interval (Wilson) `accuracy_low` to `accuracy_high`, shares in
        0..1; `answered` and `wrong`, counts.
    """
    asked = np.linspace(curve.n / points, curve.n, points)
    kept = np.unique(np.searchsorted(curve.answered, asked - 1e-6))
    answered, wrong = curve.answered[kept], curve.wrong[kept]
    intervals = [wilson_interval(int(n - w), int(n)) for n, w in zip(answered, wrong, strict=True)]
    return pd.DataFrame(
        {
            "threshold": curve.thresholds[kept],
            "coverage": answered / curve.n,
            "accuracy": 1 - wrong / answered,
            "accuracy_low": [low for low, _ in intervals],
            "accuracy_high": [high for _, high in intervals],
            "answered": answered,
            "wrong": wrong,
        }
    )
