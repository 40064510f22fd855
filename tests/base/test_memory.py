"""Keeping and releasing freed memory, measured in subprocesses."""

import ctypes
import platform
import subprocess
import sys

import pytest

from mnist_core.base import memory
from tests.conftest import PROJECT

on_glibc = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="needs glibc")

STEPS = """
import resource
import numpy as np
from mnist_core.base import memory

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize() >> 20

def step():
    blocks = [np.ones(1 << 20, dtype=np.uint8) for _ in range(64)]

def faults(steps):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(steps):
        step()
    return (resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before) // steps

step()
"""


def numbers_printed_by(code: str) -> list[int]:
    """Run code in a new process, and return the numbers that it prints."""
    command = [sys.executable, "-c", STEPS + code]
    run = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True, timeout=60)
    return [int(word) for word in run.stdout.split()]


@on_glibc
def test_a_process_that_keeps_freed_memory_has_few_page_faults():
    before, after = numbers_printed_by("print(faults(5)); memory.keep_freed_memory(); step(); print(faults(5))")
    assert after * 20 < before


@on_glibc
def test_kept_memory_is_released_on_request():
    kept, remaining = numbers_printed_by(
        "memory.keep_freed_memory(); step(); print(resident()); memory.release_memory(); print(resident())"
    )
    assert kept - remaining > 40


@pytest.mark.parametrize("error", [OSError, AttributeError, TypeError])
def test_without_glibc_both_functions_do_nothing(error, monkeypatch):
    def refuse(name):
        raise error(name)

    monkeypatch.setattr(ctypes, "CDLL", refuse)
    memory.release_memory()
    memory.keep_freed_memory()
