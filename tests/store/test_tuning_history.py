"""The history of a search: what is stored, what is refused, what is set aside, and what it says of hyperparameters."""

import json
from dataclasses import replace

import pytest
from statsmodels.stats.proportion import confint_proportions_2indep

from mnist_core.classifiers.registry import hyperparameters_for
from mnist_core.datasets import get_dataset_spec
from mnist_core.evaluation.tuning import Trial
from mnist_core.store import tuning_history
from mnist_core.store.tuning_advice import describe_edges, how_chosen, verdict
from mnist_core.store.tuning_history import (
    History,
    TuningHistoryError,
    load_history,
    save_history,
    set_aside,
    tuning_file,
)

NOW = hyperparameters_for("logistic", "digits")


def trial(number, accuracy, c):
    state = "failed" if accuracy is None else "complete"
    return Trial(number, {"C": c}, accuracy, 1.5, 2, state, "", 0, "2026-01-01T00:00:00+00:00")


@pytest.fixture
def history(tmp_path, monkeypatch):
    monkeypatch.setenv("MNIST_ARTIFACTS_DIR", str(tmp_path))
    fixed = {name: value for name, value in NOW.items() if name != "C"}
    trials = (trial(0, 0.96, NOW["C"]), trial(1, None, 0.1), trial(3, 0.94, 0.3))
    fingerprint = get_dataset_spec("digits").fingerprint
    return History("logistic", "digits", fingerprint, 0, 150, {"C": [0.1, 0.3, NOW["C"]]}, fixed, trials)


def test_what_is_saved_is_loaded_and_a_run_of_ones_own_has_its_classifiers(history):
    assert load_history("digits", "logistic") is None
    save_history(history)
    assert load_history("digits", "logistic") == load_history("digits", "logistic@1") == history
    assert (history.best.number, history.completed, history.combinations) == (0, 2, 3)


def change(**fields):
    return lambda found: found | fields


def change_first(**fields):
    return lambda found: found | {"trials": [found["trials"][0] | fields, *found["trials"][1:]]}


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda found: [], "cannot be read"),
        (lambda found: {"schema": 1}, "missing or unknown fields"),
        (change(schema=99), "has schema 99, this version reads 1"),
        (change(classifier="sgd"), "belongs to sgd on digits"),
        (change(dataset="mnist"), "belongs to logistic on mnist"),
        (change(fingerprint="abc"), "is of data abc"),
        (change(trials=None), "cannot be read"),
        (change(space={"C": []}), "no space"),
        (change(n_holdout=0), "no hold-out"),
        (lambda found: found | {"trials": found["trials"][::-1]}, "out of order"),
        (change_first(accuracy=1.5), "no accuracy"),
        (change_first(accuracy=float("nan")), "no accuracy"),
        (change_first(accuracy=None), "neither complete nor failed"),
        (change_first(state="pruned"), "neither complete nor failed"),
        (change_first(parameters={"D": 1}), "missing or unknown fields"),
        (change_first(seconds="long"), "cannot be read"),
    ],
)
def test_a_damaged_or_foreign_history_is_refused_with_a_way_out_and_stays_as_it_is(history, damage, reason):
    save_history(history)
    path = tuning_file("digits", "logistic")
    path.write_text(json.dumps(damage(json.loads(path.read_text()))))
    before = path.read_bytes()
    with pytest.raises(TuningHistoryError) as refusal:
        load_history("digits", "logistic")
    assert reason in str(refusal.value)
    assert "python -m mnist_core tune logistic --dataset digits --force" in str(refusal.value)
    assert path.read_bytes() == before
    assert how_chosen("digits", "logistic", NOW) is None


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe"])
def test_a_file_that_is_no_json_is_refused(history, content):
    tuning_file("digits", "logistic").parent.mkdir(parents=True)
    tuning_file("digits", "logistic").write_bytes(content)
    with pytest.raises(TuningHistoryError, match="cannot be read"):
        load_history("digits", "logistic")


def test_a_history_that_is_set_aside_gets_a_name_of_its_own_each_time(history):
    assert set_aside("digits", "logistic") is None
    for number in (1, 2):
        save_history(replace(history, seed=number))
        assert set_aside("digits", "logistic").name == f"tuning-{number}.json"
    kept = sorted(tuning_file("digits", "logistic").parent.iterdir())
    assert [json.loads(path.read_text())["seed"] for path in kept] == [1, 2]
    assert load_history("digits", "logistic") is None


def test_hyperparameters_that_are_the_best_trials_say_so_and_others_do_not(history):
    assert how_chosen("digits", "logistic", NOW) is None
    save_history(history)
    assert how_chosen("digits", "logistic", NOW) == "2 trials on 150 held-out digits (tuning.json)"
    assert how_chosen("digits", "logistic", NOW | {"C": 0.3}) is None
    assert how_chosen("digits", "logistic", NOW | {"max_iter": 7}) is None


def test_the_verdict_confirms_what_is_in_use_or_says_what_to_set_and_how_sure_that_is(history):
    assert verdict(history) == f"The hyperparameters in use are the best found: C {NOW['C']:g}."
    better = replace(history, trials=(*history.trials, trial(4, 0.98, 0.1)))
    low, high = confint_proportions_2indep(147, 150, 144, 150, method="newcomb", compare="diff")
    ends = f"{100 * low:+.2f} to {100 * high:+.2f}".replace("-", "−")
    assert verdict(better) == (
        "Trial 4 is better than what is in use. To take it, set in the overrides of digits: C 0.1"
        f" (now C {NOW['C']:g}). It gains 2.00 percentage points (95 % interval {ends}), which can be chance."
    )
    surely = verdict(replace(better, n_holdout=100_000))
    assert "chance" not in surely
    assert "It gains 2.00 percentage points (95 % interval +1.85 to +2.15)." in surely
    unlike = replace(better, trials=better.trials[1:])
    assert verdict(unlike).endswith(f"C 0.1 (now C {NOW['C']:g}).")
    assert "in the registry" in verdict(replace(better, dataset="mnist"))
    assert verdict(replace(history, trials=(trial(0, None, 0.1),))) == "No trial is complete, so nothing can be said."


def test_a_grid_that_ends_too_early_is_said_in_words(history):
    assert describe_edges(history) == [f"C: the best value, {NOW['C']:g}, is the largest tried. Try larger ones."]


def test_serving_a_history_needs_no_optuna():
    assert "optuna" not in vars(tuning_history)
