"""The noise dataset, its mirrors, and the real MNIST where it is at hand."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mnist_core.datasets.mnist import FILES
from mnist_core.datasets.sources import Sources, default_sources, obtain
from mnist_core.errors import DatasetUnavailableError
from mnist_core.progress import silent
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
    """The folder of the real files, where this machine has them; nothing is downloaded for a test."""
    here = default_sources()
    local = Sources(here.folders, here.cache, mirrors=(), openml=False, seconds=0)
    try:
        folder, _ = obtain("mnist", [file for pair in FILES.values() for file in pair], local, silent)
    except DatasetUnavailableError:
        pytest.skip("MNIST is not at hand: put it into data/mnist, or set MNIST_DATA_DIR")
    return folder
