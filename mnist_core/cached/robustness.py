"""What distorted digits do to the runs, and pictures of them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from mnist_core import store
from mnist_core.cached.results import Results
from mnist_core.datasets import SplitName, get_dataset_spec
from mnist_core.evaluation import robustness as numbers
from mnist_core.evaluation.metrics import accuracy_interval
from mnist_core.figures.sheet import digit_sheet
from mnist_core.images.transforms import TRANSFORMS, augment, distort

BASELINE = "logistic"
"""Whose errors a corruption error is a multiple of, where it was measured."""
DOMAIN = "digits"
"""The dataset that models of any other one are shown as well."""


@dataclass(frozen=True, eq=False)
class Robustness:
    """The accuracies of all runs that were measured under every transform.

    Attributes
    ----------
    names : tuple of str
        These runs, in the order of the results.
    table : DataFrame
        As `evaluation.robustness.accuracy_table` has it, and `label`.
    means, errors : DataFrame
        As its `mean_accuracies` and `corruption_errors` have them.
    baseline : str
        Whose errors those are multiples of.
    """

    names: tuple[str, ...]
    table: pd.DataFrame
    means: pd.DataFrame
    errors: pd.DataFrame
    baseline: str


def measured(results: Results) -> Robustness | None:
    """What was measured; None if nothing was."""
    return _measured(results.key, results)


@st.cache_resource(max_entries=6, show_spinner=False)
def _measured(key: tuple[str, ...], _results: Results) -> Robustness | None:
    records = {
        name: record for name, record in _results.records.items() if TRANSFORMS.keys() <= record.robustness.keys()
    }
    if not records:
        return None
    table = numbers.accuracy_table(
        {name: record.test_accuracy for name, record in records.items()},
        {name: {each: record.robustness[each] for each in TRANSFORMS} for name, record in records.items()},
        {name: transform.severities for name, transform in TRANSFORMS.items()},
        len(_results.y_true),
    )
    baseline = BASELINE if BASELINE in records else next(iter(records))
    return Robustness(
        tuple(records),
        table.assign(label=table["name"].map(_results.labels)),
        numbers.mean_accuracies(table),
        numbers.corruption_errors(table, baseline),
        baseline,
    )


def answers(results: Results, transform: str) -> Mapping[str, np.ndarray]:
    """By measured classifier its answers, uint8 of shape (6, n), read-only: the digits as they are, then distorted."""
    return _answers(results.key, transform, results)


@st.cache_resource(max_entries=12, show_spinner=False)
def _answers(key: tuple[str, ...], transform: str, _results: Results) -> Mapping[str, np.ndarray]:
    robustness, found = _measured(key, _results), {}
    for name in robustness.names if robustness else ():
        rows = np.vstack([_results[name].y_pred, store.load_robustness(_results[name].record, transform)])
        rows.flags.writeable = False
        found[name] = rows
    return found


def domain_table(results: Results) -> pd.DataFrame:
    """Accuracy on the test split and on another dataset's digits, one row a classifier that was shown both.

    Returns
    -------
    DataFrame
        `name`, `label`, and shares in 0..1 with their 95 % intervals (Wilson): `test`, `test_low`, `test_high`,
        `other`, `other_low`, `other_high`; `test_digits` and `other_digits` say of how many digits. Best first on the
        other dataset.
    """
    spec = get_dataset_spec(DOMAIN)
    n, rows = spec.n_train + spec.n_test, []
    for name, record in results.records.items():
        if DOMAIN not in record.robustness:
            continue
        row: dict[str, object] = {"name": name, "label": results.labels[name]}
        for what, accuracy, digits in (
            ("test", record.test_accuracy, record.n_test),
            ("other", record.robustness[DOMAIN][0], n),
        ):
            low, high = accuracy_interval(accuracy, digits)
            row |= {what: accuracy, f"{what}_low": low, f"{what}_high": high, f"{what}_digits": digits}
        rows.append(row)
    return pd.DataFrame(rows).sort_values("other", ascending=False, ignore_index=True) if rows else pd.DataFrame()


@st.cache_data(max_entries=96, show_spinner=False)
def before_and_after(
    dataset: str,
    split: SplitName,
    fingerprint: str,
    transform: str,
    amount: float,
    indices: tuple[int, ...],
    _images: np.ndarray,
) -> bytes:
    """A sheet of these digits, each as it is and then distorted."""
    before = _images[list(indices)]
    after = distort(before, transform, amount, np.array(indices))
    return digit_sheet(np.stack([before, after], axis=1).reshape(-1, 28, 28))


@st.cache_data(max_entries=96, show_spinner=False)
def severities(
    dataset: str, split: SplitName, fingerprint: str, transforms: tuple[str, ...], index: int, _images: np.ndarray
) -> bytes:
    """A sheet of one digit, for each transform as it is and then at the five severities."""
    amounts = {name: (0, *TRANSFORMS[name].severities) for name in transforms}
    one = _images[index : index + 1]
    changed = [distort(one, name, amount, np.array([index])) for name in transforms for amount in amounts[name]]
    return digit_sheet(np.concatenate(changed))


@st.cache_data(max_entries=24, show_spinner=False)
def augmented(
    dataset: str,
    split: SplitName,
    fingerprint: str,
    amounts: tuple[tuple[str, float], ...],
    draws: int,
    indices: tuple[int, ...],
    _images: np.ndarray,
) -> bytes:
    """A sheet of these digits as they are, and then as often augmented, each time by other amounts."""
    originals, rng = _images[list(indices)], np.random.default_rng(0)
    changed = [augment(originals, dict(amounts), rng) for _ in range(draws)]
    return digit_sheet(np.concatenate([originals, *changed]))
