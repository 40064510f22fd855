"""IDX, the format of MNIST's files: read, write and verify."""

import gzip
import hashlib
import struct
import zlib
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from mnist_core.base.errors import DatasetCorruptError

GZIP_MAGIC = b"\x1f\x8b"
UINT8 = 0x08


@dataclass(frozen=True)
class IdxFile:
    """Expected properties of an IDX file of unsigned bytes.

    Attributes
    ----------
    name : str
        File name without `.gz`.
    shape : tuple of int
        Shape of the array.
    sha256 : str
        Hash of the decompressed file. Mirrors compress differently.
    first : int
        Index of the file's first sample among all samples of the dataset, training samples first.
    """

    name: str
    shape: tuple[int, ...]
    sha256: str
    first: int = 0

    @property
    def size(self) -> int:
        """Size of the decompressed file in bytes."""
        return 4 + 4 * len(self.shape) + prod(self.shape)

    @property
    def file_names(self) -> tuple[str, ...]:
        """Names under which the file is commonly distributed."""
        dotted = self.name.replace("-idx", ".idx")
        return f"{self.name}.gz", self.name, f"{dotted}.gz", dotted


def encode_idx(array: npt.NDArray[np.uint8]) -> bytes:
    """Return the content of the IDX file that holds an array."""
    return struct.pack(f">HBB{array.ndim}I", 0, UINT8, array.ndim, *array.shape) + array.tobytes()


def decode_idx(content: bytes) -> npt.NDArray[np.uint8]:
    """Return the array of an IDX file of unsigned bytes. It is read-only and shares the memory of `content`.

    Raises
    ------
    DatasetCorruptError
        The header is wrong, or the length does not match it.
    """
    shape = _header_shape(content)
    if shape is None:
        raise DatasetCorruptError(f"Expected an IDX header of unsigned bytes, found {content[:16]!r}.")
    start = 4 + 4 * len(shape)
    if len(content) != start + prod(shape):
        raise DatasetCorruptError(f"Expected {start + prod(shape):,} bytes for IDX {shape}, found {len(content):,}.")
    return np.frombuffer(content, dtype=np.uint8, offset=start).reshape(shape)


def read_file(folder: Path, file: IdxFile) -> bytes:
    """Return the verified, decompressed content of a file, which may have any of its usual names.

    Raises
    ------
    FileNotFoundError
        No such file exists.
    DatasetCorruptError
        Files exist, but none has the expected content.
    """
    problems = []
    for path in (folder / name for name in file.file_names):
        if path.is_file():
            try:
                with path.open("rb") as stream:
                    return unpack(stream, file)
            except DatasetCorruptError as error:
                problems.append(f"{path.name}: {error}")
    if problems:
        raise DatasetCorruptError("; ".join(problems))
    raise FileNotFoundError(f"no file {file.file_names[0]}" if folder.is_dir() else "no such folder")


def unpack(packed: BinaryIO, file: IdxFile) -> bytes:
    """Return the verified content of a file, decompressed if it is in gzip format.

    Parameters
    ----------
    packed : seekable stream
        Its first bytes show whether it is in gzip format. Its name does not, because browsers and proxies decompress
        files without renaming them.

    Raises
    ------
    DatasetCorruptError
        The content is not that of `file`. At most one byte more than the expected size is decompressed.
    """
    magic = packed.read(len(GZIP_MAGIC))
    packed.seek(0)
    stream = gzip.GzipFile(fileobj=packed) if magic == GZIP_MAGIC else packed
    try:
        content = stream.read(file.size + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DatasetCorruptError(f"expected {file.size:,} bytes in gzip, found broken gzip ({error})") from error
    if len(content) != file.size:
        found = f"more than {file.size:,}" if len(content) > file.size else f"{len(content):,}"
        raise DatasetCorruptError(f"expected {file.size:,} bytes, found {found} bytes, {_describe(content)}")
    digest = hashlib.sha256(content).hexdigest()
    if digest != file.sha256:
        expected = f"expected sha256 {file.sha256[:16]}..."
        raise DatasetCorruptError(f"{expected}, found {digest[:16]}..., {_describe(content)}")
    return content


def _describe(content: bytes) -> str:
    """Return a description of the start of a file, for an error message.

    It shows, for example, that a file holds labels in place of images.
    """
    shape = _header_shape(content)
    return f"beginning with {content[:16]!r}" if shape is None else f"beginning as IDX of shape {shape}"


def _header_shape(content: bytes) -> tuple[int, ...] | None:
    """Return the shape in an IDX header of unsigned bytes, or None if there is no such header."""
    if len(content) < 4 or content[:3] != bytes([0, 0, UINT8]) or len(content) < 4 + 4 * content[3]:
        return None
    return struct.unpack_from(f">{content[3]}I", content, 4)
