"""UCI digits: a small dataset that is part of scikit-learn, converted from 8 x 8 pixels to MNIST's format."""

from functools import cache

import numpy as np
import numpy.typing as npt

from mnist_core.base.progress import Progress
from mnist_core.datasets.spec import DatasetSpec, Split, SplitName
from mnist_core.images.canvas import center_digit

PROTOCOL = "centre_digit 1; train_test_split(test_size=0.5, stratify=y, random_state=42)"
"""Name of the conversion and parameters of the split. They are part of the fingerprint.

Change this text whenever a change of the code changes an image or the split.
"""

FINGERPRINT = "4605825bfc1ad24fb722a32229422eca9ed8b2b61ac2ddc63e7809874365b582"
"""SHA-256 of the 8 x 8 images, their labels (both as uint8) and the protocol.

It is a constant because it must be known without importing scikit-learn. It covers the 8 x 8 images instead of the
converted ones, because resampled pixels may differ between versions of Pillow.
"""


def load_digits_split(_: SplitName, progress: Progress) -> dict[SplitName, Split]:
    """Return both splits, because they come from one file."""
    from sklearn.model_selection import train_test_split

    progress("Loading data", None)
    images, labels = _all_digits()
    train, test = train_test_split(np.arange(len(labels)), test_size=0.5, stratify=labels, random_state=42)
    return {"train": Split(images[train], labels[train]), "test": Split(images[test], labels[test])}


@cache
def _all_digits() -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """Return images (1797, 28, 28) and labels (1797,). They are cached, because the conversion takes 0.5 s."""
    from sklearn.datasets import load_digits

    originals, classes = load_digits(return_X_y=True)
    images = np.stack([center_digit(original) for original in originals.reshape(-1, 8, 8)])
    return images, classes.astype(np.uint8)


DIGITS = DatasetSpec(
    name="digits",
    label="UCI digits 898 / 899",
    n_train=898,
    n_test=899,
    fingerprint=FINGERPRINT,
    remark="Part of scikit-learn, so it needs no network. It has too few digits to rank accurate classifiers.",
    load=load_digits_split,
    overrides={
        # An epoch has a tenth of MNIST's steps, so there are more epochs. MNIST's number of Nyström centers exceeds the
        # number of training samples, so there are fewer centers.
        "sgd-kernel": {"centres": 300},
        "mlp": {"epochs": 30},
        "mlp-refined": {"epochs": 60, "batch_size": 32},
        "cnn": {"epochs": 40, "batch_size": 32},
        "cnn-refined": {"epochs": 60, "batch_size": 32},
    },
)
