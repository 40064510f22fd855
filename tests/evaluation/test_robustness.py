"""Accuracy on distorted digits: tables, means, corruption errors and changed predictions."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from statsmodels.stats.proportion import proportion_confint

from mnist_core.evaluation.robustness import (
    accuracies_at,
    accuracy_table,
    corruption_errors,
    find_changed_predictions,
    mean_accuracies,
)

CLEAN = {"strong": 0.98, "weak": 0.9}
DISTORTED = {
    "strong": {"turn": [0.96, 0.9, 0.6], "dim": [0.98, 0.5, 0.2]},
    "weak": {"turn": [0.8, 0.6, 0.4], "dim": [0.9, 0.9, 0.8]},
}
AMOUNTS = {"turn": (10, 20, 30), "dim": (0.3, 0.6, 0.9)}


@pytest.fixture
def table():
    return accuracy_table(CLEAN, DISTORTED, AMOUNTS, 200)


def test_the_table_starts_with_the_original_digits_and_ends_with_the_highest_severity(table):
    rows = table[(table["name"] == "weak") & (table["transform"] == "dim")]
    assert rows["severity"].tolist() == [0, 1, 2, 3]
    assert rows["amount"].tolist() == [0, 0.3, 0.6, 0.9]
    assert rows["accuracy"].tolist() == [0.9, 0.9, 0.9, 0.8]
    assert len(table) == 2 * 2 * 4


def test_intervals_are_wilson_intervals(table):
    for row in table.itertuples():
        expected = proportion_confint(round(200 * row.accuracy), 200, method="wilson")
        assert (row.low, row.high) == pytest.approx(expected)


def test_means_exclude_the_original_digits(table):
    means = mean_accuracies(table)
    assert list(means.index) == ["strong", "weak"]
    assert list(means.columns) == ["turn", "dim", "all"]
    assert means.loc["strong"].tolist() == pytest.approx([0.82, 0.56, 0.69])
    assert means.loc["weak"].tolist() == pytest.approx([0.6, 2.6 / 3, (0.6 + 2.6 / 3) / 2])


@pytest.mark.parametrize("severity", [0, 1, 2, 3])
def test_accuracies_at_one_severity_match_the_table(table, severity):
    found = accuracies_at(table, severity)
    for name, accuracies in DISTORTED.items():
        expected = [CLEAN[name] if severity == 0 else shares[severity - 1] for shares in accuracies.values()]
        assert found.loc[name].tolist() == pytest.approx([*expected, np.mean(expected)])


def test_corruption_errors_follow_hendrycks_and_dietterich(table):
    """Divide sums of errors over the severities by those of the baseline, and average over the transforms."""
    found = corruption_errors(table, "weak")
    turn = (0.04 + 0.1 + 0.4) / (0.2 + 0.4 + 0.6)
    dim = (0.02 + 0.5 + 0.8) / (0.1 + 0.1 + 0.2)
    assert found.loc["strong"].tolist() == pytest.approx([turn, dim, (turn + dim) / 2])
    assert found.loc["weak"].tolist() == pytest.approx([1, 1, 1])


def test_a_baseline_without_errors_has_no_corruption_error():
    perfect = DISTORTED | {"perfect": {"turn": [1.0, 1.0, 1.0], "dim": [1.0, 0.9, 0.8]}}
    found = corruption_errors(accuracy_table(CLEAN | {"perfect": 1.0}, perfect, AMOUNTS, 100), "perfect")
    assert np.isnan(found["turn"]).all()
    assert np.isnan(found["all"]).all()
    assert found.loc["strong", "dim"] == pytest.approx(1.32 / 0.3)


labels = arrays(np.uint8, 30, elements=st.integers(0, 2))


@given(labels, labels, labels)
def test_changed_predictions_match_a_cross_table(y_true, before, after):
    cells = pd.crosstab(before == y_true, after == y_true).reindex(index=[True, False], columns=[True, False])
    cells = cells.fillna(0)
    found = {change: find_changed_predictions(y_true, before, after, change) for change in ("lost", "gained", "any")}
    assert len(found["lost"]) == cells.loc[True, False]
    assert len(found["gained"]) == cells.loc[False, True]
    assert found["any"].tolist() == [index for index in range(30) if before[index] != after[index]]
    assert set(found["lost"]) | set(found["gained"]) <= set(found["any"])
