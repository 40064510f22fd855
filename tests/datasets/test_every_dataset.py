"""Rules for every dataset."""

import numpy as np
import pytest

from mnist_core.datasets import DATASETS, Dataset, load_dataset
from mnist_core.datasets.spec import DatasetSpec


@pytest.fixture(params=["digits", *(pytest.param(n, marks=pytest.mark.mnist) for n in ("mnist", "mnist-stratified"))])
def dataset(request: pytest.FixtureRequest) -> Dataset:
    """Return each dataset in the registry."""
    if request.param != "digits":
        request.getfixturevalue("real_mnist")
    return load_dataset(request.param)


@pytest.mark.parametrize("spec", DATASETS.values(), ids=lambda spec: spec.name)
def test_every_spec_is_complete(spec: DatasetSpec) -> None:
    assert DATASETS[spec.name] is spec
    assert f"{spec.n_train:,} / {spec.n_test:,}" in spec.label
    assert spec.needs_fetch == (spec.name != "digits")
    assert spec.remark.endswith(".")
    assert len(spec.fingerprint) == 64
    assert len({other.fingerprint for other in DATASETS.values()}) == len(DATASETS)


def test_splits_match_the_spec(dataset: Dataset) -> None:
    for split, n in ((dataset.train, dataset.spec.n_train), (dataset.test, dataset.spec.n_test)):
        assert len(split) == n
        assert (split.images.shape, split.images.dtype) == ((n, 28, 28), np.uint8)
        assert (split.labels.shape, split.labels.dtype) == ((n,), np.uint8)
        assert set(split.labels.tolist()) == set(range(10))
        assert (split.images[:, :2] == 0).mean() > 0.9  # the top rows are black
        assert np.median(split.images.max(axis=(1, 2))) == 255


def test_splits_are_loaded_once_and_are_read_only(dataset: Dataset) -> None:
    assert dataset.test is dataset.test
    for array in (dataset.test.images, dataset.test.labels):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
