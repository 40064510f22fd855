"""Preview of data augmentation: random samples with all transforms, and each transform alone."""

from collections.abc import Mapping

import numpy as np
import streamlit as st

from mnist_core import cached
from mnist_core.base.digits import N_CLASSES
from mnist_core.cached import robustness
from mnist_core.datasets import get_dataset_spec
from pages.widgets import digit_tiles, image_loading, severities

SAMPLES = 4
"""Random augmentations of each digit."""


def show_preview(results: cached.Results, amounts: Mapping[str, float]) -> None:
    """Show one digit of each class unchanged and randomly augmented, then one digit with each transform alone.

    The digits are from the split of `results`. If its images are not loaded, show their state instead.

    Parameters
    ----------
    amounts : mapping of transform to float
        As in `transforms.augment`.
    """
    split = (results.dataset, results.split)
    image_loading.show_state(*split, has_numbers=False)
    images = image_loading.images(*split)
    if images is None:
        return
    indices = _first_of_each_class(results.y_true if len(results.y_true) else cached.load_pixels(*split).labels)
    positive = {name: float(amount) for name, amount in amounts.items() if amount > 0}
    fingerprint = get_dataset_spec(results.dataset).fingerprint
    sheet = robustness.augmented_sheet(*split, fingerprint, tuple(positive.items()), SAMPLES, tuple(indices), images)
    names = [severities.ORIGINAL, *(f"sample {number + 1}" for number in range(SAMPLES))]
    tiles = [{"index": index, "alt": f"Digit {index}, {name}"} for name in names for index in indices]
    digit_tiles.show_tiles(sheet, tiles, size=44, columns=N_CLASSES, key="augmented digits")
    st.caption(
        f"First the ten original digits, then {SAMPLES} random augmentations of each."
        " Training draws new amounts each time that it uses a digit."
        if positive
        else "No augmentation: set the amount of a transform."
    )
    if positive:
        st.caption("Each transform alone: the original digit, then the five severities of the Robustness page.")
        severities.show_severities(results, list(positive), indices[3], key="severities of each")


def _first_of_each_class(labels: np.ndarray | None) -> list[int]:
    """Return the index of the first digit of each class that occurs."""
    return [] if labels is None else np.unique(labels, return_index=True)[1].tolist()
