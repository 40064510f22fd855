"""Splits and datasets: types, shapes and loading."""

import threading

import numpy as np
import pytest

from mnist_core.base.errors import DatasetCorruptError
from mnist_core.base.progress import Progress
from mnist_core.datasets import Dataset, Split
from mnist_core.datasets.spec import DatasetSpec, SplitName


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
