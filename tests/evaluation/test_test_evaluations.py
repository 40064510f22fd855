"""Summaries of the log of test-set evaluations."""

import pandas as pd
import pytest

from mnist_core.evaluation.test_evaluations import summarise_evaluations

COLUMNS = ["created", "classifier", "purpose", "hyperparameters", "test_accuracy"]


def log(*rows):
    return pd.DataFrame(rows, columns=COLUMNS)


def test_evaluations_are_counted_by_classifier_and_purpose_most_recent_first():
    found = summarise_evaluations(
        log(
            ("2026-01-01T00:00:00+00:00", "sgd", "run", "a", 0.9),
            ("2026-01-02T00:00:00+00:00", "mlp", "run", "b", 0.97),
            ("2026-01-03T00:00:00+00:00", "mlp", "seed", "b", 0.98),
            ("2026-01-04T00:00:00+00:00", "mlp", "run", "c", 0.96),
            ("2026-01-02T12:00:00+00:00", "sgd", "learning curve", "a", 0.8),
        )
    )
    assert found["classifier"].tolist() == ["mlp", "sgd"]
    mlp, sgd = found.to_dict("records")
    assert (mlp["evaluations"], mlp["run"], mlp["seed"], mlp["learning curve"], mlp["hyperparameter_sets"]) == (
        3,
        2,
        1,
        0,
        2,
    )
    assert (mlp["best"], mlp["last"]) == (0.98, "2026-01-04T00:00:00+00:00")
    assert (sgd["evaluations"], sgd["run"], sgd["learning curve"], sgd["hyperparameter_sets"], sgd["best"]) == (
        2,
        1,
        1,
        1,
        0.9,
    )


def test_an_empty_log_has_columns_and_no_rows():
    found = summarise_evaluations(log())
    assert found.empty
    assert {
        "classifier",
        "evaluations",
        "run",
        "seed",
        "learning curve",
        "benchmark",
        "claim",
        "hyperparameter_sets",
        "best",
        "last",
    } == set(found)


def test_invalid_values_in_the_log_are_tolerated():
    found = summarise_evaluations(log((None, "sgd", 3, None, "much"), ("2026-01-01", "sgd", "run", "a", 0.5)))
    assert found.loc[0, ["evaluations", "run"]].tolist() == [2, 1]
    assert found.loc[0, "best"] == pytest.approx(0.5)
