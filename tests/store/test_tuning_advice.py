"""Conclusions from hyperparameter searches, as text."""

from dataclasses import replace

from statsmodels.stats.proportion import confint_proportions_2indep

from mnist_core.store.tuning_advice import describe_edges, how_chosen, verdict
from mnist_core.store.tuning_history import save_history
from tests.store.helpers import CURRENT, trial


def test_only_the_hyperparameters_of_the_best_trial_are_described_as_tuned(history):
    assert how_chosen("digits", "logistic", CURRENT) is None
    save_history(history)
    assert how_chosen("digits", "logistic", CURRENT) == "2 trials on 150 held-out digits (tuning.json)"
    assert how_chosen("digits", "logistic", CURRENT | {"C": 0.3}) is None
    assert how_chosen("digits", "logistic", CURRENT | {"max_iter": 7}) is None


def test_the_verdict_confirms_the_hyperparameters_in_use_or_recommends_better_ones(history):
    assert verdict(history) == f"The hyperparameters in use are the best found: C {CURRENT['C']:g}."
    better = replace(history, trials=(*history.trials, trial(4, 0.98, 0.1)))
    low, high = confint_proportions_2indep(147, 150, 144, 150, method="newcomb", compare="diff")
    ends = f"{100 * low:+.2f} to {100 * high:+.2f}".replace("-", "−")
    advice = (
        "Trial 4 has a higher validation accuracy than the hyperparameters in use."
        f" To use it, set in the overrides of digits: C 0.1 (now C {CURRENT['C']:g})."
    )
    gain = f"Gain: 2.00 percentage points (95 % confidence interval {ends}), not significant."
    assert verdict(better) == f"{advice} {gain}"
    significant = verdict(replace(better, n_holdout=100_000))
    assert significant == f"{advice} Gain: 2.00 percentage points (95 % confidence interval +1.85 to +2.15)."
    without_a_trial_of_the_current_values = replace(better, trials=better.trials[1:])
    assert verdict(without_a_trial_of_the_current_values) == advice
    assert "in the registry" in verdict(replace(better, dataset="mnist"))
    assert verdict(replace(history, trials=(trial(0, None, 0.1),))) == "No trial is complete."
    tied = replace(history, trials=(*history.trials, trial(4, 0.96, 0.1)))
    assert verdict(tied).endswith("Trials with the same accuracy: 1.")


def test_a_best_value_at_the_edge_of_its_grid_is_described(history):
    assert describe_edges(history) == [f"C: the best value, {CURRENT['C']:g}, is the largest tried. Try larger values."]
