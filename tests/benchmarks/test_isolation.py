"""Measurements in a fresh process: results, errors and time limits."""

import os
import signal
import sys
import time

import pytest

from benchmarks.isolation import TimeLimitError, run_isolated
from benchmarks.servers import BenchmarkError
from tests.conftest import PROJECT
from tests.processes import running, wait_for_line

TIMEOUT = 60
PARENT = "from tests.benchmarks.test_isolation import print_and_sleep, run_isolated; run_isolated(print_and_sleep)"


def test_the_result_comes_from_another_process():
    assert run_isolated(os.getpid) != os.getpid()
    assert run_isolated(divmod, 17, 5) == (3, 2)


def test_an_error_is_reported():
    with pytest.raises(BenchmarkError, match="ZeroDivisionError"):
        run_isolated(divmod, 17, 0)


def test_a_measurement_is_stopped_at_its_time_limit():
    with pytest.raises(TimeLimitError, match="more than 1 s"):
        run_isolated(time.sleep, 600, limit=1)


def test_the_exit_code_of_a_process_without_a_result_is_reported():
    with pytest.raises(BenchmarkError, match="exit code 7"):
        run_isolated(os._exit, 7)


def print_and_sleep():
    print("Started", flush=True)
    time.sleep(2 * TIMEOUT)


@pytest.mark.slow
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_a_measurement_ends_when_a_signal_ends_its_parent_process(end):
    with running([sys.executable, "-c", PARENT], PROJECT) as parent:
        wait_for_line(parent, "Started")
        parent.send_signal(end)
        output, _ = parent.communicate(timeout=TIMEOUT)  # the pipe closes when both processes have ended
    assert output == ""
    assert parent.returncode == -end
