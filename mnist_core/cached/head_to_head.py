"""Comparisons of classifiers on the same samples, computed once for all sessions."""

import streamlit as st

from mnist_core.cached.results import Results
from mnist_core.evaluation.comparison import Comparison, Pairwise, compare
from mnist_core.evaluation.comparison import pairwise as compare_pairwise


def comparison(results: Results, a: str, b: str) -> Comparison:
    """Compare two runs on the split of the results: see `evaluation.comparison.compare`."""
    return _comparison(results[a].key, results[b].key, results, a, b)


@st.cache_resource(max_entries=256, show_spinner=False)
def _comparison(key_a: str, key_b: str, _results: Results, _a: str, _b: str) -> Comparison:
    return compare(_results.y_true, _results[_a].y_pred, _results[_b].y_pred)


def pairwise(results: Results) -> Pairwise:
    """Compare every pair of usable runs, of which there must be at least one: see `evaluation.comparison.pairwise`.

    The arrays are read-only.
    """
    return _pairwise(results.key, results)


@st.cache_resource(max_entries=8, show_spinner=False)
def _pairwise(key: tuple[str, ...], _results: Results) -> Pairwise:
    pairs = compare_pairwise(_results.y_true, _results.y_pred)
    for array in (pairs.accuracies, pairs.differences, pairs.p_values, pairs.adjusted, pairs.agreement):
        array.flags.writeable = False
    return pairs
