"""History of a hyperparameter search: `tuning.json` beside the run that the search is for.

It holds every trial, so an interrupted search can continue and pages can show its progress.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta

from mnist_core.base.errors import MnistCoreError
from mnist_core.base.files import write_atomically
from mnist_core.base.schema import PositiveCount, parse_json, validate
from mnist_core.classifiers.registry import base_of
from mnist_core.datasets import get_dataset_spec
from mnist_core.evaluation.tuning import Trial, best_trial
from mnist_core.store.paths import run_dir

TUNING, SCHEMA = "tuning.json", 1

Grid = Annotated[Sequence[Any], Meta(min_length=1)]
"""Values to try for one hyperparameter."""


class TuningHistoryError(MnistCoreError):
    """The history of a search is damaged, stale, or belongs to another run."""


@dataclass(frozen=True)
class History:
    """All comparable trials of a classifier on a dataset: they share the validation split and all fixed values.

    The annotations are the schema of `tuning.json`: reading validates them.

    Attributes
    ----------
    fingerprint : str
        Fingerprint of the dataset.
    seed : int
        Seed of the validation split, of the estimators and of the search.
    n_holdout : int
        Number of samples in the validation split, on which every trial was scored.
    space : mapping of str to sequence
        The search space: the values to try in the registry and the value in use, when the search last ran.
    fixed : mapping
        The hyperparameters that are not searched.
    trials : tuple of Trial
        Sorted by number. An interrupted search can lack numbers before the last.
    """

    classifier: str
    dataset: str
    fingerprint: str
    seed: int
    n_holdout: PositiveCount
    space: Annotated[Mapping[str, Grid], Meta(min_length=1)]
    fixed: Mapping[str, Any]
    trials: tuple[Trial, ...] = ()
    schema: int = SCHEMA

    @property
    def best(self) -> Trial | None:
        """The trial with the highest accuracy, the first one if several are equal, or None if no trial is complete."""
        return best_trial(self.trials)

    @property
    def completed(self) -> int:
        """Number of trials that did not fail."""
        return sum(trial.state == "complete" for trial in self.trials)

    @property
    def combinations(self) -> int:
        """Number of combinations of values in the search space."""
        return math.prod(len(grid) for grid in self.space.values())


def tuning_file(dataset: str, classifier: str) -> Path:
    """Return the path of a classifier's history. A custom run has the history of its classifier."""
    return run_dir(dataset, base_of(classifier)) / TUNING


def save_history(history: History) -> None:
    """Write a history atomically."""
    content = (json.dumps(asdict(history), indent=1) + "\n").encode()
    write_atomically(tuning_file(history.dataset, history.classifier), content)


def load_history(dataset: str, classifier: str) -> History | None:
    """Return the history of a classifier, or None if it was never tuned.

    Raises
    ------
    TuningHistoryError
        The file is damaged, or belongs to another classifier, dataset, version of the data or schema.
    """
    path, name = tuning_file(dataset, classifier), base_of(classifier)
    try:
        found = parse_json(path.read_bytes())
        schema = found.get("schema", SCHEMA) if isinstance(found, dict) else SCHEMA
        history = _validated(found) if schema == SCHEMA else None
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unusable(path, dataset, name, f"cannot be read ({error})") from error
    except ValueError as error:
        raise _unusable(path, dataset, name, f"is not a valid history of trials: {error}") from error
    if history is None:
        reason = f"has schema {schema}, this version reads {SCHEMA}"
    elif (history.dataset, history.classifier) != (dataset, name):
        reason = f"belongs to {history.classifier} on {history.dataset}"
    elif history.fingerprint != (current := get_dataset_spec(dataset).fingerprint):
        reason = f"was made with data {history.fingerprint[:12]}…, {dataset} is now {current[:12]}…"
    else:
        return history
    raise _unusable(path, dataset, name, reason)


def archive_history(dataset: str, classifier: str) -> Path | None:
    """Rename a history, valid or not, to `tuning-1.json` or the next free number.

    Return the new path, or None if there is no history.
    """
    path = tuning_file(dataset, classifier)
    if not path.exists():
        return None
    number = 1
    while (target := path.with_name(f"{path.stem}-{number}{path.suffix}")).exists():
        number += 1
    return path.rename(target)


def _validated(found: Any) -> History:
    """Return the history that parsed JSON holds. Raise ValueError if it is not valid."""
    history = validate(found, History)
    numbers = [trial.number for trial in history.trials]
    if numbers != sorted(set(numbers)):
        raise ValueError("Expected trials sorted by number, each once - at `$.trials`")
    for index, trial in enumerate(history.trials):
        if (names := trial.parameters.keys()) != history.space.keys():
            expected, found_names = ", ".join(history.space), ", ".join(names)
            raise ValueError(f"Expected values of {expected}, found {found_names} - at `$.trials[{index}].parameters`")
        if (trial.accuracy is not None) != (trial.state == "complete"):
            found_values = f"{trial.accuracy} in a trial that is {trial.state}"
            raise ValueError(
                f"Expected an accuracy if and only if a trial is complete, found {found_values}"
                f" - at `$.trials[{index}].accuracy`"
            )
    return history


def _unusable(path: Path, dataset: str, classifier: str, reason: str) -> TuningHistoryError:
    """Return the error for a history that cannot be used. `reason` follows its path in the message."""
    command = f"python -m mnist_core tune {classifier} --dataset {dataset} --force"
    remedy = "Restore the file, or start a new search, which keeps the old file under another name"
    return TuningHistoryError(f"{path} {reason}. {remedy}: {command}")
