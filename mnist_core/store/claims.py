"""Accuracies that public projects report for MNIST, and the measurements of the same training procedures.

The reported accuracies are quoted. The measured ones come from `artifacts/mnist/claims.json`, which
`python -m mnist_core claims` writes, or from the record of a run.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from mnist_core.base.errors import MnistCoreError
from mnist_core.base.files import write_atomically
from mnist_core.base.schema import Count, Seconds, Share, parse_json, validate
from mnist_core.store.paths import artifacts_dir

DATASET, CLAIMS, SCHEMA = "mnist", "claims.json", 1
Scored = Literal["train", "test", "cv"]
"""Data that an accuracy was measured on: training split, test split, or held-out folds of the training split."""


@dataclass(frozen=True)
class Claim:
    """A published accuracy and the measurement to compare it with.

    Attributes
    ----------
    project : str
        A letter in place of the project's name. There are five projects.
    model : str
        The model, as the project names it.
    reported : str or None
        The accuracy in percent with the published decimals, or None if the project does not report one.
    scored : {"train", "test", "cv"}
        Data that the accuracy was measured on.
    protocol : str
        How the project measured the accuracy, as far as it is documented.
    measured : str
        Where the measured accuracy comes from: the name of a measurement in `claims.json`, or `run:` and the name of a
        classifier with a record.
    remark : str
        Explanation of the result, or a caveat of the comparison.
    """

    project: str
    model: str
    reported: str | None
    scored: Scored
    protocol: str
    measured: str
    remark: str


@dataclass(frozen=True)
class Measurement:
    """Measured accuracies of a training procedure. The annotations are the schema of `claims.json`.

    Attributes
    ----------
    recipe : str
        Name of the training procedure.
    train_accuracy, test_accuracy : float in 0..1, or None
        None for a procedure that was cross-validated instead.
    fold_accuracies : tuple of float in 0..1
        Empty for a procedure that was not cross-validated.
    fit_seconds : float
        Time of one fit.
    cores : int
        Cores of the machine.
    created : str
        Time of the measurement, ISO 8601 in UTC.
    versions : mapping of package to version
    """

    recipe: str
    train_accuracy: Share | None
    test_accuracy: Share | None
    fold_accuracies: tuple[Share, ...]
    fit_seconds: Seconds
    cores: Count
    created: str
    versions: Mapping[str, str]


_TRAIN, _TEST = "accuracy on the training split", "accuracy on the test split"
_LINEAR = "Linear classifiers on raw pixels reach at most about 92.7 %. See below what higher accuracies take."
_DENSE = "Dense ReLU network, Adam, 10 epochs, batches of 128"
_WIDTH = "The width is not documented. Measured with one hidden layer of {} units."
PUBLISHED_CLAIMS = (
    Claim("A", "SGD", "97.3", "train", _TRAIN, "sgd-default", _LINEAR),
    Claim("A", "SGD", "97.1", "test", _TEST, "sgd-default", "As above."),
    Claim(
        *("B", "SGDClassifier", "87.54", "cv", "cross-validated", "sgd-raw"),
        "Pixels from 0 to 255 with default hyperparameters: the steps are too large, and the fold accuracies vary.",
    ),
    *(
        Claim("B", model, None, "cv", "left open: “to update”", f"run:{name}", "Filled in from this dashboard's run.")
        for model, name in (
            ("Random forest", "random-forest"),
            ("SVC one-vs-one", "svc-ovo"),
            ("SVC one-vs-rest", "svc-ovr"),
        )
    ),
    Claim("C", "SGD, about 30 s", "95.12", "test", _TEST, "sgd-default", "As for project A."),
    Claim(
        *("C", "Random forest, about 2 min", "97.05", "test", _TEST, "forest-default"),
        "100 trees with the default hyperparameters of scikit-learn.",
    ),
    Claim(
        *("D", "CNN", "98.5", "test", "final model selected by its test accuracy", "run:cnn"),
        "Selection on the test split biases the reported accuracy upwards. This dashboard's CNN was selected by"
        " cross-validation. Its architecture differs, because that of the project is not fully documented.",
    ),
    Claim("E", _DENSE, "97.72", "test", _TEST, "dense-128", _WIDTH.format(128)),
    Claim("E", _DENSE, "97.72", "test", _TEST, "dense-512", _WIDTH.format(512)),
)


def claims_file() -> Path:
    """Return the path of `claims.json`."""
    return artifacts_dir() / DATASET / CLAIMS


def save_measurements(measurements: Mapping[str, Measurement], fingerprint: str) -> None:
    """Write all measurements, by name, with the fingerprint of the dataset."""
    content = {"schema": SCHEMA, "fingerprint": fingerprint}
    content["measurements"] = {name: asdict(item) for name, item in measurements.items()}
    write_atomically(claims_file(), (json.dumps(content, indent=1, sort_keys=True) + "\n").encode())


@dataclass(frozen=True)
class _Contents:
    """Top level of `claims.json`."""

    schema: int
    fingerprint: str
    measurements: Mapping[str, Any]


def load_measurements(fingerprint: str) -> dict[str, Measurement]:
    """Return all measurements by name. The result is empty if the file is missing or has another fingerprint or schema.

    Raises
    ------
    MnistCoreError
        The file is damaged.
    """
    try:
        found = parse_json(claims_file().read_bytes())
        if isinstance(found, dict) and found.get("schema", SCHEMA) != SCHEMA:
            return {}
        contents = validate(found, _Contents)
        if contents.fingerprint != fingerprint:
            return {}
        return {
            name: validate(item, Measurement, at=f"$.measurements.{name}")
            for name, item in contents.measurements.items()
        }
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        remedy = "Delete it and run: python -m mnist_core claims"
        raise MnistCoreError(f"{claims_file()} should hold valid measurements: {error}. {remedy}") from error
