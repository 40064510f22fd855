"""The log of test-set evaluations. Damaged lines do not affect the others."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from mnist_core.store.test_evaluations import (
    evaluations_file,
    hyperparameters_digest,
    load_evaluations,
    log_evaluation,
)
from mnist_core.training import CustomRun, train
from mnist_core.training.learning_curve import measure_learning_curve
from tests.conftest import PROJECT


@pytest.fixture(autouse=True)
def log(artifacts):
    """Return the path of the log of a dataset that has runs but no logged evaluations."""
    path = evaluations_file("digits")
    path.unlink(missing_ok=True)
    return path


def log_run(seed=0):
    """Log the evaluation of a run."""
    hyperparameters = {"C": 1.0}
    log_evaluation(
        *("digits", "logistic"),
        purpose="run",
        seed=seed,
        n_train=898,
        hyperparameters=hyperparameters,
        test_accuracy=0.95,
    )


def test_every_training_that_is_evaluated_on_the_test_set_is_logged():
    record = train("logistic", "digits")
    curve = measure_learning_curve("logistic", "digits", again=True).learning_curve
    found = load_evaluations("digits")
    assert found["purpose"].tolist()[0] == "run"
    assert found["test_accuracy"][0] == record.test_accuracy
    assert (found["purpose"] == "learning curve").sum() == len(curve) > 0
    assert (found["recipe"] == hyperparameters_digest(record.hyperparameters)).all()


def test_several_threads_can_log_at_the_same_time():
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(log_run, range(200)))
    assert sorted(load_evaluations("digits")["seed"]) == list(range(200))


@pytest.mark.parametrize("damage", ["{", "[]", "7", '{"seed": 1}', "\N{SNOWMAN}"])
def test_a_damaged_line_does_not_affect_the_others(log, damage):
    log_run(1)
    with log.open("a", encoding="utf-8") as lines:
        lines.write(damage + "\n")
    log_run(2)
    assert load_evaluations("digits")["seed"].tolist() == [1, 2]


def test_an_incomplete_line_does_not_affect_the_others(log):
    log_run(1)
    with log.open("a") as lines:
        lines.write('{"seed": 1, "cla')
    log_run(2)
    log_run(3)
    assert load_evaluations("digits")["seed"].tolist() == [1, 2, 3]


def test_evaluations_of_custom_runs_are_in_an_ignored_file_and_loaded_with_the_others(log):
    train("logistic", "digits", custom=CustomRun(changes={"C": 0.5}))
    log_run(1)
    assert len(log.read_text().splitlines()) == 1
    ignored = log.with_name("own-test-readings.jsonl")
    assert len(ignored.read_text().splitlines()) == 1
    assert sorted(load_evaluations("digits")["classifier"]) == ["logistic", "logistic@1"]
    assert "/artifacts/*/own-test-readings.jsonl" in (PROJECT / ".gitignore").read_text()


def test_before_the_first_evaluation_the_log_is_empty():
    assert load_evaluations("digits").empty


def test_the_digest_depends_on_the_hyperparameters_but_not_on_their_order():
    assert hyperparameters_digest({"a": 1, "b": 2}) == hyperparameters_digest({"b": 2, "a": 1})
    assert hyperparameters_digest({"a": 1}) != hyperparameters_digest({"a": 2})
