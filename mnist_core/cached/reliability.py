"""Classification reports, calibration, ROC curves and coverage on the test split, computed once for all sessions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
import streamlit as st

from mnist_core.cached.results import Results, confusion_matrix
from mnist_core.evaluation import calibration, confusion, coverage, curves
from mnist_core.evaluation.metrics import softmax
from mnist_core.evaluation.mistakes import confidence_and_margin

Stage = Literal["before", "after"]
"""Probabilities before temperature scaling (a temperature of 1), or after it (at the fitted temperature)."""


@dataclass(frozen=True)
class Calibration:
    """Calibration of the probabilities at one stage.

    Attributes
    ----------
    bins : mapping of "mass" and "width" to DataFrame
        As returned by `evaluation.calibration.calibration_bins`.
    errors : mapping of "mass" and "width" to float in 0..1
        Expected calibration errors.
    brier : float in 0..2
        Brier score.
    """

    bins: Mapping[calibration.Binning, pd.DataFrame]
    errors: Mapping[calibration.Binning, float]
    brier: float


@dataclass(frozen=True)
class Report:
    """A classification report.

    Attributes
    ----------
    digits : DataFrame
        The columns of `evaluation.confusion.class_report` and `report_intervals`, indexed by `digit`.
    averages : DataFrame
        As returned by `evaluation.confusion.report_averages`.
    """

    digits: pd.DataFrame
    averages: pd.DataFrame


def report(results: Results, classifier: str) -> Report:
    """Return the classification report of a run."""
    return _report(results[classifier].key, confusion_matrix(results, classifier))


@st.cache_resource(max_entries=32, show_spinner=False)
def _report(key: str, _matrix: np.ndarray) -> Report:
    digits = confusion.class_report(_matrix).join(confusion.report_intervals(_matrix))
    return Report(digits, confusion.report_averages(_matrix))


def calibrations(results: Results, classifier: str) -> Mapping[Stage, Calibration]:
    """Return the calibration of a run before and after temperature scaling. `results` must be of the test split."""
    return _calibrations(results[classifier].key, results, classifier)


@st.cache_resource(max_entries=32, show_spinner=False)
def _calibrations(key: str, _results: Results, _classifier: str) -> Mapping[Stage, Calibration]:
    y_true, run, correct = _results.y_true, _results[_classifier], _correct(_results, _classifier)
    if run.scores is None:
        raise ValueError(f"Expected results of the test split, found the {_results.split} split.")
    unscaled = softmax(run.scores, 1.0)
    return {
        "before": _calibration(y_true, unscaled, confidence_and_margin(unscaled)[0], correct),
        "after": _calibration(y_true, run.proba, run.confidence, correct),
    }


def _calibration(y_true: np.ndarray, proba: np.ndarray, confidence: np.ndarray, correct: np.ndarray) -> Calibration:
    """Return the calibration of probabilities (n, 10), with both kinds of bins."""
    binnings: tuple[calibration.Binning, ...] = ("mass", "width")
    bins = {by: calibration.calibration_bins(confidence, correct, by=by) for by in binnings}
    errors = {by: calibration.expected_calibration_error(frame) for by, frame in bins.items()}
    return Calibration(bins, errors, calibration.brier_score(y_true, proba))


def chance_error(results: Results, classifier: str, by: calibration.Binning) -> float:
    """Return the 95 % quantile, in 0..1, of the calibration error of perfectly calibrated classifiers.

    Their confidences are those of the run: see `evaluation.calibration.chance_calibration_errors`.
    """
    return _chance_error(results[classifier].key, by, results[classifier].confidence)


@st.cache_resource(max_entries=64, show_spinner=False)
def _chance_error(key: str, by: calibration.Binning, _confidence: np.ndarray) -> float:
    return float(np.quantile(calibration.chance_calibration_errors(_confidence, by=by), 0.95))


def class_curves(results: Results, classifier: str, kind: curves.Kind) -> Mapping[str, curves.Curve]:
    """Return the ROC or precision-recall curves "macro", "micro" and "0" to "9" of a run, thinned for display.

    Their areas are those of the full curves.
    """
    return _class_curves(results[classifier].key, kind, results.y_true, results[classifier].proba)


@st.cache_resource(max_entries=64, show_spinner=False)
def _class_curves(key: str, kind: curves.Kind, _y_true: np.ndarray, _proba: np.ndarray) -> Mapping[str, curves.Curve]:
    thinned = {name: curves.thin(curve) for name, curve in curves.one_vs_rest(_y_true, _proba, kind).items()}
    for curve in thinned.values():
        _freeze(curve.x, curve.y, curve.thresholds)
    return thinned


def coverage_of(results: Results, classifier: str) -> tuple[coverage.Coverage, pd.DataFrame]:
    """Return the coverage curve of a run, and a table of some of its points: see `evaluation.coverage`."""
    return _coverage_of(results[classifier].key, results, classifier)


@st.cache_resource(max_entries=32, show_spinner=False)
def _coverage_of(key: str, _results: Results, _classifier: str) -> tuple[coverage.Coverage, pd.DataFrame]:
    curve = coverage.coverage_curve(_results[_classifier].confidence, _correct(_results, _classifier))
    _freeze(curve.thresholds, curve.classified, curve.misclassified)
    return curve, coverage.coverage_frame(curve)


def histogram(results: Results, classifier: str) -> pd.DataFrame:
    """Count the correct and wrong predictions of a run by confidence: see `calibration.confidence_histogram`."""
    return calibration.confidence_histogram(results[classifier].confidence, _correct(results, classifier))


def _correct(results: Results, classifier: str) -> np.ndarray:
    """Return which predictions of a run are correct: bool of shape (n,)."""
    return results[classifier].y_pred == results.y_true


def _freeze(*arrays: np.ndarray) -> None:
    """Make arrays read-only."""
    for array in arrays:
        array.flags.writeable = False
