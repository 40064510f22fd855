"""MNIST and its stratified split: files, labels and statistics."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from mnist_core.base.progress import silent
from mnist_core.datasets import Dataset, fetch_dataset, load_dataset
from mnist_core.datasets.mnist import FILES, fetch, load_split, load_stratified
from mnist_core.datasets.sources import Sources
from mnist_core.datasets.spec import DatasetSpec
from mnist_core.images.canvas import canvas_to_digit
from tests.datasets.mirror import Behaviour, Mirror, Noise, honest


def test_a_split_downloads_only_its_two_files(
    noise: Noise, cache: Path, start_mirror: Callable[[Behaviour], Mirror]
) -> None:
    mirror = start_mirror(honest)
    sources = Sources({}, cache, (mirror.url,), openml=False, seconds=60)
    spec = DatasetSpec("noise", "", 300, 100, "", "", partial(load_split, files=noise.files, sources=lambda: sources))
    dataset = Dataset(spec)
    np.testing.assert_array_equal(dataset.test.images, noise.images[300:])
    np.testing.assert_array_equal(dataset.test.labels, noise.labels[300:])
    assert mirror.requests == ["t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"]
    np.testing.assert_array_equal(dataset.train.images, noise.images[:300])
    assert mirror.requests[2:] == ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"]


def test_fetch_downloads_all_four_files_and_returns_their_folder(
    noise: Noise, cache: Path, start_mirror: Callable[[Behaviour], Mirror]
) -> None:
    sources = Sources({}, cache, (start_mirror(honest).url,), openml=False, seconds=60)
    assert fetch(silent, files=noise.files, sources=lambda: sources) == cache
    assert {path.name for path in cache.iterdir()} == {f"{name}.gz" for name in noise.contents}


def test_the_stratified_split_matches_scikit_learn(noise: Noise, tmp_path: Path) -> None:
    from sklearn.model_selection import train_test_split

    sources = Sources({"here": noise.put(tmp_path)}, tmp_path, (), openml=False, seconds=0)
    splits = load_stratified("test", silent, files=noise.files, sources=lambda: sources, n_test=80)
    expected = train_test_split(noise.images, noise.labels, test_size=80, stratify=noise.labels, random_state=42)
    found = (splits["train"].images, splits["test"].images, splits["train"].labels, splits["test"].labels)
    for array, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(array, other)
    assert np.bincount(splits["test"].labels).tolist() == [8] * 10


@pytest.mark.mnist
@pytest.mark.usefixtures("real_mnist")
def test_mnist_has_its_known_labels_and_statistics() -> None:
    mnist = load_dataset("mnist")
    assert mnist.train.labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert mnist.test.labels[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    assert np.bincount(mnist.train.labels).tolist() == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert np.bincount(mnist.test.labels).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert mnist.train.images.mean() / 255 == pytest.approx(0.1307, abs=1e-4)
    assert mnist.train.images.std() / 255 == pytest.approx(0.3081, abs=1e-4)


@pytest.mark.mnist
@pytest.mark.usefixtures("real_mnist")
def test_mnist_stratified_equals_scikit_learns_split_of_all_samples() -> None:
    from sklearn.model_selection import train_test_split

    mnist, stratified = load_dataset("mnist"), load_dataset("mnist-stratified")
    labels = np.concatenate([mnist.train.labels, mnist.test.labels])
    means = np.concatenate([split.images.mean(axis=(1, 2)) for split in (mnist.train, mnist.test)])
    expected = train_test_split(means, labels, test_size=14_000, stratify=labels, random_state=42)
    for split, mean, label in zip((stratified.train, stratified.test), expected[:2], expected[2:], strict=True):
        np.testing.assert_array_equal(split.labels, label)
        np.testing.assert_array_equal(split.images.mean(axis=(1, 2)), mean)


@pytest.mark.mnist
def test_fetch_returns_the_folder_of_the_real_files(real_mnist: Path) -> None:
    assert fetch_dataset("mnist") == fetch_dataset("mnist-stratified") == real_mnist
    assert {file.size for pair in FILES.values() for file in pair} == {47_040_016, 60_008, 7_840_016, 10_008}


@pytest.mark.mnist
@pytest.mark.usefixtures("real_mnist")
def test_enlarged_mnist_digits_are_converted_back() -> None:
    originals = load_dataset("mnist").test.images[:200]
    errors = []
    for original in originals:
        large = original.repeat(14, axis=0).repeat(14, axis=1)
        rgba = np.dstack([large] * 3 + [np.full_like(large, 255)])
        digit = canvas_to_digit(rgba)
        assert digit is not None
        shifts = [(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1)]
        shifted = (np.roll(digit.astype(int), shift, axis=(0, 1)) for shift in shifts)
        errors.append(min(np.abs(digit - original).sum() for digit in shifted) / original.sum())
    assert np.median(errors) < 0.1
