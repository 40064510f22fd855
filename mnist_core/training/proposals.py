"""Which combination of hyperparameters to try next, by Optuna.

What is proposed depends on the seed and on the trials so far, on nothing else: no state is kept between two proposals,
so a search that was interrupted goes on as if it had not been.
"""

import itertools
import random
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from mnist_core.evaluation.tuning import Space, Trial, is_numeric, key_of

if TYPE_CHECKING:
    import optuna

STARTUP = 6
"""Complete trials before the sampler learns from them; until then it draws at random."""
DRAWS = 100
"""How often the sampler may repeat itself before chance decides."""
Parameters = Mapping[str, Any]


def propose(
    space: Space, trials: Sequence[Trial], numbers: range, *, first: Parameters, seed: int
) -> dict[int, dict[str, Any]]:
    """Propose a batch of trials, as far as they have not been made: none is tried twice.

    A tree-structured Parzen estimator (TPE) learns from all trials before the batch. Those of the batch itself it only
    keeps clear of, so that they may run at the same time.

    Parameters
    ----------
    space : mapping of str to sequence
    trials : sequence of Trial
        All that were made, in order, some of this batch perhaps.
    numbers : range
        Of the trials of this batch.
    first : mapping
        The combination to try before any other.
    seed : int
        At least 0.

    Returns
    -------
    dict of number to parameters
        Fewer than asked for where all combinations have been tried.

    References
    ----------
    Bergstra, Bardenet, Bengio, Kégl (2011), "Algorithms for hyper-parameter optimization", NeurIPS.
    Watanabe (2023), "Tree-structured Parzen estimator: understanding its algorithm components and their roles for
    better empirical performance", arXiv:2304.11127.
    """
    before = [trial for trial in trials if trial.number < numbers.start]
    made = {trial.number: trial.parameters for trial in trials if trial.number in numbers}
    tried = {_key(trial.parameters) for trial in trials}
    proposed: dict[int, dict[str, Any]] = {}
    beside: list[Parameters] = []
    for number in numbers:
        if number not in made:
            untried = [
                combination
                for values in itertools.product(*space.values())
                if _key(combination := dict(zip(space, values, strict=True))) not in tried
            ]
            if not untried:
                break
            proposed[number] = _propose_one(space, before, beside, untried, first, [seed, number])
            tried.add(_key(proposed[number]))
        beside.append(made.get(number) or proposed[number])
    return proposed


def _propose_one(
    space: Space,
    before: Sequence[Trial],
    beside: Sequence[Parameters],
    untried: Sequence[dict[str, Any]],
    first: Parameters,
    seeds: list[int],
) -> dict[str, Any]:
    """A combination that was not tried, by a study made of all that were."""
    import optuna
    from optuna.trial import TrialState, create_trial

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    axes = {name: _axis(values) for name, values in space.items()}
    seed = int(np.random.SeedSequence(seeds).generate_state(1)[0])
    sampler = optuna.samplers.TPESampler(seed=seed, n_startup_trials=STARTUP)
    study = optuna.create_study(direction="maximize", sampler=sampler)
    for trial in before:
        if (places := _places(trial.parameters, space)) is None:  # of values that the registry no longer has
            continue
        state = TrialState.COMPLETE if trial.state == "complete" else TrialState.FAIL
        study.add_trial(create_trial(state=state, params=places, distributions=axes, value=trial.accuracy))
    for parameters in beside:
        if (places := _places(parameters, space)) is not None:
            study.enqueue_trial(places)
            study.ask(axes)  # and never told: one that runs
    free = {_key(combination): combination for combination in untried}
    if _key(first) in free:
        study.enqueue_trial(_places(first, space) or {})
    for _ in range(DRAWS):
        drawn = study.ask(axes)
        combination = {name: space[name][drawn.params[name]] for name in space}
        if _key(combination) in free:
            return combination
        study.tell(drawn, state=TrialState.FAIL)  # of which the sampler takes no notice
    return random.Random(seed).choice(untried)


def _axis(values: Sequence[Any]) -> "optuna.distributions.BaseDistribution":
    """The places of a grid: in order where it has one, so that the sampler knows of neighbours."""
    import optuna

    places = range(len(values))
    if is_numeric(values):
        return optuna.distributions.IntDistribution(0, places.stop - 1)
    return optuna.distributions.CategoricalDistribution(places)


def _places(parameters: Parameters, space: Space) -> dict[str, int] | None:
    """Where each value stands in its grid; None if one does not."""
    keys = {name: [key_of(value) for value in values] for name, values in space.items()}
    try:
        return {name: keys[name].index(key_of(parameters[name])) for name in space}
    except ValueError:
        return None


def _key(parameters: Parameters) -> str:
    return " ".join(f"{name}={key_of(value)}" for name, value in sorted(parameters.items()))
