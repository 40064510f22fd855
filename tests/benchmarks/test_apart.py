"""A measurement in its own process ends with a result, an error that says why, or in time."""

import os
import time

import pytest

from benchmarks.apart import TookTooLong, apart
from benchmarks.servers import BenchmarkError


def test_what_a_function_returns_comes_back_from_another_process():
    assert apart(os.getpid) != os.getpid()
    assert apart(divmod, 17, 5) == (3, 2)


def test_an_error_is_told():
    with pytest.raises(BenchmarkError, match="ZeroDivisionError"):
        apart(divmod, 17, 0)


def test_what_takes_too_long_is_ended():
    with pytest.raises(TookTooLong, match="more than 1 s"):
        apart(time.sleep, 600, limit=1)


def test_a_process_that_dies_is_told_with_its_exit_code():
    with pytest.raises(BenchmarkError, match="exit code 7"):
        apart(os._exit, 7)
