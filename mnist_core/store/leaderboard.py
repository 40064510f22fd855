"""Leaderboard: one table row per run, shared by the Overview page and the command line."""

from collections.abc import Iterable, Mapping

import pandas as pd

from mnist_core.classifiers.registry import get_classifier_spec
from mnist_core.evaluation.comparison import Pairwise
from mnist_core.evaluation.metrics import accuracy_interval
from mnist_core.evaluation.significance import rank_ranges
from mnist_core.store.record import Record


def leaderboard(records: Iterable[Record], pairs: Pairwise, labels: Mapping[str, str]) -> pd.DataFrame:
    """Return one row per run of a dataset, sorted by test accuracy, highest first.

    Parameters
    ----------
    records : iterable of k >= 1 Records
        Runs with equal test accuracy keep this order.
    pairs : Pairwise
        Comparison of the runs on the test split: `comparison.pairwise(y_true, y_preds)`, with the same k names.
    labels : mapping of classifier name to str
        Display name of each run.

    Returns
    -------
    DataFrame with a default index and these columns
        name, label : str
            Classifier name and display name.
        best_rank, worst_rank : int in 1..k
            Range of possible ranks: see `significance.rank_ranges`.
        test_accuracy, low, high : float in 0..1
            Test accuracy and its 95 % confidence interval (Wilson).
        cv_accuracy, cv_spread : float in 0..1, NaN without cross-validation
            Share of correct predictions over all folds, and standard deviation of the accuracies of the folds.
        cv_folds : tuple of floats in 0..1, empty without cross-validation
            Accuracy of each fold.
        seeds_accuracy, seeds_spread : float in 0..1
            Mean test accuracy over all seeds and its standard deviation, which is 0 for one seed.
        n_seeds : int, at least 1
            Number of seeds. For one seed, `seeds_accuracy` equals `test_accuracy`.
        train_accuracy : float in 0..1
        fit_seconds, predict_seconds, predict_one_seconds : float
            Seconds for training on the whole training split, for predicting 10,000 samples, and for predicting one.
        model_bytes : int
            Size of the stored model, compressed. For an ensemble, including its members.
        remark : str
            Remark on the classifier from the registry.
    """
    best, worst = rank_ranges(pairs.accuracies, pairs.adjusted)
    ranks = {name: (int(first), int(last)) for name, first, last in zip(pairs.names, best, worst, strict=True)}
    rows = [_row(record, *ranks[record.classifier], labels[record.classifier]) for record in records]
    return pd.DataFrame(rows).sort_values("test_accuracy", ascending=False, kind="stable", ignore_index=True)


def _row(record: Record, best_rank: int, worst_rank: int, label: str) -> dict[str, object]:
    """Return the row of one run, by column."""
    low, high = accuracy_interval(record.test_accuracy, record.n_test)
    folds, (mean, spread, n_seeds) = record.cross_validation, record.seeds_accuracy
    return {
        "name": record.classifier,
        "label": label,
        "best_rank": best_rank,
        "worst_rank": worst_rank,
        "test_accuracy": record.test_accuracy,
        "low": low,
        "high": high,
        "cv_accuracy": folds.accuracy if folds else float("nan"),
        "cv_spread": folds.spread if folds else float("nan"),
        "cv_folds": folds.accuracies if folds else (),
        "seeds_accuracy": mean,
        "seeds_spread": spread,
        "n_seeds": n_seeds,
        "train_accuracy": record.train_accuracy,
        "fit_seconds": record.fit_seconds,
        "predict_seconds": record.predict_10_000_seconds,
        "predict_one_seconds": record.predict_one_seconds,
        "model_bytes": record.model_bytes,
        "remark": get_classifier_spec(record.classifier).remark,
    }
