"""The IDX format of MNIST's files: reading, writing, and holding a file against its known hash."""

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
    """
    One file as it should be.

    Attributes
    ----------
    name : str
        Without ``.gz``.
    shape : tuple of int
        Of the array of unsigned bytes in it.
    sha256 : str
        Of its bytes out of gzip: mirrors compress differently.
    first : int
        Index of its first digit where all digits of the dataset stand in one row, training digits first.
    """

    name: str
    shape: tuple[int, ...]
    sha256: str
    first: int = 0

    @property
    def size(self) -> int:
        """In bytes, out of gzip."""
        return 4 + 4 * len(self.shape) + prod(self.shape)

    @property
    def spellings(self) -> tuple[str, ...]:
        """Names under which the file is commonly found."""
        dotted = self.name.replace("-idx", ".idx")
        return f"{self.name}.gz", self.name, f"{dotted}.gz", dotted


def encode_idx(array: npt.NDArray[np.uint8]) -> bytes:
    """The bytes of an IDX file holding ``array``."""
    return struct.pack(f">HBB{array.ndim}I", 0, UINT8, array.ndim, *array.shape) + array.tobytes()


def decode_idx(content: bytes) -> npt.NDArray[np.uint8]:
    """The array in an IDX file of unsigned bytes: read-only, sharing the memory of ``content``."""
    shape = _header_shape(content)
    if shape is None:
        raise DatasetCorruptError(f"Expected an IDX header of unsigned bytes, found {content[:16]!r}.")
    start = 4 + 4 * len(shape)
    if len(content) != start + prod(shape):
        raise DatasetCorruptError(f"Expected {start + prod(shape):,} bytes for IDX {shape}, found {len(content):,}.")
    return np.frombuffer(content, dtype=np.uint8, offset=start).reshape(shape)


def read_file(folder: Path, file: IdxFile) -> bytes:
    """
    The verified content of ``file``, under whichever of its spellings lies in ``folder``.

    Raises
    ------
    FileNotFoundError
        If there is none.
    DatasetCorruptError
        If there is, but none that is right.
    """
    wrong = []
    for path in (folder / spelling for spelling in file.spellings):
        if path.is_file():
            try:
                with path.open("rb") as stream:
                    return unpack(stream, file)
            except DatasetCorruptError as error:
                wrong.append(f"{path.name}: {error}")
    if wrong:
        raise DatasetCorruptError("; ".join(wrong))
    raise FileNotFoundError(f"there is no {file.spellings[0]}" if folder.is_dir() else "there is no such folder")


def unpack(packed: BinaryIO, file: IdxFile) -> bytes:
    """
    Take ``file`` out of its gzip, if it is in one, and make sure that it is the right one.

    Parameters
    ----------
    packed : seekable stream
        Its first bytes say whether it is gzip: browsers and proxies unpack files without renaming them.

    Raises
    ------
    DatasetCorruptError
        If it is anything else than ``file``. No more than one byte beyond the expected size is ever unpacked.
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
        raise DatasetCorruptError(f"expected {file.size:,} bytes, found {found} bytes, {_looks(content)}")
    digest = hashlib.sha256(content).hexdigest()
    if digest != file.sha256:
        expected = f"expected sha256 {file.sha256[:16]}..."
        raise DatasetCorruptError(f"{expected}, found {digest[:16]}..., {_looks(content)}")
    return content


def _looks(content: bytes) -> str:
    """What a file appears to be, for messages: it helps to know that images lie where labels should."""
    shape = _header_shape(content)
    return f"beginning with {content[:16]!r}" if shape is None else f"beginning as IDX of shape {shape}"


def _header_shape(content: bytes) -> tuple[int, ...] | None:
    """The shape in an IDX header of unsigned bytes, or None if that is not what ``content`` begins with."""
    if len(content) < 4 or content[:3] != bytes([0, 0, UINT8]) or len(content) < 4 + 4 * content[3]:
        return None
    return struct.unpack_from(f">{content[3]}I", content, 4)
