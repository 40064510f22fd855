"""Stored histories of hyperparameter searches: saving, validating and archiving them."""

import json
from dataclasses import replace

import pytest

from mnist_core.store import tuning_history
from mnist_core.store.tuning_advice import how_chosen
from mnist_core.store.tuning_history import (
    TuningHistoryError,
    archive_history,
    load_history,
    save_history,
    tuning_file,
)
from tests.store.helpers import CURRENT


def test_a_saved_history_is_loaded_unchanged_by_a_classifier_and_its_custom_runs(history):
    assert load_history("digits", "logistic") is None
    save_history(history)
    assert load_history("digits", "logistic") == load_history("digits", "logistic@1") == history
    assert (history.best.number, history.completed, history.combinations) == (0, 2, 3)


def with_fields(**fields):
    """Return a function that changes fields of a history."""
    return lambda found: found | fields


def with_first_trial(**fields):
    """Return a function that changes fields of the first trial of a history."""
    return lambda found: found | {"trials": [found["trials"][0] | fields, *found["trials"][1:]]}


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda found: [], "Expected `object`, got `array`"),
        (lambda found: {"schema": 1}, "Object missing required field"),
        (with_fields(other=1), "Missing or unknown fields: other"),
        (with_fields(schema=99), "has schema 99, this version reads 1"),
        (with_fields(classifier="sgd"), "belongs to sgd on digits"),
        (with_fields(dataset="mnist"), "belongs to logistic on mnist"),
        (with_fields(fingerprint="abc"), "was made with data abc"),
        (with_fields(trials=None), "Expected `array`, got `null`, found None - at `$.trials`"),
        (with_fields(space={}), "Expected `object` of length >= 1 - at `$.space`"),
        (with_fields(space={"C": []}), "Expected `array` of length >= 1 - at `$.space"),
        (with_fields(n_holdout=0), "Expected `int` >= 1, found 0 - at `$.n_holdout`"),
        (with_fields(seed=None), "Expected `int`, got `null`, found None - at `$.seed`"),
        (lambda found: found | {"trials": found["trials"][::-1]}, "Expected trials sorted by number"),
        (lambda found: found | {"trials": found["trials"][:1] * 2}, "Expected trials sorted by number, each once"),
        (with_first_trial(number=-1), "Expected `int` >= 0, found -1 - at `$.trials[0].number`"),
        (with_first_trial(accuracy=1.5), "Expected `float` <= 1.0, found 1.5 - at `$.trials[0].accuracy`"),
        (with_first_trial(accuracy=float("nan")), "found nan - at `$.trials[0].accuracy`"),
        (with_first_trial(accuracy=None), "found None in a trial that is complete - at `$.trials[0].accuracy`"),
        (with_first_trial(state="failed"), "in a trial that is failed - at `$.trials[0].accuracy`"),
        (with_first_trial(state="pruned"), "Invalid enum value 'pruned', found 'pruned' - at `$.trials[0].state`"),
        (with_first_trial(parameters={"D": 1}), "Expected values of C, found D - at `$.trials[0].parameters`"),
        (with_first_trial(seconds="long"), "Expected `float`, got `str`, found 'long' - at `$.trials[0].seconds`"),
        (with_first_trial(seconds=float("inf")), "Expected a finite number, found inf - at `$.trials[0].seconds`"),
        (with_first_trial(seconds=-1), "Expected `float` >= 0.0, found -1 - at `$.trials[0].seconds`"),
        (with_first_trial(other=1), "Missing or unknown fields: other - at `$.trials[0]`"),
    ],
)
def test_an_invalid_history_is_refused_with_a_remedy_and_not_changed(history, damage, reason):
    save_history(history)
    path = tuning_file("digits", "logistic")
    path.write_text(json.dumps(damage(json.loads(path.read_text()))))
    before = path.read_bytes()
    with pytest.raises(TuningHistoryError) as refusal:
        load_history("digits", "logistic")
    assert str(refusal.value).startswith(str(path))
    assert reason in str(refusal.value)
    assert "python -m mnist_core tune logistic --dataset digits --force" in str(refusal.value)
    assert path.read_bytes() == before
    assert how_chosen("digits", "logistic", CURRENT) is None


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe"])
def test_a_file_that_is_not_json_is_refused(history, content):
    tuning_file("digits", "logistic").parent.mkdir(parents=True)
    tuning_file("digits", "logistic").write_bytes(content)
    with pytest.raises(TuningHistoryError, match="is not a valid history of trials"):
        load_history("digits", "logistic")


def test_a_file_that_cannot_be_read_is_reported(history):
    tuning_file("digits", "logistic").mkdir(parents=True)
    with pytest.raises(TuningHistoryError, match="cannot be read"):
        load_history("digits", "logistic")


def test_each_archived_history_gets_the_next_free_number(history):
    assert archive_history("digits", "logistic") is None
    for number in (1, 2):
        save_history(replace(history, seed=number))
        assert archive_history("digits", "logistic").name == f"tuning-{number}.json"
    archived = sorted(tuning_file("digits", "logistic").parent.iterdir())
    assert [json.loads(path.read_text())["seed"] for path in archived] == [1, 2]
    assert load_history("digits", "logistic") is None


def test_loading_a_history_does_not_need_optuna():
    assert "optuna" not in vars(tuning_history)
