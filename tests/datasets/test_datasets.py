"""Properties of every dataset, and of each dataset in particular."""

import hashlib
import subprocess
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mnist_core.base.errors import DatasetCorruptError, UnknownNameError
from mnist_core.base.progress import Progress, silent
from mnist_core.datasets import DATASETS, Dataset, Split, fetch_dataset, get_dataset_spec, list_datasets, load_dataset
from mnist_core.datasets import digits as digits_module
from mnist_core.datasets.mnist import FILES, fetch, load_split, load_stratified
from mnist_core.datasets.sources import Sources
from mnist_core.datasets.spec import DatasetSpec, SplitName
from mnist_core.images.canvas import canvas_to_digit
from tests.conftest import PROJECT
from tests.mirror import Behaviour, Mirror, Noise, honest


@pytest.fixture(params=["digits", *(pytest.param(n, marks=pytest.mark.mnist) for n in ("mnist", "mnist-stratified"))])
def dataset(request: pytest.FixtureRequest) -> Dataset:
    """Return each dataset in the registry."""
    if request.param != "digits":
        request.getfixturevalue("real_mnist")
    return load_dataset(request.param)


def test_datasets_are_listed_in_order() -> None:
    assert list_datasets() == list(DATASETS) == ["mnist", "mnist-stratified", "digits"]


@pytest.mark.parametrize("function", [get_dataset_spec, load_dataset, fetch_dataset])
def test_the_error_for_an_unknown_name_lists_the_known_names(function: Callable[[str], Any]) -> None:
    with pytest.raises(UnknownNameError, match=r"no dataset named 'minst'.*mnist, mnist-stratified, digits"):
        function("minst")


@pytest.mark.parametrize("spec", DATASETS.values(), ids=lambda spec: spec.name)
def test_every_spec_is_complete(spec: DatasetSpec) -> None:
    assert DATASETS[spec.name] is spec
    assert f"{spec.n_train:,} / {spec.n_test:,}" in spec.label
    assert spec.needs_fetch == (spec.name != "digits")
    assert spec.remark.endswith(".")
    assert len(spec.fingerprint) == 64
    assert len({other.fingerprint for other in DATASETS.values()}) == len(DATASETS)


def test_load_dataset_reads_no_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mnist_core.datasets.mnist.obtain", lambda *_: pytest.fail("files were read"))
    for name in list_datasets():
        assert load_dataset(name).name == name


def test_datasets_import_no_training_or_web_libraries() -> None:
    program = "import sys, mnist_core.datasets as d; d.load_dataset('mnist'); print(*sys.modules)"
    modules = subprocess.check_output([sys.executable, "-c", program], cwd=PROJECT, text=True, timeout=60).split()
    assert not {"sklearn", "scipy", "pandas", "streamlit", "torch", "requests"} & set(modules)


def test_splits_match_the_spec(dataset: Dataset) -> None:
    for split, n in ((dataset.train, dataset.spec.n_train), (dataset.test, dataset.spec.n_test)):
        assert len(split) == n
        assert (split.images.shape, split.images.dtype) == ((n, 28, 28), np.uint8)
        assert (split.labels.shape, split.labels.dtype) == ((n,), np.uint8)
        assert set(split.labels.tolist()) == set(range(10))
        assert (split.images[:, :2] == 0).mean() > 0.9  # the background is black, and so is the margin
        assert np.median(split.images.max(axis=(1, 2))) == 255


def test_splits_are_loaded_once_and_are_read_only(dataset: Dataset) -> None:
    assert dataset.test is dataset.test
    for array in (dataset.test.images, dataset.test.labels):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_a_split_refuses_arrays_of_another_shape_or_type() -> None:
    images, labels = np.zeros((3, 28, 28), np.uint8), np.zeros(3, np.uint8)
    for wrong in ((images[:2], labels), (images.astype(float), labels), (images.reshape(3, -1), labels)):
        with pytest.raises(DatasetCorruptError, match=r"Expected uint8 .*found"):
            Split(*wrong)


def test_concurrent_threads_load_a_split_once() -> None:
    calls = []
    split = Split(np.zeros((1, 28, 28), np.uint8), np.zeros(1, np.uint8))

    def load(name: SplitName, _: Progress) -> dict[SplitName, Split]:
        calls.append(name)
        threading.Event().wait(0.05)
        return {name: split}

    dataset = Dataset(DatasetSpec("slow", "", 1, 1, "", "", load))
    threads = [threading.Thread(target=lambda: dataset.test) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert calls == ["test"]


def test_a_split_downloads_only_its_own_two_files(
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


def test_digits_need_no_download() -> None:
    assert fetch_dataset("digits") is None


def test_the_stratified_split_equals_that_of_scikit_learn(noise: Noise, tmp_path: Path) -> None:
    from sklearn.model_selection import train_test_split

    sources = Sources({"here": noise.put(tmp_path)}, tmp_path, (), openml=False, seconds=0)
    splits = load_stratified("test", silent, files=noise.files, sources=lambda: sources, n_test=80)
    expected = train_test_split(noise.images, noise.labels, test_size=80, stratify=noise.labels, random_state=42)
    found = (splits["train"].images, splits["test"].images, splits["train"].labels, splits["test"].labels)
    for array, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(array, other)
    assert np.bincount(splits["test"].labels).tolist() == [8] * 10


def test_the_fingerprint_of_digits_covers_the_original_images_and_the_protocol() -> None:
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    content = images.astype(np.uint8).tobytes() + labels.astype(np.uint8).tobytes()
    digest = hashlib.sha256(content + digits_module.PROTOCOL.encode())
    assert digest.hexdigest() == digits_module.FINGERPRINT


def test_the_conversion_of_digits_matches_the_protocol() -> None:
    """If `center_digit` changes its results, this test fails; the protocol and the fingerprint must then change."""
    images = load_dataset("digits").test.images
    assert images.mean() == pytest.approx(39.88, abs=0.05)
    np.testing.assert_allclose(images.mean(axis=(0, 2))[4:24:4], [20.6, 62.6, 55.2, 59.2, 56.1], atol=0.3)


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
