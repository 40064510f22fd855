"""Verdicts on published accuracies."""

import pytest

from mnist_core.evaluation.claims import verdict


@pytest.mark.parametrize(
    ("reported", "low", "high", "expected"),
    [
        ("97.05", 0.967, 0.974, "reproduced"),
        ("97.1", 0.9112, 0.9222, "not reproducible"),
        ("98.5", 0.9947, 0.9971, "better"),
        ("92.2", 0.9112, 0.92155, "reproduced"),  # 92.155 rounds to 92.2
        ("92.20", 0.9112, 0.92155, "not reproducible"),
        ("98.5", 0.98545, 0.99, "reproduced"),
        (None, 0.97, 0.98, "filled in"),
    ],
)
def test_a_verdict_compares_the_rounding_range_of_a_reported_accuracy_with_the_interval(reported, low, high, expected):
    assert verdict(reported, low, high) == expected
