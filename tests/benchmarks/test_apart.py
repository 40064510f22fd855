"""A measurement in its own process ends with a result, an error that says why, or in time."""

import os
import signal
import subprocess
import sys
import time

import pytest

from benchmarks.apart import TookTooLong, apart
from benchmarks.servers import BenchmarkError
from tests.conftest import PROJECT

PATIENCE = 60
ASK = "from tests.benchmarks.test_apart import apart, say_so_and_sleep; apart(say_so_and_sleep)"


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


def say_so_and_sleep():
    print("Here", flush=True)
    time.sleep(2 * PATIENCE)


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_it_ends_with_the_process_that_asked_even_if_a_signal_ends_that(end):
    with subprocess.Popen([sys.executable, "-c", ASK], cwd=PROJECT, stdout=subprocess.PIPE) as asks:
        assert asks.stdout.readline() == b"Here\n"
        asks.send_signal(end)
        assert asks.communicate(timeout=PATIENCE) == (b"", None)  # once nobody is left who could write
    assert asks.returncode == -end
