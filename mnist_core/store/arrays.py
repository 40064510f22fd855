"""NumPy arrays in `.npz` files. Pickles are never loaded."""

import hashlib
import io
import zlib
from collections.abc import Mapping
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from mnist_core.datasets import SplitName

READ_ERRORS = (OSError, ValueError, KeyError, TypeError, EOFError, RuntimeError, BadZipFile, zlib.error)
"""Errors that reading a damaged file can raise. NumPy, zipfile and zlib share no base class."""

Labels = Mapping[SplitName, np.ndarray]
"""The labels of both splits, each uint8 of shape (n,)."""
Indices = Mapping[SplitName, np.ndarray]
"""Indices of samples in both splits, each an integer array of shape (m,)."""


def pack_arrays(**arrays: np.ndarray) -> bytes:
    """Return the content of an `.npz` file with these arrays, compressed."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)  # type: ignore[arg-type]
    return buffer.getvalue()


def unpack_array(data: bytes, key: str) -> np.ndarray:
    """Return one array of an `.npz` file's content, read-only. Raise one of `READ_ERRORS` if it cannot be read."""
    with np.load(io.BytesIO(data), allow_pickle=False) as archive:
        array: np.ndarray = archive[key]
    array.flags.writeable = False
    return array


def load_array(path: Path, key: str) -> np.ndarray | None:
    """Return one array of an `.npz` file, or None if the file is missing or damaged."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            array: np.ndarray = archive[key]
            return array
    except READ_ERRORS:
        return None


def hash_labels(labels: Labels) -> str:
    """Return the SHA-256 of the labels of both splits: the value of a record's `labels_sha256`."""
    content = b"".join(labels[split].astype(np.uint8).tobytes() for split in ("train", "test"))
    return hashlib.sha256(content).hexdigest()
