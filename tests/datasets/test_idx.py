"""IDX files: encoding, decoding and verification."""

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
def test_decoding_an_encoded_array_returns_the_array(array: np.ndarray) -> None:
    decoded = decode_idx(encode_idx(array))
    assert decoded.dtype == np.uint8
    assert decoded.shape == array.shape
    assert decoded.tobytes() == array.tobytes()


def test_the_content_follows_the_format() -> None:
    content = bytes([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 10, 11, 12, 20, 21, 22])
    assert decode_idx(content).tolist() == [[10, 11, 12], [20, 21, 22]]
    assert encode_idx(np.array([[10, 11, 12], [20, 21, 22]], dtype=np.uint8)) == content


def test_a_transposed_array_is_written_row_by_row() -> None:
    array = np.arange(6, dtype=np.uint8).reshape(2, 3).T
    assert decode_idx(encode_idx(array)).tolist() == array.tolist()


def test_a_decoded_array_is_read_only() -> None:
    with pytest.raises(ValueError, match=r"read-only"):
        decode_idx(encode_idx(np.zeros(3, dtype=np.uint8)))[0] = 1


@given(ARRAYS, st.data())
def test_a_file_of_the_wrong_length_is_refused(array: np.ndarray, data: st.DataObject) -> None:
    content = encode_idx(array)
    cut = data.draw(st.integers(0, len(content) - 1))
    for wrong in (content[:cut], content + b"x"):
        with pytest.raises(DatasetCorruptError, match=r"Expected .*found"):
            decode_idx(wrong)


@given(st.binary(max_size=64))
def test_arbitrary_bytes_are_decoded_or_refused_as_corrupt(content: bytes) -> None:
    try:
        array = decode_idx(content)
    except DatasetCorruptError:
        return
    assert encode_idx(array) == content


@given(ARRAYS, st.binary(max_size=200))
def test_only_the_exact_content_is_accepted(array: np.ndarray, other: bytes) -> None:
    content = encode_idx(array)
    file = IdxFile("noise-idx", array.shape, hashlib.sha256(content).hexdigest())
    assert unpack(io.BytesIO(content), file) == content
    for wrong in {other, b"\x1f\x8b" + other, b"\x1f\x8b\x08\x00" + other} - {content}:
        with pytest.raises(DatasetCorruptError, match=r"expected .*found"):
            unpack(io.BytesIO(wrong), file)
