"""Fixtures of the dataset tests: a dataset of noise, its mirrors, and the folder of MNIST."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import mnist_folder
from tests.datasets.mirror import Behaviour, Mirror, Noise, make_noise


@pytest.fixture(scope="session")
def noise() -> Noise:
    """Return a small dataset of noise in MNIST's format."""
    return make_noise()


@pytest.fixture
def start_mirror(noise: Noise, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Behaviour], Mirror]]:
    """Return a function that starts a mirror. All mirrors are closed after the test."""
    monkeypatch.setenv("no_proxy", "*")
    started: list[Mirror] = []

    def start(behaviour: Behaviour) -> Mirror:
        started.append(Mirror(noise, behaviour))
        return started[-1]

    yield start
    for mirror in started:
        mirror.close()


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """Return the path of a cache that does not exist yet."""
    return tmp_path / "cache" / "mnist"


@pytest.fixture(scope="session")
def real_mnist() -> Path:
    """Return the folder of MNIST's files. Tests that use it are marked `mnist` and are skipped without the files."""
    return mnist_folder()
