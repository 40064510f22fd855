"""Dimensions of the digit images, and the sizes of training and validation sets."""

SIDE = 28
"""Height and width of an image, in pixels."""
PIXELS = SIDE * SIDE
N_CLASSES = 10

HOLDOUT_SHARE = 1 / 6
"""Share of the training split that forms the validation split: 10,000 of MNIST's 60,000 samples."""

_TRAINING_SIZES = (100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 40_000)
_SMALLEST_SHARE = 1 / 60
"""Smallest share of the training split that is used as a subset. Smaller subsets give accuracies that mean little."""


def training_sizes(n_train: int) -> list[int]:
    """Return the subset sizes for a training split of `n_train` samples, ascending and without `n_train` itself.

    MNIST, with 60,000 samples, has 1,000, 2,000, 5,000, 10,000, 20,000 and 40,000.
    """
    return [size for size in _TRAINING_SIZES if _SMALLEST_SHARE * n_train <= size < n_train]
