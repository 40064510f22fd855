"""Folders of stored runs."""

import os
from pathlib import Path

from mnist_core.base.paths import PROJECT_ROOT


def artifacts_dir() -> Path:
    """Return the folder of all runs: `MNIST_ARTIFACTS_DIR` if it is set, else `artifacts/` in the project."""
    configured = os.environ.get("MNIST_ARTIFACTS_DIR")
    return Path(configured) if configured else PROJECT_ROOT / "artifacts"


def run_dir(dataset: str, classifier: str) -> Path:
    """Return the folder of one run."""
    return artifacts_dir() / dataset / classifier
