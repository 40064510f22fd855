"""Published figures beside what is measured here."""

from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd
import streamlit as st

from mnist_core.cached.results import load_results
from mnist_core.classifiers.registry import get_classifier_spec
from mnist_core.datasets import get_dataset_spec
from mnist_core.evaluation.claims import verdict
from mnist_core.evaluation.metrics import accuracy_interval
from mnist_core.store.claims import CLAIMS_MADE, DATASET, Claim, Measurement, claims_file, load_measurements
from mnist_core.store.record import Record

COLUMNS = ("project", "what", "reported", "protocol", "recipe", "scored", "measured", "low", "high", "seconds")
SCORED = {
    "train": "on its 60,000 training digits",
    "test": "on 10,000 test digits",
    "cv": "5-fold cross-validation",
}


class _Answer(NamedTuple):
    """What was measured for a claim: shares in 0..1, the interval or the range of the folds, seconds of one fit."""

    accuracy: float
    low: float
    high: float
    seconds: float


def published_claims() -> pd.DataFrame:
    """One row a claim that something was measured for: what is reported, what was found, the verdict, and why.

    `measured`, `low` and `high` are shares in 0..1: a 95 % interval by Wilson's method or, cross-validated, the range
    of the folds; `seconds` those of one fit.
    """
    return _published_claims(_signature(), load_results(DATASET).key)


@st.cache_resource(max_entries=2, show_spinner=False)
def _published_claims(signature: str, keys: tuple[str, ...]) -> pd.DataFrame:
    measurements = load_measurements(get_dataset_spec(DATASET).fingerprint)
    records = load_results(DATASET).records
    rows = []
    for claim in CLAIMS_MADE:
        if (answer := _answer(claim, measurements, records)) is None:
            continue
        rows.append(
            {
                "project": claim.project,
                "what": claim.what,
                "reported": claim.reported,
                "protocol": claim.protocol,
                "recipe": claim.measured.removeprefix("run:"),
                "scored": SCORED[claim.scored],
                "measured": answer.accuracy,
                "low": answer.low,
                "high": answer.high,
                "seconds": answer.seconds,
                "verdict": verdict(claim.reported, answer.low, answer.high),
                "remark": claim.remark,
            }
        )
    return pd.DataFrame(rows, columns=[*COLUMNS, "verdict", "remark"])


def kernel_steps() -> pd.DataFrame:
    """Test accuracy of the kernel approximation by its number of centres: `centres`, `test_accuracy`, `low`, `high`."""
    return _kernel_steps(_signature(), load_results(DATASET).key)


@st.cache_resource(max_entries=2, show_spinner=False)
def _kernel_steps(signature: str, keys: tuple[str, ...]) -> pd.DataFrame:
    measurements = load_measurements(get_dataset_spec(DATASET).fingerprint)
    steps = {
        int(name.removeprefix("nystroem-")): item.test_accuracy
        for name, item in measurements.items()
        if name.startswith("nystroem-") and item.test_accuracy is not None
    }
    if run := load_results(DATASET).records.get("sgd-kernel"):
        steps[int(run.hyperparameters["centres"])] = run.test_accuracy
    n_test = get_dataset_spec(DATASET).n_test
    rows = [(centres, accuracy, *accuracy_interval(accuracy, n_test)) for centres, accuracy in sorted(steps.items())]
    return pd.DataFrame(rows, columns=["centres", "test_accuracy", "low", "high"])


class Linear(NamedTuple):
    """A linear classifier's label and accuracies, shares in 0..1."""

    label: str
    test_accuracy: float
    train_accuracy: float


def best_linear() -> Linear | None:
    """The run of a linear classifier on pixels with the highest test accuracy; None if there is none."""
    runs = [
        Linear(get_classifier_spec(name).label, record.test_accuracy, record.train_accuracy)
        for name, record in load_results(DATASET).records.items()
        if (spec := get_classifier_spec(name)).family == "linear" and spec.refines is None
    ]
    return max(runs, key=lambda run: run.test_accuracy, default=None)


def _signature() -> str:
    """Changes with the file of measurements."""
    try:
        status = claims_file().stat()
        return f"{claims_file()} {status.st_size} {status.st_mtime_ns}"
    except OSError:
        return ""


def _answer(claim: Claim, measurements: Mapping[str, Measurement], records: Mapping[str, Record]) -> _Answer | None:
    """What the claim's recipe or run gave, scored in the claim's way."""
    spec = get_dataset_spec(DATASET)
    if claim.measured.startswith("run:"):
        record = records.get(claim.measured.removeprefix("run:"))
        if record is None or (claim.scored == "cv" and record.cross_validation is None):
            return None
        folds = record.cross_validation.accuracies if record.cross_validation else ()
        train, test, seconds = record.train_accuracy, record.test_accuracy, record.fit_seconds
    else:
        found = measurements.get(claim.measured)
        if found is None:
            return None
        folds, seconds = found.fold_accuracies, found.fit_seconds
        train, test = found.train_accuracy or 0.0, found.test_accuracy or 0.0
    if claim.scored == "cv":
        return _Answer(sum(folds) / len(folds), min(folds), max(folds), seconds) if folds else None
    accuracy, n = (train, spec.n_train) if claim.scored == "train" else (test, spec.n_test)
    return _Answer(accuracy, *accuracy_interval(accuracy, n), seconds)
