"""Ensembles: weighted combinations of stored classifiers. An ensemble has no model file."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from mnist_core.base.schema import Positive, Share, parse_json, validate
from mnist_core.classifiers.spec import Served
from mnist_core.evaluation.ensemble import logarithmic_pool


@dataclass(frozen=True)
class Member:
    """One classifier of an ensemble.

    Attributes
    ----------
    weight : float in 0..1
        The weights of all members sum to 1.
    temperature : float
        Greater than 0. The member's probabilities are softmax(scores / temperature).
    model_sha256 : str
        Hash of the member's model file. The ensemble is stale when the member has another model.
    out_of_fold_sha256 : str
        Hash of the file with the out-of-fold scores that the weights were fitted on.
    """

    name: str
    weight: Share
    temperature: Positive
    model_sha256: str
    out_of_fold_sha256: str


class EnsembleClassifier(Served):
    """A served ensemble: the weighted geometric mean of its members' probabilities.

    `evaluation.ensemble.logarithmic_pool` computes the mean, so no member alone can rule out a class.

    Parameters
    ----------
    members : sequence of Member
    models : mapping of member name to Served
    temperature : float
        Probabilities are softmax(scores / temperature). At 1 they are the mean, scaled to sum to 1.
    """

    def __init__(self, members: Sequence[Member], models: Mapping[str, Served], temperature: float = 1.0) -> None:
        self.temperature = temperature
        self._members, self._models = tuple(members), models

    def scores(self, images: np.ndarray) -> np.ndarray:
        """Return the logarithm of the mean up to a constant, float32 (n, 10)."""
        return self.scores_given(images, {})

    def scores_given(self, images: np.ndarray, known: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return the same scores as `scores`. Members whose scores are in `known` are not evaluated."""
        logits = []
        for member in self._members:
            known_scores = known.get(member.name)
            scores = self._models[member.name].scores(images) if known_scores is None else known_scores
            logits.append(scores / member.temperature)
        return logarithmic_pool(logits, [member.weight for member in self._members])


def to_json(members: Sequence[Member]) -> bytes:
    """Return the members as JSON text in the stored form."""
    return (json.dumps([asdict(member) for member in members], indent=1) + "\n").encode()


def from_json(data: bytes) -> tuple[Member, ...]:
    """Return the members in a JSON text that was written by `to_json`.

    Raises
    ------
    ValueError
        The text does not hold members, a value is out of range, or the weights do not sum to 1.
    """
    members = validate(parse_json(data), list[Member])
    if not abs((total := sum(member.weight for member in members)) - 1) < 1e-6:
        raise ValueError(f"Expected weights that sum to 1, found a sum of {total:g}")
    return tuple(members)
