"""What public projects report of MNIST, and what their recipes give when they are measured here.

The reported figures are quoted; every measured one comes from `artifacts/mnist/claims.json`, which
`python -m mnist_core claims` writes, or from a run's record.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Literal

from mnist_core.base.errors import MnistCoreError
from mnist_core.base.files import write_atomically
from mnist_core.store import artifacts_dir

DATASET, CLAIMS, SCHEMA = "mnist", "claims.json", 1
Scored = Literal["train", "test", "cv"]
"""On the training split itself, on the test split, or out of fold on the training split."""


@dataclass(frozen=True)
class Claim:
    """One published figure and what to hold it against.

    Attributes
    ----------
    project : str
        Whose figure it is: the five are told apart by letters.
    what : str
        What was trained, in the project's words.
    reported : str or None
        The accuracy in percent as it is printed: its decimals count; None where the project left the place open.
    scored : {"train", "test", "cv"}
    protocol : str
        How the project came by it, as far as it says.
    measured : str
        The recipe's name, or `run:` and the name of a classifier whose record answers.
    remark : str
        Why it comes out so, or what to know about the comparison.
    """

    project: str
    what: str
    reported: str | None
    scored: Scored
    protocol: str
    measured: str
    remark: str


@dataclass(frozen=True)
class Measurement:
    """A recipe as it was measured: shares in 0..1, seconds of one fit, None or empty where it was not scored so."""

    recipe: str
    train_accuracy: float | None
    test_accuracy: float | None
    fold_accuracies: tuple[float, ...]
    fit_seconds: float
    cores: int
    created: str
    versions: Mapping[str, str]


_LINEAR = "Linear classifiers on raw pixels end near 92.7 %, whatever is tuned. See below what it takes."
CLAIMS_MADE = (
    Claim("A", "SGD", "97.3", "train", "accuracy on the training digits", "sgd-default", _LINEAR),
    Claim("A", "SGD", "97.1", "test", "accuracy on the test digits", "sgd-default", "Likewise."),
    Claim(
        *("B", "SGDClassifier", "87.54", "cv", "cross-validated", "sgd-raw"),
        "Pixels 0 to 255, default settings: the steps are far too large, and the folds scatter.",
    ),
    *(
        Claim("B", what, None, "cv", "left open: “to update”", f"run:{name}", "Filled in, with the recipe of the run.")
        for what, name in (
            ("Random forest", "random-forest"),
            ("SVC one-vs-one", "svc-ovo"),
            ("SVC one-vs-rest", "svc-ovr"),
        )
    ),
    Claim("C", "SGD, about 30 s", "95.12", "test", "accuracy on the test digits", "sgd-default", "As with project A."),
    Claim(
        *("C", "Random forest, about 2 min", "97.05", "test", "accuracy on the test digits", "forest-default"),
        "A hundred trees with scikit-learn's defaults.",
    ),
    Claim(
        *("D", "CNN", "98.5", "test", "final model chosen by its test accuracy", "run:cnn"),
        "Choosing on the test digits makes the reported figure too high, if anything. Ours was chosen by"
        " cross-validation; its network is another one, for the project does not give all of its own.",
    ),
    Claim(
        *("E", "Dense ReLU network, Adam, 10 epochs, batches of 128", "97.72", "test", "accuracy on the test digits"),
        *("dense-128", "The width is not told: one hidden layer of 128."),
    ),
    Claim(
        *("E", "Dense ReLU network, Adam, 10 epochs, batches of 128", "97.72", "test", "accuracy on the test digits"),
        *("dense-512", "The width is not told: one hidden layer of 512."),
    ),
)


def claims_file() -> Path:
    """Where the measurements are kept."""
    return artifacts_dir() / DATASET / CLAIMS


def save_measurements(measurements: Mapping[str, Measurement], fingerprint: str) -> None:
    """Write all measurements, by the recipe's name; `fingerprint` is the dataset's."""
    content = {"schema": SCHEMA, "fingerprint": fingerprint}
    content["measurements"] = {name: asdict(item) for name, item in measurements.items()}
    write_atomically(claims_file(), (json.dumps(content, indent=1, sort_keys=True) + "\n").encode())


def load_measurements(fingerprint: str) -> dict[str, Measurement]:
    """All measurements by the recipe's name; none if nothing was measured on this data yet.

    Raises
    ------
    MnistCoreError
        The file is damaged.
    """
    try:
        found = json.loads(claims_file().read_bytes())
        if (found["schema"], found["fingerprint"]) != (SCHEMA, fingerprint):
            return {}
        return {name: _measurement(item) for name, item in found["measurements"].items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        remedy = "Delete it and run: python -m mnist_core claims"
        raise MnistCoreError(
            f"{claims_file()} should hold measurements, but cannot be read ({error!r}). {remedy}"
        ) from error


def _measurement(item: Mapping[str, Any]) -> Measurement:
    if item.keys() != {field.name for field in fields(Measurement)}:
        raise ValueError("missing or unknown fields")
    measurement = Measurement(**{**item, "fold_accuracies": tuple(item["fold_accuracies"])})
    for share in (measurement.train_accuracy, measurement.test_accuracy, *measurement.fold_accuracies):
        if share is not None and not (math.isfinite(share) and 0 <= share <= 1):
            raise ValueError(f"{share} is no accuracy")
    return measurement
