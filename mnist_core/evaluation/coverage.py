"""Selective classification: accuracy on the samples with the highest confidence.

A sample is classified if the confidence of its prediction reaches a threshold, else deferred to human review.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mnist_core.evaluation.metrics import wilson_interval


@dataclass(frozen=True)
class Coverage:
    """Number of classified and of misclassified samples, with each distinct confidence as threshold.

    Attributes
    ----------
    thresholds : float ndarray of shape (m,), in 0..1, descending
        Samples whose prediction has at least this confidence are classified. At the last threshold, all are.
    classified, misclassified : int64 ndarrays of shape (m,)
        Number of classified samples, and number of mistakes among them.
    """

    thresholds: np.ndarray
    classified: np.ndarray
    misclassified: np.ndarray

    @property
    def n(self) -> int:
        """Number of samples."""
        return int(self.classified[-1])

    @property
    def area(self) -> float:
        """Area under the risk-coverage curve: mean error rate over all coverages, 0..1.

        Lower is better. It is below the error rate if mistakes have lower confidence than correct predictions.
        Samples with equal confidence are classified together.

        References
        ----------
        Geifman and El-Yaniv (2017), "Selective classification for deep neural networks", NeurIPS.
        """
        added = np.diff(self.classified, prepend=0)
        return float((added * self.misclassified / self.classified).sum() / self.n)


@dataclass(frozen=True)
class OperatingPoint:
    """A threshold at which `classified` of `n` samples are classified, `misclassified` of them wrongly."""

    threshold: float
    classified: int
    misclassified: int
    n: int

    @property
    def coverage(self) -> float:
        """Share of the samples that are classified, in 0..1."""
        return self.classified / self.n

    @property
    def accuracy(self) -> float:
        """Share of the classified samples that are classified correctly, in 0..1."""
        return 1 - self.misclassified / self.classified


def coverage_curve(confidence: np.ndarray, correct: np.ndarray) -> Coverage:
    """Count the classified and the misclassified samples at every threshold.

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
    last = np.flatnonzero(np.r_[ordered[1:] != ordered[:-1], True])  # the last of equal confidences
    return Coverage(ordered[last], last + 1, np.cumsum(~correct[order], dtype=np.int64)[last])


def operating_point(curve: Coverage, share: float) -> OperatingPoint:
    """Return the highest threshold at which at least this share of the samples, in 0..1, is classified."""
    # Round up to whole samples. The tolerance is needed because 0.95 * 10,000 can exceed 9,500 in floating point.
    position = int(np.searchsorted(curve.classified, np.ceil(share * curve.n - 1e-6)))
    return OperatingPoint(
        float(curve.thresholds[position]), int(curve.classified[position]), int(curve.misclassified[position]), curve.n
    )


def coverage_frame(curve: Coverage, points: int = 200) -> pd.DataFrame:
    """Return at most `points` points of a curve, evenly spaced over the coverage. The last has a coverage of 1.

    Returns
    -------
    DataFrame with these columns
        threshold, coverage : float in 0..1
            Confidence threshold, and share of the samples that are classified.
        accuracy, accuracy_low, accuracy_high : float in 0..1
            Accuracy on the classified samples and its 95 % confidence interval (Wilson).
        classified, misclassified : int
            Numbers of samples.
    """
    targets = np.linspace(curve.n / points, curve.n, points)
    kept = np.unique(np.searchsorted(curve.classified, targets - 1e-6))
    classified, misclassified = curve.classified[kept], curve.misclassified[kept]
    intervals = [wilson_interval(int(n - k), int(n)) for n, k in zip(classified, misclassified, strict=True)]
    return pd.DataFrame(
        {
            "threshold": curve.thresholds[kept],
            "coverage": classified / curve.n,
            "accuracy": 1 - misclassified / classified,
            "accuracy_low": [low for low, _ in intervals],
            "accuracy_high": [high for _, high in intervals],
            "classified": classified,
            "misclassified": misclassified,
        }
    )
