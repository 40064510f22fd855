"""Densities and quartiles of a measure for each class."""

import numpy as np
import pytest
from scipy import stats

from mnist_core.evaluation.distributions import _bandwidth, class_densities, class_quartiles


@pytest.fixture
def two_classes():
    rng = np.random.default_rng(0)
    values = np.concatenate([rng.normal(0, 1, 3000), rng.gamma(2, 2, 500)]).astype(np.float32)
    return values, np.repeat([4, 7], [3000, 500]).astype(np.uint8)


def test_densities_match_scipy_with_the_same_bandwidth(two_classes):
    values, labels = two_classes
    densities = class_densities(values, labels)
    for digit, part in densities.groupby("digit"):
        in_class = values[labels == digit]
        kernel = stats.gaussian_kde(in_class, bw_method=_bandwidth(in_class) / in_class.std(ddof=1))
        np.testing.assert_allclose(part["density"], kernel(part["value"]), atol=0.005)


def test_a_density_has_about_area_1_within_the_range(two_classes):
    densities = class_densities(*two_classes)
    for _, part in densities.groupby("digit"):
        assert np.trapezoid(part["density"], part["value"]) == pytest.approx(1, abs=0.05)


def test_an_outlier_does_not_stretch_the_range(two_classes):
    values, labels = two_classes
    values[0] = 1e6
    assert class_densities(values, labels)["value"].max() < 20


@pytest.mark.parametrize("n", [1, 5])
def test_equal_values_have_a_density(n):
    densities = class_densities(np.full(n, 3.0), np.zeros(n, dtype=np.uint8))
    assert np.isfinite(densities["density"]).all()
    assert densities.loc[densities["density"].idxmax(), "value"] == pytest.approx(3, abs=0.02)


def test_the_number_of_points_is_independent_of_the_number_of_samples(two_classes):
    assert len(class_densities(*two_classes)) == 2 * 96


def test_quartiles_match_numpy(two_classes):
    values, labels = two_classes
    quartiles = class_quartiles(values, labels).set_index("digit")
    assert quartiles["digits"].to_dict() == {4: 3000, 7: 500}
    expected = np.percentile(values[labels == 7], [25, 50, 75])
    np.testing.assert_allclose(quartiles.loc[7, ["low", "median", "high"]].astype(float), expected)
