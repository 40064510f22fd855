"""Program that downloads `mnist_784` from OpenML: `python -m mnist_core.datasets.openml FOLDER`.

`fetch_openml` has no read timeout and builds a frame of hundreds of megabytes. A separate process can be killed, and
its memory returns to the operating system.
"""

import sys
from pathlib import Path

import numpy as np

from mnist_core.base.digits import SIDE


def save_arrays(folder: Path) -> None:
    """Write images.npy, uint8 (70000, 28, 28), and labels.npy, uint8 (70000,), training samples first."""
    from sklearn.datasets import fetch_openml

    images, labels = fetch_openml("mnist_784", version=1, return_X_y=True, as_frame=False, data_home=folder)
    np.save(folder / "images.npy", images.astype(np.uint8).reshape(-1, SIDE, SIDE))
    np.save(folder / "labels.npy", labels.astype(np.uint8))


if __name__ == "__main__":
    save_arrays(Path(sys.argv[1]))
