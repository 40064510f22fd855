"""What the reliability of a classifier on the test split is made of, computed once for all sessions."""

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
"""Probabilities of the raw scores (a temperature of 1), or at the fitted temperature."""


@dataclass(frozen=True)
class Calibration:
    """How well probabilities are calibrated at one stage.

    Attributes
    ----------
    bins : mapping of "mass" and "width" to DataFrame
        As `calibration_bins` gives them.
    errors : mapping of "mass" and "width" to float
        Expected calibration errors, 0..1.
    brier : float in 0..2
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
        As `class_report` and `report_intervals` give them, side by side.
    averages : DataFrame
        As `report_averages` gives them.
    """

    digits: pd.DataFrame
    averages: pd.DataFrame


def report(results: Results, classifier: str) -> Report:
    """A classifier's classification report."""
    return _report(results[classifier].key, confusion_matrix(results, classifier))


@st.cache_resource(max_entries=32, show_spinner=False)
def _report(key: str, _matrix: np.ndarray) -> Report:
    digits = confusion.class_report(_matrix).join(confusion.report_intervals(_matrix))
    return Report(digits, confusion.report_averages(_matrix))


def calibrations(results: Results, classifier: str) -> Mapping[Stage, Calibration]:
    """A classifier's calibration before and after the temperature."""
    return _calibrations(results[classifier].key, results, classifier)


@st.cache_resource(max_entries=32, show_spinner=False)
def _calibrations(key: str, _results: Results, _classifier: str) -> Mapping[Stage, Calibration]:
    y_true, run, correct = _results.y_true, _results[_classifier], _correct(_results, _classifier)
    if run.scores is None:
        raise ValueError(f"Expected results of the test split, found those of the {_results.split} split.")
    stages: dict[Stage, np.ndarray] = {
        "before": softmax(run.scores, 1.0),
        "after": run.proba,
    }
    return {stage: _calibration(y_true, proba, correct) for stage, proba in stages.items()}


def _calibration(y_true: np.ndarray, proba: np.ndarray, correct: np.ndarray) -> Calibration:
    confidence, _ = confidence_and_margin(proba)
    binnings: tuple[calibration.Binning, ...] = ("mass", "width")
    bins = {by: calibration.calibration_bins(confidence, correct, by=by) for by in binnings}
    errors = {by: calibration.expected_calibration_error(frame) for by, frame in bins.items()}
    return Calibration(bins, errors, calibration.brier_score(y_true, proba))


def chance_error(results: Results, classifier: str, by: calibration.Binning) -> float:
    """The calibration error that 95 in 100 perfectly calibrated classifiers with these confidences stay below, 0..1."""
    return _chance_error(results[classifier].key, by, results[classifier].confidence)


@st.cache_resource(max_entries=64, show_spinner=False)
def _chance_error(key: str, by: calibration.Binning, _confidence: np.ndarray) -> float:
    return float(np.quantile(calibration.chance_calibration_errors(_confidence, by=by), 0.95))


def class_curves(results: Results, classifier: str, kind: curves.Kind) -> Mapping[str, curves.Curve]:
    """A classifier's ROC or precision-recall curves "macro", "micro" and "0" to "9", thinned but for their areas."""
    return _class_curves(results[classifier].key, kind, results.y_true, results[classifier].proba)


@st.cache_resource(max_entries=64, show_spinner=False)
def _class_curves(key: str, kind: curves.Kind, _y_true: np.ndarray, _proba: np.ndarray) -> Mapping[str, curves.Curve]:
    thinned = {name: curves.thin(curve) for name, curve in curves.one_vs_rest(_y_true, _proba, kind).items()}
    for curve in thinned.values():
        _freeze(curve.x, curve.y, curve.thresholds)
    return thinned


def coverage_of(results: Results, classifier: str) -> tuple[coverage.Coverage, pd.DataFrame]:
    """What a classifier answers at each threshold, whole and as few points with intervals."""
    correct = _correct(results, classifier)
    return _coverage_of(results[classifier].key, results[classifier].confidence, correct)


@st.cache_resource(max_entries=32, show_spinner=False)
def _coverage_of(key: str, _confidence: np.ndarray, _correct: np.ndarray) -> tuple[coverage.Coverage, pd.DataFrame]:
    curve = coverage.coverage_curve(_confidence, _correct)
    _freeze(curve.thresholds, curve.answered, curve.wrong)
    return curve, coverage.coverage_frame(curve)


def histogram(results: Results, classifier: str) -> pd.DataFrame:
    """How many right and wrong predictions of a classifier have which confidence."""
    return calibration.confidence_histogram(results[classifier].confidence, _correct(results, classifier))


def _correct(results: Results, classifier: str) -> np.ndarray:
    return results[classifier].y_pred == results.y_true


def _freeze(*arrays: np.ndarray) -> None:
    for array in arrays:
        array.flags.writeable = False
