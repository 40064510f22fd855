"""MNIST (LeCun, Cortes, Burges): the standard split, and a stratified split of all 70,000 samples."""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np

from mnist_core.base.digits import SIDE
from mnist_core.base.progress import Progress
from mnist_core.datasets.idx import IdxFile, decode_idx
from mnist_core.datasets.sources import Sources, default_sources, obtain
from mnist_core.datasets.spec import DatasetSpec, Split, SplitName

Files = Mapping[SplitName, tuple[IdxFile, IdxFile]]
"""Image file and label file of each split."""

FILES: Files = MappingProxyType(
    {
        "train": (
            IdxFile(
                "train-images-idx3-ubyte",
                (60_000, SIDE, SIDE),
                "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
            ),
            IdxFile(
                "train-labels-idx1-ubyte",
                (60_000,),
                "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
            ),
        ),
        "test": (
            IdxFile(
                "t10k-images-idx3-ubyte",
                (10_000, SIDE, SIDE),
                "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
                first=60_000,
            ),
            IdxFile(
                "t10k-labels-idx1-ubyte",
                (10_000,),
                "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
                first=60_000,
            ),
        ),
    }
)


FINGERPRINT = hashlib.sha256("".join(file.sha256 for pair in FILES.values() for file in pair).encode()).hexdigest()
STRATIFIED_FINGERPRINT = hashlib.sha256(
    f"{FINGERPRINT} train_test_split(test_size=14_000, stratify=y, random_state=42)".encode()
).hexdigest()


def load_split(
    split: SplitName, progress: Progress, *, files: Files = FILES, sources: Callable[[], Sources] = default_sources
) -> dict[SplitName, Split]:
    """Return one split. Only the two files of this split are read."""
    images, labels = files[split]
    _, contents = obtain("mnist", files[split], sources(), progress)
    return {split: Split(decode_idx(contents[images]), decode_idx(contents[labels]))}


def load_stratified(
    _: SplitName,
    progress: Progress,
    *,
    files: Files = FILES,
    sources: Callable[[], Sources] = default_sources,
    n_test: int = 14_000,
) -> dict[SplitName, Split]:
    """Return both splits of a new, stratified division of all samples. Each split needs all four files."""
    from sklearn.model_selection import train_test_split

    labels = np.concatenate([_read(labels_file, progress, sources) for _, labels_file in files.values()])
    train, test = train_test_split(np.arange(len(labels)), test_size=n_test, stratify=labels, random_state=42)
    indices: dict[SplitName, np.ndarray] = {"train": train, "test": test}
    images = {split: np.empty((len(rows), SIDE, SIDE), dtype=np.uint8) for split, rows in indices.items()}
    first = 0
    for images_file, _labels_file in files.values():  # one at a time, so that only one file is in memory
        part = _read(images_file, progress, sources)
        for split, rows in indices.items():
            in_part = (first <= rows) & (rows < first + len(part))
            images[split][in_part] = part[rows[in_part] - first]
        first += len(part)
        del part
    return {split: Split(images[split], labels[rows]) for split, rows in indices.items()}


def _read(file: IdxFile, progress: Progress, sources: Callable[[], Sources]) -> np.ndarray:
    """Return the verified array of one file. Only this file is read."""
    return decode_idx(obtain("mnist", [file], sources(), progress)[1][file])


def fetch(progress: Progress, *, files: Files = FILES, sources: Callable[[], Sources] = default_sources) -> Path:
    """Download missing files, verify all four files and return their folder."""
    folder, _ = obtain("mnist", [file for pair in files.values() for file in pair], sources(), progress)
    return folder


MNIST = DatasetSpec(
    name="mnist",
    label="MNIST 60,000 / 10,000",
    n_train=60_000,
    n_test=10_000,
    fingerprint=FINGERPRINT,
    remark="The standard split, for comparison with published results.",
    load=load_split,
    fetch=fetch,
)

MNIST_STRATIFIED = DatasetSpec(
    name="mnist-stratified",
    label="MNIST stratified 56,000 / 14,000",
    n_train=56_000,
    n_test=14_000,
    fingerprint=STRATIFIED_FINGERPRINT,
    remark="A new split of all 70,000 digits, with equal class proportions in the training and test split.",
    load=load_stratified,
    fetch=fetch,
)
