"""Classifiers against each other on the digits of a split."""

from typing import TYPE_CHECKING

import streamlit as st

from mnist_core.evaluation import significance

if TYPE_CHECKING:  # whose leaderboard asks for the ranks
    from mnist_core.cached.results import Results


def comparison(results: "Results", a: str, b: str) -> significance.Comparison:
    """Two classifiers on the same digits, as `significance.compare` compares them."""
    return _comparison(results[a].key, results[b].key, results, a, b)


@st.cache_resource(max_entries=256, show_spinner=False)
def _comparison(key_a: str, key_b: str, _results: "Results", _a: str, _b: str) -> significance.Comparison:
    return significance.compare(_results.y_true, _results[_a].y_pred, _results[_b].y_pred)


def pairwise(results: "Results") -> significance.Pairwise:
    """Each classifier, of which there must be one, against each other; the arrays are read-only."""
    return _pairwise(results.key, results)


@st.cache_resource(max_entries=8, show_spinner=False)
def _pairwise(key: tuple[str, ...], _results: "Results") -> significance.Pairwise:
    pairs = significance.pairwise(_results.y_true, _results.y_pred)
    for array in (pairs.accuracies, pairs.differences, pairs.p_values, pairs.adjusted, pairs.agreement):
        array.flags.writeable = False
    return pairs


def ranks(results: "Results") -> dict[str, tuple[int, int]]:
    """By name the best and the worst rank that the split leaves possible, 1 for the most accurate."""
    pairs = pairwise(results)
    best, worst = significance.rank_ranges(pairs.accuracies, pairs.adjusted)
    return {name: (int(first), int(last)) for name, first, last in zip(pairs.names, best, worst, strict=True)}
