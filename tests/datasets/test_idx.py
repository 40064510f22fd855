"""IDX files are read as their format says, and whatever is not one is refused."""

import hashlib
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mnist_core.base.errors import DatasetCorruptError
from mnist_core.datasets.idx import IdxFile, decode_idx, encode_idx, unpack

ARRAYS = hnp.arrays(np.uint8, hnp.array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=6))


@given(ARRAYS)
def test_an_array_survives_the_round_trip(array: np.ndarray) -> None:
    decoded = decode_idx(encode_idx(array))
    assert decoded.dtype == np.uint8
    assert decoded.shape == array.shape
    assert decoded.tobytes() == array.tobytes()


def test_the_bytes_are_those_of_the_format() -> None:
    content = bytes([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 10, 11, 12, 20, 21, 22])
    assert decode_idx(content).tolist() == [[10, 11, 12], [20, 21, 22]]
    assert encode_idx(np.array([[10, 11, 12], [20, 21, 22]], dtype=np.uint8)) == content


def test_a_transposed_array_is_written_in_reading_order() -> None:
    array = np.arange(6, dtype=np.uint8).reshape(2, 3).T
    assert decode_idx(encode_idx(array)).tolist() == array.tolist()


def test_what_is_read_cannot_be_written_to() -> None:
    with pytest.raises(ValueError, match=r"read-only"):
        decode_idx(encode_idx(np.zeros(3, dtype=np.uint8)))[0] = 1


@given(ARRAYS, st.data())
def test_a_file_of_another_length_is_refused(array: np.ndarray, data: st.DataObject) -> None:
    content = encode_idx(array)
    cut = data.draw(st.integers(0, len(content) - 1))
    for wrong in (content[:cut], content + b"x"):
        with pytest.raises(DatasetCorruptError, match=r"Expected .*found"):
            decode_idx(wrong)


@given(st.binary(max_size=64))
def test_foreign_bytes_raise_nothing_else(content: bytes) -> None:
    try:
        array = decode_idx(content)
    except DatasetCorruptError:
        return
    assert encode_idx(array) == content


@given(ARRAYS, st.binary(max_size=200))
def test_only_the_very_bytes_are_taken_for_a_file(array: np.ndarray, foreign: bytes) -> None:
    content = encode_idx(array)
    file = IdxFile("noise-idx", array.shape, hashlib.sha256(content).hexdigest())
    assert unpack(io.BytesIO(content), file) == content
    for wrong in {foreign, b"\x1f\x8b" + foreign, b"\x1f\x8b\x08\x00" + foreign} - {content}:
        with pytest.raises(DatasetCorruptError, match=r"expected .*found"):
            unpack(io.BytesIO(wrong), file)
