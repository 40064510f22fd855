"""The leaderboard of stored runs."""

from dataclasses import replace

import numpy as np
import pytest

from mnist_core import store
from mnist_core.classifiers.registry import get_classifier_spec
from mnist_core.evaluation.comparison import pairwise
from mnist_core.evaluation.metrics import accuracy_interval
from mnist_core.evaluation.significance import rank_ranges
from mnist_core.store.leaderboard import leaderboard
from mnist_core.store.record import CrossValidation


@pytest.fixture(scope="module", params=["mnist", "digits"])
def runs(request):
    """The records of a dataset, and the comparison of their predictions."""
    records, problems = store.load_records(request.param)
    assert not problems
    y_true = store.load_labels(records[0], "test")
    return records, pairwise(y_true, {run.classifier: store.load_scores(run).argmax(axis=1) for run in records})


def labels_of(records):
    return {record.classifier: f"{record.classifier} on {record.dataset}" for record in records}


def board_of(records, pairs):
    return leaderboard(records, pairs, labels_of(records))


def test_the_leaderboard_has_one_row_per_record_with_its_values(runs):
    records, pairs = runs
    board = board_of(records, pairs).set_index("name")
    assert sorted(board.index) == sorted(record.classifier for record in records)
    for record in records:
        row = board.loc[record.classifier]
        assert row.label == labels_of(records)[record.classifier]
        assert row.test_accuracy == record.test_accuracy
        assert (row.low, row.high) == accuracy_interval(record.test_accuracy, record.n_test)
        assert (row.seeds_accuracy, row.seeds_spread, row.n_seeds) == record.seeds_accuracy
        assert row.train_accuracy == record.train_accuracy
        assert row.fit_seconds == record.fit_seconds
        assert row.predict_seconds == pytest.approx(record.predict_seconds * 10_000 / record.n_test)
        assert row.predict_one_seconds == record.predict_one_seconds
        assert row.model_bytes == record.model_bytes
        assert row.remark == get_classifier_spec(record.classifier).remark


def test_rows_are_sorted_by_test_accuracy_and_ties_keep_the_order_of_the_records(runs):
    records, pairs = runs
    assert board_of(records, pairs)["test_accuracy"].is_monotonic_decreasing
    tied = [replace(record, test_accuracy=0.5) for record in records]
    assert board_of(tied, pairs)["name"].tolist() == [record.classifier for record in records]


def test_ranks_are_ranges_of_classifiers_without_a_significant_difference(runs):
    records, pairs = runs
    board = board_of(records, pairs).set_index("name")
    best, worst = rank_ranges(pairs.accuracies, pairs.adjusted)
    assert board.loc[list(pairs.names), "best_rank"].tolist() == best.tolist()
    assert board.loc[list(pairs.names), "worst_rank"].tolist() == worst.tolist()


def test_cross_validation_columns_are_empty_without_cross_validation(runs):
    records, pairs = runs
    folds = CrossValidation(0, "2026-01-01T00:00:00+00:00", (0.9, 0.95, 0.7), (10, 20, 10))
    records = [
        replace(records[0], cross_validation=folds),
        *(replace(run, cross_validation=None) for run in records[1:]),
    ]
    board = board_of(records, pairs).set_index("name")
    validated = board.loc[records[0].classifier]
    assert validated.cv_accuracy == pytest.approx((9 + 19 + 7) / 40)
    assert validated.cv_spread == pytest.approx(np.std((0.9, 0.95, 0.7), ddof=1))
    assert validated.cv_folds == (0.9, 0.95, 0.7)
    others = board.drop(records[0].classifier)
    assert others[["cv_accuracy", "cv_spread"]].isna().all(axis=None)
    assert all(accuracies == () for accuracies in others["cv_folds"])
