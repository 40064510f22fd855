"""The history of a search for hyperparameters: `tuning.json` beside the run that it is for.

It holds every trial, so that a search goes on where it stopped, and pages can show how it went.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from mnist_core.base.errors import MnistCoreError
from mnist_core.base.files import write_atomically
from mnist_core.classifiers.registry import base_of
from mnist_core.datasets import get_dataset_spec
from mnist_core.evaluation.tuning import Space, Trial, best_trial
from mnist_core.store import run_dir

TUNING, SCHEMA = "tuning.json", 1


class TuningHistoryError(MnistCoreError):
    """A history cannot be used: it is damaged, or another's."""


@dataclass(frozen=True)
class History:
    """All trials of a classifier on a dataset that may be compared: the same digits held out, the same all else.

    Attributes
    ----------
    fingerprint : str
        The dataset's.
    seed : int
        Of the hold-out, of the estimators and of the search.
    n_holdout : int
        Digits held out of the training split, on which every trial was scored.
    space : mapping of str to sequence
        What the search chooses from: the registry's values when it last ran, and the hyperparameters then in use.
    fixed : mapping
        The hyperparameters that are not searched.
    trials : sequence of Trial
        By number. A search that was interrupted may lack some before the last.
    """

    classifier: str
    dataset: str
    fingerprint: str
    seed: int
    n_holdout: int
    space: Space
    fixed: Mapping[str, Any]
    trials: Sequence[Trial] = ()
    schema: int = SCHEMA

    @property
    def best(self) -> Trial | None:
        """The trial with the highest accuracy, of equals the first."""
        return best_trial(self.trials)

    @property
    def completed(self) -> int:
        """How many trials did not fail."""
        return sum(trial.state == "complete" for trial in self.trials)

    @property
    def combinations(self) -> int:
        """How many combinations of values there are."""
        return math.prod(len(grid) for grid in self.space.values())


def tuning_file(dataset: str, classifier: str) -> Path:
    """Where a classifier's history is kept; a run of one's own has its classifier's."""
    return run_dir(dataset, base_of(classifier)) / TUNING


def save_history(history: History) -> None:
    """Write it, whole or not at all."""
    content = (json.dumps(asdict(history), indent=1) + "\n").encode()
    write_atomically(tuning_file(history.dataset, history.classifier), content)


def load_history(dataset: str, classifier: str) -> History | None:
    """The history of a classifier; None if it was never tuned.

    Raises
    ------
    TuningHistoryError
        The file is damaged, or of another classifier, of other data or of another version: it says what to do.
    """
    path, name = tuning_file(dataset, classifier), base_of(classifier)
    try:
        found = json.loads(path.read_bytes())
        history = _history(found) if found["schema"] == SCHEMA else None
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        reason = f"should hold a history of trials, but cannot be read ({error!r})"
        raise _unusable(path, dataset, name, reason) from error
    if history is None:
        reason = f"has schema {found['schema']}, this version reads {SCHEMA}"
    elif (history.dataset, history.classifier) != (dataset, name):
        reason = f"belongs to {history.classifier} on {history.dataset}"
    elif history.fingerprint != (today := get_dataset_spec(dataset).fingerprint):
        reason = f"is of data {history.fingerprint[:12]}…, and {dataset} is now {today[:12]}…"
    else:
        return history
    raise _unusable(path, dataset, name, reason)


def set_aside(dataset: str, classifier: str) -> Path | None:
    """Rename a history, whatever is in it, to `tuning-1.json` or the next number; None if there is none."""
    path = tuning_file(dataset, classifier)
    if not path.exists():
        return None
    number = 1
    while (target := path.with_name(f"{path.stem}-{number}{path.suffix}")).exists():
        number += 1
    return path.rename(target)


def _history(found: Mapping[str, Any]) -> History:
    """A history from its file, checked as far as anybody relies on it."""
    if found.keys() != {item.name for item in fields(History)}:
        raise ValueError("missing or unknown fields")
    space = {name: list(values) for name, values in found["space"].items()}
    trials = [_trial(item, space.keys()) for item in found["trials"]]
    numbers = [trial.number for trial in trials]
    if numbers != sorted(set(numbers)):
        raise ValueError("trials out of order")
    if not (space and all(space.values()) and found["n_holdout"] >= 1 and isinstance(found["seed"], int)):
        raise ValueError("no space, no hold-out or no seed")
    return History(**{**found, "space": space, "fixed": dict(found["fixed"]), "trials": tuple(trials)})


def _trial(item: Mapping[str, Any], names: Any) -> Trial:
    if item.keys() != {field.name for field in fields(Trial)} or item["parameters"].keys() != names:
        raise ValueError("a trial with missing or unknown fields")
    trial = Trial(**item)
    complete, share = trial.state == "complete", trial.accuracy
    if trial.state not in ("complete", "failed") or (share is not None) != complete or trial.number < 0:
        raise ValueError(f"trial {trial.number} is neither complete nor failed")
    if not (share is None or 0 <= share <= 1) or not 0 <= trial.seconds < math.inf:  # NaN neither
        raise ValueError(f"trial {trial.number} has no accuracy or no time")
    return trial


def _unusable(path: Path, dataset: str, classifier: str, reason: str) -> TuningHistoryError:
    remedy = "Put the right file back, or begin anew, which keeps it aside"
    command = f"python -m mnist_core tune {classifier} --dataset {dataset} --force"
    return TuningHistoryError(f"{path} {reason}. {remedy}: {command}")
