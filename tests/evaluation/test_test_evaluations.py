import pandas as pd
import pytest

from mnist_core.evaluation.test_evaluations import summarise_evaluations

COLUMNS = ["created", "classifier", "purpose", "recipe", "test_accuracy"]


def log(*rows):
    return pd.DataFrame(rows, columns=COLUMNS)


def test_readings_are_counted_by_classifier_and_purpose_the_last_one_first():
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
    assert (mlp["readings"], mlp["run"], mlp["seed"], mlp["learning curve"], mlp["recipes"]) == (3, 2, 1, 0, 2)
    assert (mlp["best"], mlp["last"]) == (0.98, "2026-01-04T00:00:00+00:00")
    assert (sgd["readings"], sgd["run"], sgd["learning curve"], sgd["recipes"], sgd["best"]) == (2, 1, 1, 1, 0.9)


def test_without_readings_there_is_no_row_and_every_column():
    found = summarise_evaluations(log())
    assert found.empty
    assert {
        "classifier",
        "readings",
        "run",
        "seed",
        "learning curve",
        "benchmark",
        "claim",
        "recipes",
        "best",
        "last",
    } == set(found)


def test_a_line_that_somebody_wrote_by_hand_does_no_harm():
    found = summarise_evaluations(log((None, "sgd", 3, None, "much"), ("2026-01-01", "sgd", "run", "a", 0.5)))
    assert found.loc[0, ["readings", "run"]].tolist() == [2, 1]
    assert found.loc[0, "best"] == pytest.approx(0.5)
