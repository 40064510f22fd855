from concurrent.futures import ThreadPoolExecutor

import pytest

from mnist_core.store import test_evaluations
from mnist_core.training import train
from mnist_core.training.learning_curve import measure_learning_curve
from tests.conftest import PROJECT


@pytest.fixture(autouse=True)
def log(artifacts):
    """The log of a dataset that has runs, and of which nobody has noted a reading."""
    path = test_evaluations.evaluations_file("digits")
    path.unlink(missing_ok=True)
    return path


def note(seed=0, **changes):
    entry = {"purpose": "run", "n_train": 898, "hyperparameters": {"C": 1.0}, "test_accuracy": 0.95} | changes
    test_evaluations.log_evaluation("digits", "logistic", seed=seed, **entry)


def test_every_training_that_scores_the_test_split_leaves_a_line():
    record = train("logistic", "digits")
    curve = measure_learning_curve("logistic", "digits", again=True).learning_curve
    found = test_evaluations.load_evaluations("digits")
    assert found["purpose"].tolist()[0] == "run"
    assert found["test_accuracy"][0] == record.test_accuracy
    assert (found["purpose"] == "learning curve").sum() == len(curve) > 0
    assert (found["recipe"] == test_evaluations.recipe_digest(record.hyperparameters)).all()


def test_several_may_write_at_a_time():
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(note, range(200)))
    assert sorted(test_evaluations.load_evaluations("digits")["seed"]) == list(range(200))


@pytest.mark.parametrize("damage", ["{", "[]", "7", '{"seed": 1}', "\N{SNOWMAN}"])
def test_a_damaged_line_costs_no_other(log, damage):
    note(1)
    with log.open("a", encoding="utf-8") as lines:
        lines.write(damage + "\n")
    note(2)
    assert test_evaluations.load_evaluations("digits")["seed"].tolist() == [1, 2]


def test_a_line_that_was_not_written_to_its_end_costs_no_other(log):
    note(1)
    with log.open("a") as lines:
        lines.write('{"seed": 1, "cla')
    note(2)
    note(3)
    assert test_evaluations.load_evaluations("digits")["seed"].tolist() == [1, 2, 3]


def test_what_a_run_of_ones_own_reads_is_kept_apart_and_shown_with_the_rest(log):
    train("logistic", "digits", changes={"C": 0.5}, custom=True)
    note(1)
    assert len(log.read_text().splitlines()) == 1
    ignored = log.with_name("own-test-test_evaluations.jsonl")
    assert len(ignored.read_text().splitlines()) == 1
    assert sorted(test_evaluations.load_evaluations("digits")["classifier"]) == ["logistic", "logistic@1"]
    assert "/artifacts/*/own-test-test_evaluations.jsonl" in (PROJECT / ".gitignore").read_text()


def test_before_the_first_reading_there_is_an_empty_log():
    assert test_evaluations.load_evaluations("digits").empty


def test_another_recipe_has_another_digest():
    assert test_evaluations.recipe_digest({"a": 1, "b": 2}) == test_evaluations.recipe_digest({"b": 2, "a": 1})
    assert test_evaluations.recipe_digest({"a": 1}) != test_evaluations.recipe_digest({"a": 2})
