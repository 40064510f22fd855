"""Robustness of the runs to distorted digits, and sprite sheets of distorted digits."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from mnist_core import store
from mnist_core.base.digits import SIDE
from mnist_core.cached.results import Results
from mnist_core.datasets import SplitName, get_dataset_spec
from mnist_core.evaluation import robustness as evaluation
from mnist_core.evaluation.metrics import accuracy_interval
from mnist_core.figures.sprite_sheet import render_sprite_sheet
from mnist_core.images.transforms import TRANSFORMS, augment, distort

BASELINE = "logistic"
"""Baseline of the corruption errors, if it has been measured. Otherwise the first measured run is the baseline."""
DOMAIN = "digits"
"""Dataset on which the models of all other datasets are evaluated too."""


@dataclass(frozen=True, eq=False)
class Robustness:
    """Accuracies of all runs that have been evaluated under every transform.

    Attributes
    ----------
    names : tuple of str
        The evaluated runs, in the order of the results.
    table : DataFrame
        The columns of `evaluation.robustness.accuracy_table`, and `label`.
    means, errors : DataFrames
        As returned by `evaluation.robustness.mean_accuracies` and `corruption_errors`.
    baseline : str
        The run that the corruption errors are relative to.
    """

    names: tuple[str, ...]
    table: pd.DataFrame
    means: pd.DataFrame
    errors: pd.DataFrame
    baseline: str


def load_robustness(results: Results) -> Robustness | None:
    """Return the robustness on the test split, or None if no run has been evaluated on distorted digits."""
    return _load_robustness(results.key, results)


@st.cache_resource(max_entries=6, show_spinner=False)
def _load_robustness(key: tuple[str, ...], _results: Results) -> Robustness | None:
    records = {
        name: record for name, record in _results.records.items() if TRANSFORMS.keys() <= record.robustness.keys()
    }
    if not records:
        return None
    table = evaluation.accuracy_table(
        {name: record.test_accuracy for name, record in records.items()},
        {name: {test: record.robustness[test] for test in TRANSFORMS} for name, record in records.items()},
        {name: transform.severities for name, transform in TRANSFORMS.items()},
        get_dataset_spec(_results.dataset).n_test,
    )
    baseline = BASELINE if BASELINE in records else next(iter(records))
    return Robustness(
        tuple(records),
        table.assign(label=table["name"].map(_results.labels)),
        evaluation.mean_accuracies(table),
        evaluation.corruption_errors(table, baseline),
        baseline,
    )


def predictions(results: Results, transform: str) -> Mapping[str, np.ndarray]:
    """Return the predictions of each evaluated run for the original and the distorted digits.

    Parameters
    ----------
    results : Results
        Results of the test split.
    transform : str
        Name of the transform.

    Returns
    -------
    mapping of classifier name to uint8 ndarray of shape (6, n), read-only
        Row 0 holds the predictions for the original digits, rows 1 to 5 those at each severity, mild to severe.
    """
    return _predictions(results.key, transform, results)


@st.cache_resource(max_entries=12, show_spinner=False)
def _predictions(key: tuple[str, ...], transform: str, _results: Results) -> Mapping[str, np.ndarray]:
    robustness, found = load_robustness(_results), {}
    for name in robustness.names if robustness else ():
        rows = np.vstack([_results[name].y_pred, store.load_robustness(_results[name].record, transform)])
        rows.flags.writeable = False
        found[name] = rows
    return found


def domain_table(results: Results) -> pd.DataFrame:
    """Return the accuracy on the test split and on all digits of another dataset, `DOMAIN`.

    Returns
    -------
    DataFrame with these columns
        One row per run that was evaluated on both, highest accuracy on the other dataset first. Empty without a run.

        name, label : str
            Name and display name of the run.
        test, test_low, test_high : float in 0..1
            Test accuracy and its 95 % confidence interval (Wilson).
        test_digits : int
            Number of test samples.
        other, other_low, other_high, other_digits
            The same for the other dataset.
    """
    spec = get_dataset_spec(DOMAIN)
    n, rows = spec.n_train + spec.n_test, []
    for name, record in results.records.items():
        if DOMAIN not in record.robustness:
            continue
        row: dict[str, object] = {"name": name, "label": results.labels[name]}
        for column, accuracy, digits in (
            ("test", record.test_accuracy, record.n_test),
            ("other", record.robustness[DOMAIN][0], n),
        ):
            low, high = accuracy_interval(accuracy, digits)
            row |= {column: accuracy, f"{column}_low": low, f"{column}_high": high, f"{column}_digits": digits}
        rows.append(row)
    return pd.DataFrame(rows).sort_values("other", ascending=False, ignore_index=True) if rows else pd.DataFrame()


@st.cache_data(max_entries=96, show_spinner=False)
def before_and_after_sheet(
    dataset: str,
    split: SplitName,
    fingerprint: str,
    transform: str,
    amount: float,
    indices: tuple[int, ...],
    _images: np.ndarray,
) -> bytes:
    """Return a sprite sheet (PNG) of these samples, each followed by its distorted version."""
    before = _images[list(indices)]
    after = distort(before, transform, amount, np.array(indices))
    return render_sprite_sheet(np.stack([before, after], axis=1).reshape(-1, SIDE, SIDE))


@st.cache_data(max_entries=96, show_spinner=False)
def severity_sheet(
    dataset: str, split: SplitName, fingerprint: str, transforms: tuple[str, ...], index: int, _images: np.ndarray
) -> bytes:
    """Return a sprite sheet (PNG) of one sample: for each transform the original and the five severities."""
    amounts = {name: (0, *TRANSFORMS[name].severities) for name in transforms}
    original = _images[index : index + 1]
    changed = [distort(original, name, amount, np.array([index])) for name in transforms for amount in amounts[name]]
    return render_sprite_sheet(np.concatenate(changed))


@st.cache_data(max_entries=24, show_spinner=False)
def augmented_sheet(
    dataset: str,
    split: SplitName,
    fingerprint: str,
    amounts: tuple[tuple[str, float], ...],
    draws: int,
    indices: tuple[int, ...],
    _images: np.ndarray,
) -> bytes:
    """Return a sprite sheet (PNG) of these samples, then of `draws` augmented versions of them, drawn at random."""
    originals, rng = _images[list(indices)], np.random.default_rng(0)
    changed = [augment(originals, dict(amounts), rng) for _ in range(draws)]
    return render_sprite_sheet(np.concatenate([originals, *changed]))
