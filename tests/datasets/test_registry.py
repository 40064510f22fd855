"""The registry of datasets."""

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from mnist_core.base.errors import UnknownNameError
from mnist_core.datasets import DATASETS, fetch_dataset, get_dataset_spec, list_datasets, load_dataset
from tests.conftest import PROJECT


def test_datasets_are_listed_in_order() -> None:
    assert list_datasets() == list(DATASETS) == ["mnist", "mnist-stratified", "digits"]


@pytest.mark.parametrize("function", [get_dataset_spec, load_dataset, fetch_dataset])
def test_the_error_for_an_unknown_name_lists_the_known_names(function: Callable[[str], Any]) -> None:
    with pytest.raises(UnknownNameError, match=r"no dataset named 'minst'.*mnist, mnist-stratified, digits"):
        function("minst")


def test_load_dataset_reads_no_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mnist_core.datasets.mnist.obtain", lambda *_: pytest.fail("files were read"))
    for name in list_datasets():
        assert load_dataset(name).name == name


def test_datasets_import_no_training_or_web_libraries() -> None:
    program = "import sys, mnist_core.datasets as d; d.load_dataset('mnist'); print(*sys.modules)"
    modules = subprocess.check_output([sys.executable, "-c", program], cwd=PROJECT, text=True, timeout=60).split()
    assert not {"sklearn", "scipy", "pandas", "streamlit", "torch", "requests"} & set(modules)
