"""Table of the custom runs of a dataset, and functions to rename and delete a run."""

from typing import Any

import pandas as pd
import streamlit as st

from mnist_core import store
from mnist_core.cached.head_to_head import comparison
from mnist_core.cached.results import Results
from mnist_core.classifiers.hyperparameters import changes_of, describe_changes
from mnist_core.classifiers.registry import base_of, is_custom
from mnist_core.evaluation.metrics import accuracy_interval

COLUMNS = (
    *("name", "label", "base", "base_label", "changes", "n_train", "seed", "test_accuracy", "low", "high"),
    *("difference", "difference_low", "difference_high", "created"),
)


def custom_runs_table(results: Results) -> pd.DataFrame:
    """Return one row per usable custom run, newest first.

    Returns
    -------
    DataFrame with these columns
        name, label : str
            Name and display name of the run.
        base, base_label : str
            Name and display name of the classifier that the run is based on.
        changes : str
            Changed hyperparameters.
        n_train, seed : int
        test_accuracy, low, high : float in 0..1
            Test accuracy and its 95 % confidence interval (Wilson).
        difference, difference_low, difference_high : float in -1..1
            Test accuracy minus that of the base, and its 95 % confidence interval. NaN if the base has no usable run.
        created : str
            Time of the training, ISO 8601 in UTC.
    """
    return _custom_runs_table(results.key, results)


@st.cache_resource(max_entries=6, show_spinner=False)
def _custom_runs_table(key: tuple[str, ...], _results: Results) -> pd.DataFrame:
    rows = [_row(_results, name) for name in _results.runs if is_custom(name)]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    return frame.sort_values("created", ascending=False, kind="stable", ignore_index=True)


def _row(results: Results, name: str) -> dict[str, Any]:
    """Return the table row of one custom run, by column."""
    record, base = results[name].record, base_of(name)
    low, high = accuracy_interval(record.test_accuracy, record.n_test)
    compared = comparison(results, name, base) if base in results.runs else None
    return {
        "name": name,
        "label": results.label(name),
        "base": base,
        "base_label": results.label(base),
        "changes": describe_changes(changes_of(name, record.dataset, record.hyperparameters)),
        "n_train": record.n_train,
        "seed": record.seed,
        "test_accuracy": record.test_accuracy,
        "low": low,
        "high": high,
        "difference": compared.difference if compared else float("nan"),
        "difference_low": compared.low if compared else float("nan"),
        "difference_high": compared.high if compared else float("nan"),
        "created": record.created,
    }


def rename(dataset: str, name: str, label: str) -> None:
    """Change the label of a custom run. Raise MnistCoreError if it cannot be changed."""
    store.rename_run(store.load_record(dataset, name), label)


def delete(dataset: str, name: str) -> None:
    """Delete a custom run, usable or not. Raise MnistCoreError if it cannot be deleted."""
    store.delete_run(dataset, name)
