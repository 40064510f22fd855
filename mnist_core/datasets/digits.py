"""The UCI digits that come with scikit-learn, brought from 8x8 to MNIST's form: always there, and quick."""

from functools import cache

import numpy as np
import numpy.typing as npt

from mnist_core.base.progress import Progress
from mnist_core.datasets.spec import DatasetSpec, Split, SplitName
from mnist_core.images.canvas import centre_digit

PROTOCOL = "centre_digit 1; train_test_split(test_size=0.5, stratify=y, random_state=42)"
"""What is done to the 8x8 originals: to be changed whenever that would change a digit or the split."""

FINGERPRINT = "4605825bfc1ad24fb722a32229422eca9ed8b2b61ac2ddc63e7809874365b582"
"""sha256 over the 8x8 originals, their labels (both as uint8) and the protocol: a constant, for it must be known
without importing scikit-learn. The originals, because resampled pixels may differ between versions of Pillow."""


def load_digits_split(_: SplitName, progress: Progress) -> dict[SplitName, Split]:
    """Make both halves; they come from one file."""
    from sklearn.model_selection import train_test_split

    progress("Bringing digits to 28x28", None)
    images, labels = _all_digits()
    train, test = train_test_split(np.arange(len(labels)), test_size=0.5, stratify=labels, random_state=42)
    return {"train": Split(images[train], labels[train]), "test": Split(images[test], labels[test])}


@cache
def _all_digits() -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """Images (1797, 28, 28) and labels (1797,): half a second's work, and little to keep."""
    from sklearn.datasets import load_digits

    originals, classes = load_digits(return_X_y=True)
    images = np.stack([centre_digit(original) for original in originals.reshape(-1, 8, 8)])
    return images, classes.astype(np.uint8)


DIGITS = DatasetSpec(
    name="digits",
    label="UCI digits 898 / 899",
    n_train=898,
    n_test=899,
    fingerprint=FINGERPRINT,
    remark="Small and built in: for trying things out without a network, too small to rank good classifiers.",
    load=load_digits_split,
    overrides={
        # A tenth of the steps an epoch: more epochs. Fewer digits than MNIST's run has centres: fewer centres.
        "sgd-kernel": {"centres": 300},
        "mlp": {"epochs": 30},
        "mlp-refined": {"epochs": 60, "batch_size": 32},
        "cnn": {"epochs": 40, "batch_size": 32},
        "cnn-refined": {"epochs": 60, "batch_size": 32},
    },
)
