"""Published accuracies compared with measured ones, computed once for all sessions."""

from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd
import streamlit as st

from mnist_core.cached.files import FileState, file_state
from mnist_core.cached.results import Results, load_results
from mnist_core.classifiers.registry import get_classifier_spec
from mnist_core.datasets import get_dataset_spec
from mnist_core.evaluation.claims import verdict
from mnist_core.evaluation.metrics import accuracy_interval
from mnist_core.store.claims import DATASET, PUBLISHED_CLAIMS, Claim, Measurement, claims_file, load_measurements
from mnist_core.store.record import Record

COLUMNS = (
    *("project", "classifier", "reported", "protocol", "procedure", "scored", "measured", "low", "high", "seconds"),
    *("verdict", "remark"),
)
SCORED = {
    "train": "on the 60,000 training digits",
    "test": "on the 10,000 test digits",
    "cv": "5-fold cross-validation",
}


class _Result(NamedTuple):
    """Measured accuracy for a claim.

    `accuracy`, `low` and `high` are shares in 0..1: the accuracy and its 95 % confidence interval (Wilson), or the
    mean, minimum and maximum of the folds. `seconds` is the time of one fit.
    """

    accuracy: float
    low: float
    high: float
    seconds: float


def published_claims() -> pd.DataFrame:
    """Return one row per published claim that has been measured.

    Returns
    -------
    DataFrame with these columns
        project, classifier : str
            Letter of the project, and the classifier as the project names it.
        reported : str or None
            Accuracy in percent as published.
        protocol : str
            How the project measured the accuracy.
        procedure : str
            Name of the training procedure or classifier that was measured here.
        scored : str
            Data that the accuracy was measured on.
        measured, low, high : float in 0..1
            Measured accuracy and its 95 % confidence interval (Wilson). For a cross-validation, the mean, minimum and
            maximum of the folds.
        seconds : float
            Time of one fit.
        verdict, remark : str
            See `evaluation.claims.verdict` and `store.claims.Claim`.
    """
    results = load_results(DATASET)
    return _published_claims(file_state(claims_file()), results.key, results)


@st.cache_resource(max_entries=2, show_spinner=False)
def _published_claims(file: FileState, key: tuple[str, ...], _results: Results) -> pd.DataFrame:
    measurements = load_measurements(get_dataset_spec(DATASET).fingerprint)
    rows = []
    for claim in PUBLISHED_CLAIMS:
        if (result := _measured(claim, measurements, _results.records)) is None:
            continue
        rows.append(
            {
                "project": claim.project,
                "classifier": claim.model,
                "reported": claim.reported,
                "protocol": claim.protocol,
                "procedure": claim.measured.removeprefix("run:"),
                "scored": SCORED[claim.scored],
                "measured": result.accuracy,
                "low": result.low,
                "high": result.high,
                "seconds": result.seconds,
                "verdict": verdict(claim.reported, result.low, result.high),
                "remark": claim.remark,
            }
        )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def kernel_steps() -> pd.DataFrame:
    """Return the test accuracy of the kernel approximation by its number of centers.

    Returns
    -------
    DataFrame with these columns
        centres : int, ascending
            Number of centers.
        test_accuracy, low, high : float in 0..1
            Test accuracy and its 95 % confidence interval (Wilson).
    """
    results = load_results(DATASET)
    return _kernel_steps(file_state(claims_file()), results.key, results)


@st.cache_resource(max_entries=2, show_spinner=False)
def _kernel_steps(file: FileState, key: tuple[str, ...], _results: Results) -> pd.DataFrame:
    measurements = load_measurements(get_dataset_spec(DATASET).fingerprint)
    steps = {
        int(name.removeprefix("nystroem-")): item.test_accuracy
        for name, item in measurements.items()
        if name.startswith("nystroem-") and item.test_accuracy is not None
    }
    if record := _results.records.get("sgd-kernel"):
        steps[int(record.hyperparameters["centres"])] = record.test_accuracy
    n_test = get_dataset_spec(DATASET).n_test
    rows = [(centres, accuracy, *accuracy_interval(accuracy, n_test)) for centres, accuracy in sorted(steps.items())]
    return pd.DataFrame(rows, columns=["centres", "test_accuracy", "low", "high"])


class LinearResult(NamedTuple):
    """Display name of a linear classifier and its accuracies, shares in 0..1."""

    label: str
    test_accuracy: float
    train_accuracy: float


def best_linear() -> LinearResult | None:
    """Return the linear classifier on pixels with the highest test accuracy, or None if none has a usable run."""
    runs = [
        LinearResult(get_classifier_spec(name).label, record.test_accuracy, record.train_accuracy)
        for name, record in load_results(DATASET).records.items()
        if (spec := get_classifier_spec(name)).family == "linear" and spec.refines is None
    ]
    return max(runs, key=lambda run: run.test_accuracy, default=None)


def _measured(claim: Claim, measurements: Mapping[str, Measurement], records: Mapping[str, Record]) -> _Result | None:
    """Return the measured result for a claim, on the same kind of data as the claim.

    Return None if the training procedure or run has not been measured in this way.
    """
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
        return _Result(sum(folds) / len(folds), min(folds), max(folds), seconds) if folds else None
    accuracy, n = (train, spec.n_train) if claim.scored == "train" else (test, spec.n_test)
    return _Result(accuracy, *accuracy_interval(accuracy, n), seconds)
