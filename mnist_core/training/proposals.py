"""Proposals of hyperparameters to try next, by Optuna.

A proposal depends only on the seed and on the earlier trials. No state is kept between proposals, so a search that was
interrupted makes the same proposals as one that was not.
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
"""Number of complete trials before the sampler uses them. Earlier proposals are random."""
DRAWS = 100
"""Largest number of draws from the sampler. If all were tried before, an untried combination is drawn at random."""
Parameters = Mapping[str, Any]


def propose(
    space: Space, trials: Sequence[Trial], numbers: range, *, first: Parameters, seed: int
) -> dict[int, dict[str, Any]]:
    """Return the parameters of the unfinished trials in a batch. No combination is tried twice.

    A tree-structured Parzen estimator (TPE) uses the results of all trials before the batch. It does not use the
    results of trials in the batch, so that these can run at the same time. It only avoids their parameters.

    Parameters
    ----------
    space : mapping of str to sequence
    trials : sequence of Trial
        All finished trials, sorted by number, which may include trials of this batch.
    numbers : range
        Numbers of the trials in the batch.
    first : mapping
        The combination to try first.
    seed : int
        At least 0.

    Returns
    -------
    dict of number to parameters
        Fewer than requested if all combinations have been tried.

    References
    ----------
    Bergstra, Bardenet, Bengio, Kégl (2011), "Algorithms for hyper-parameter optimization", NeurIPS.
    Watanabe (2023), "Tree-structured Parzen estimator: understanding its algorithm components and their roles for
    better empirical performance", arXiv:2304.11127.
    """
    earlier = [trial for trial in trials if trial.number < numbers.start]
    finished = {trial.number: trial.parameters for trial in trials if trial.number in numbers}
    tried = {_key(trial.parameters) for trial in trials}
    proposed: dict[int, dict[str, Any]] = {}
    running: list[Parameters] = []
    for number in numbers:
        if number not in finished:
            untried = [
                combination
                for values in itertools.product(*space.values())
                if _key(combination := dict(zip(space, values, strict=True))) not in tried
            ]
            if not untried:
                break
            proposed[number] = _propose_one(space, earlier, running, untried, first, [seed, number])
            tried.add(_key(proposed[number]))
        running.append(finished.get(number) or proposed[number])
    return proposed


def _propose_one(
    space: Space,
    earlier: Sequence[Trial],
    running: Sequence[Parameters],
    untried: Sequence[dict[str, Any]],
    first: Parameters,
    seeds: list[int],
) -> dict[str, Any]:
    """Return one of the `untried` combinations, drawn by a sampler from the earlier and the running trials."""
    import optuna
    from optuna.trial import TrialState

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    axes = {name: _axis(values) for name, values in space.items()}
    seed = int(np.random.SeedSequence(seeds).generate_state(1)[0])
    sampler = optuna.samplers.TPESampler(seed=seed, n_startup_trials=STARTUP)
    study = optuna.create_study(direction="maximize", sampler=sampler)
    _add_earlier(study, earlier, space, axes)
    for parameters in running:
        if (positions := _positions(parameters, space)) is not None:
            study.enqueue_trial(positions)
            study.ask(axes)  # without a result, the trial counts as running
    free = {_key(combination): combination for combination in untried}
    if _key(first) in free:
        study.enqueue_trial(_positions(first, space) or {})
    for _ in range(DRAWS):
        drawn = study.ask(axes)
        combination = {name: space[name][drawn.params[name]] for name in space}
        if _key(combination) in free:
            return combination
        study.tell(drawn, state=TrialState.FAIL)  # the sampler ignores failed trials
    return random.Random(seed).choice(untried)


def _add_earlier(study: "optuna.Study", earlier: Sequence[Trial], space: Space, axes: Mapping[str, Any]) -> None:
    """Add finished trials to a study. Trials with values outside the current search space are left out."""
    from optuna.trial import TrialState, create_trial

    for trial in earlier:
        if (positions := _positions(trial.parameters, space)) is not None:
            state = TrialState.COMPLETE if trial.state == "complete" else TrialState.FAIL
            study.add_trial(create_trial(state=state, params=positions, distributions=axes, value=trial.accuracy))


def _axis(values: Sequence[Any]) -> "optuna.distributions.BaseDistribution":
    """Return the distribution of the positions in a grid of values.

    It is ordered for numeric values and categorical for all others.
    """
    import optuna

    positions = range(len(values))
    if is_numeric(values):
        return optuna.distributions.IntDistribution(0, positions.stop - 1)
    return optuna.distributions.CategoricalDistribution(positions)


def _positions(parameters: Parameters, space: Space) -> dict[str, int] | None:
    """Return the position of each value in its grid; None if a value is not in its grid."""
    keys = {name: [key_of(value) for value in values] for name, values in space.items()}
    try:
        return {name: keys[name].index(key_of(parameters[name])) for name in space}
    except ValueError:
        return None


def _key(parameters: Parameters) -> str:
    return " ".join(f"{name}={key_of(value)}" for name, value in sorted(parameters.items()))
