"""Fixtures of the tests of the store."""

import pytest

from mnist_core.datasets import get_dataset_spec
from mnist_core.store.tuning_history import History
from tests.store.helpers import CURRENT, DATASET, NAME, trial


@pytest.fixture
def run(artifacts):
    """Return the folder of a run that can be damaged."""
    return artifacts / DATASET / NAME


@pytest.fixture
def history(tmp_path, monkeypatch):
    """Return the history of a search whose first trial has the current hyperparameters; no artifacts are stored."""
    monkeypatch.setenv("MNIST_ARTIFACTS_DIR", str(tmp_path))
    fixed = {name: value for name, value in CURRENT.items() if name != "C"}
    trials = (trial(0, 0.96, CURRENT["C"]), trial(1, None, 0.1), trial(3, 0.94, 0.3))
    fingerprint = get_dataset_spec(DATASET).fingerprint
    return History(NAME, DATASET, fingerprint, 0, 150, {"C": [0.1, 0.3, CURRENT["C"]]}, fixed, trials)
