"""Several stored classifiers as one: a weighted vote. It holds no model of its own, only those of its members."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import NoReturn

import numpy as np

from mnist_core.base.errors import TrainingError
from mnist_core.classifiers.spec import Hyperparameters, Served
from mnist_core.evaluation.ensemble import logarithmic_pool


@dataclass(frozen=True)
class Member:
    """A classifier that has a say in a vote.

    Attributes
    ----------
    weight : float
        Not negative; those of all members have the sum 1.
    temperature : float
        Greater than 0: its probabilities are softmax(scores / temperature).
    model_sha256 : str
        Of its model's file: with another model it is another vote.
    out_of_fold_sha256 : str
        Of the file with the scores that the weights were fitted on.
    """

    name: str
    weight: float
    temperature: float
    model_sha256: str
    out_of_fold_sha256: str


class EnsembleClassifier(Served):
    """Scores, probabilities and labels of digits from the weighted geometric mean of its members' probabilities.

    The mean is that of `evaluation.ensemble.logarithmic_pool`, in which no member can veto a digit.

    Parameters
    ----------
    members : sequence of Member
    models : mapping by the members' names
    temperature : float
        Probabilities are softmax(scores / temperature); at 1 they are that mean, scaled to the sum 1.
    """

    def __init__(self, members: Sequence[Member], models: Mapping[str, Served], temperature: float = 1.0) -> None:
        self.temperature = temperature
        self._members, self._models = tuple(members), models

    def scores(self, images: np.ndarray) -> np.ndarray:
        """The logarithm of the mean, but for a constant: float32 (n, 10); images as every member takes them."""
        return self.scores_given(images, {})

    def scores_given(self, images: np.ndarray, known: Mapping[str, np.ndarray]) -> np.ndarray:
        """The same, without asking the members whose scores are known."""
        said = [
            known[member.name] if member.name in known else self._models[member.name].scores(images)
            for member in self._members
        ]
        logits = [scores / member.temperature for scores, member in zip(said, self._members, strict=True)]
        return logarithmic_pool(logits, [member.weight for member in self._members])


def to_json(members: Sequence[Member]) -> bytes:
    """Members as they are stored."""
    return (json.dumps([asdict(member) for member in members], indent=1) + "\n").encode()


def from_json(data: bytes) -> tuple[Member, ...]:
    """Members as they were stored; KeyError, TypeError or ValueError if they were not, or have weights of no vote."""
    members = tuple(
        Member(
            str(item["name"]),
            float(item["weight"]),
            float(item["temperature"]),
            str(item["model_sha256"]),
            str(item["out_of_fold_sha256"]),
        )
        for item in json.loads(data)
    )
    if not all(member.weight >= 0 and 0 < member.temperature < math.inf for member in members):
        raise ValueError("Expected weights that are not negative, and positive temperatures.")
    if not abs(sum(member.weight for member in members) - 1) < 1e-6:
        raise ValueError("Expected weights of the sum 1.")
    return members


def refuse_to_build(hyperparameters: Hyperparameters, seed: int) -> NoReturn:
    """In place of an estimator: TrainingError, for what trains recipes anew has nothing to train here."""
    members = ", ".join(hyperparameters["members"])
    raise TrainingError(f"It votes over others and trains nothing by itself. Ask that of its members: {members}.")
