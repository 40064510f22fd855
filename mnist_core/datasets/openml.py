"""``python -m mnist_core.datasets.openml FOLDER``: all of mnist_784 from OpenML as two .npy files.

A program of its own: ``fetch_openml`` has no read timeout and builds a frame of hundreds of megabytes, so it runs where
it can be killed and where its memory goes back to the system.
"""

import sys
from pathlib import Path

import numpy as np


def save_arrays(folder: Path) -> None:
    """Write images.npy, uint8 (70000, 28, 28), and labels.npy, uint8 (70000,): training digits first."""
    from sklearn.datasets import fetch_openml

    images, labels = fetch_openml("mnist_784", version=1, return_X_y=True, as_frame=False, data_home=folder)
    np.save(folder / "images.npy", images.astype(np.uint8).reshape(-1, 28, 28))
    np.save(folder / "labels.npy", labels.astype(np.uint8))


if __name__ == "__main__":
    save_arrays(Path(sys.argv[1]))
