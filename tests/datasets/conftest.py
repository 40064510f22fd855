"""The noise dataset, its mirrors, and the real MNIST where it is at hand."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import mnist_folder
from tests.mirror import Behaviour, Mirror, Noise, make_noise


@pytest.fixture(scope="session")
def noise() -> Noise:
    return make_noise()


@pytest.fixture
def start_mirror(noise: Noise, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Behaviour], Mirror]]:
    """Starts mirrors, and closes them with the test."""
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
    return tmp_path / "cache" / "mnist"


@pytest.fixture(scope="session")
def real_mnist() -> Path:
    """The folder of the real files, for tests marked `mnist`: where they are missing, the mark decides what happens."""
    return mnist_folder()
