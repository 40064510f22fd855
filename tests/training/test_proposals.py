"""Proposals of hyperparameters: no repetitions, and dependent only on the seed and on earlier batches."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnist_core.evaluation.tuning import Trial, key_of
from mnist_core.training.proposals import propose
from tests.conftest import EXAMPLES

pytest.importorskip("optuna", reason="Optuna is not installed (pip install -r requirements-train.txt)")

VALUES = st.one_of(
    st.lists(st.integers(0, 9), min_size=1, max_size=4, unique=True).map(sorted),
    st.sampled_from([[True, False], ["a", "b", "c"], [[512], [512, 256]], [True, 1, 0.5], [None, "x"]]),
)
SPACES = st.dictionaries(st.sampled_from("abc"), VALUES, min_size=1, max_size=3)


def finished(number, parameters, accuracy):
    return Trial(number, parameters, accuracy, 1.0, 2, "failed" if accuracy is None else "complete", "", 0, "")


def search(space, score, *, first, seed=0, batch=3):
    """Run a search until all combinations were tried, and return the trials."""
    trials = []
    while proposed := propose(space, trials, range(len(trials), len(trials) + batch), first=first, seed=seed):
        trials += [finished(number, parameters, score(parameters)) for number, parameters in proposed.items()]
    return trials


def keys(parameters):
    return tuple(f"{name}={key_of(value)}" for name, value in sorted(parameters.items()))


@settings(max_examples=EXAMPLES // 5)
@given(SPACES, st.integers(0, 5))
def test_every_combination_is_tried_once_and_the_given_one_first(space, seed):
    combinations = [dict(zip(space, values, strict=True)) for values in itertools.product(*space.values())]
    first = combinations[seed % len(combinations)]
    trials = search(space, lambda parameters: len(str(parameters)) / 100, first=first, seed=seed)
    assert [trial.number for trial in trials] == list(range(len(combinations)))
    assert trials[0].parameters == first
    assert {keys(trial.parameters) for trial in trials} == {keys(combination) for combination in combinations}


def test_proposals_do_not_depend_on_the_results_of_the_same_batch():
    space, first = {"a": list(range(8)), "b": ["x", "y", "z"]}, {"a": 3, "b": "y"}
    trials = search(space, lambda parameters: parameters["a"] / 10, first=first, batch=6)[:12]
    whole = propose(space, trials[:6], range(6, 12), first=first, seed=0)
    assert [trial.parameters for trial in trials[6:]] == list(whole.values())
    for done in itertools.combinations(trials[6:], 2):
        so_far = [*trials[:6], *(finished(trial.number, trial.parameters, None) for trial in done)]
        rest = propose(space, so_far, range(6, 12), first=first, seed=0)
        finished_numbers = {trial.number for trial in done}
        assert rest == {number: parameters for number, parameters in whole.items() if number not in finished_numbers}


def test_later_proposals_are_better_than_random_ones():
    space, first = {"a": list(range(40)), "b": list(range(40))}, {"a": 0, "b": 0}
    drawn = []
    for seed in range(3):
        trials = []
        while len(trials) < 36:
            proposed = propose(space, trials, range(len(trials), len(trials) + 6), first=first, seed=seed)
            score = {number: 1 - (abs(p["a"] - 30) + abs(p["b"] - 30)) / 80 for number, p in proposed.items()}
            trials += [finished(number, parameters, score[number]) for number, parameters in proposed.items()]
        drawn += [trial.accuracy for trial in trials[18:]]
    everywhere = [1 - (abs(a - 30) + abs(b - 30)) / 80 for a in range(40) for b in range(40)]
    assert sum(drawn) / len(drawn) > sum(everywhere) / len(everywhere) + 0.1


def test_values_removed_from_the_search_space_are_ignored_and_new_ones_are_tried():
    before = [finished(number, {"a": value}, 0.5) for number, value in enumerate((1, 2, 99))]
    proposed = propose({"a": [2, 3, 4]}, before, range(3, 9), first={"a": 3}, seed=0)
    assert proposed[3] == {"a": 3}
    assert sorted(parameters["a"] for parameters in proposed.values()) == [3, 4]
