"""Streamlit servers as processes of their own: started on a free port, timed, weighed, stopped."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from benchmarks.timed_server import TIMINGS

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 120.0


class BenchmarkError(Exception):
    """Something could not be measured; the message says what to do about it."""


@dataclass(frozen=True)
class App:
    """A script that can be served, and the query string it is opened with."""

    script: str
    query: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Server:
    """A running server.

    Attributes
    ----------
    started : float
        `time.perf_counter()` just before the process was spawned.
    timings : Path
        What a timed server writes, one line a run; else empty.
    """

    app: App
    process: subprocess.Popen[bytes]
    port: int
    started: float
    timings: Path

    @property
    def url(self) -> str:
        """Where the app opens."""
        return f"http://127.0.0.1:{self.port}/{self.app.query}"

    def runs(self) -> list[dict[str, Any]]:
        """Every run so far that was not a `run_every`'s own."""
        lines = self.timings.read_text().splitlines()
        return [run for run in map(json.loads, lines) if not run["by_itself"]]

    def memory(self) -> tuple[float, float]:
        """Resident memory now and its peak, in MB (10^6 bytes); the peak is nan where there is no /proc."""
        resident = psutil.Process(self.process.pid).memory_info().rss / 1e6
        try:
            status = Path(f"/proc/{self.process.pid}/status").read_text()
        except OSError:
            return resident, float("nan")
        kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
        return resident, int(kilobytes) * 1024 / 1e6


@contextmanager
def serve(app: App, *, timed: bool = False) -> Iterator[Server]:
    """Start an app as a user would (`timed`: under the stopwatch), hand it out once it answers, stop it in the end."""
    port = _free_port()
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        timings, log = Path(folder, "timings"), Path(folder, "log")
        timings.touch()
        command = [
            *(sys.executable, "-m", "benchmarks.timed_server" if timed else "streamlit", "run", app.script),
            *("--server.address", "127.0.0.1", "--server.port", str(port)),
            *("--server.headless", "true", "--browser.gatherUsageStats", "false"),
        ]
        environment = {**os.environ, **app.environment, TIMINGS: str(timings)}
        with log.open("wb") as output:
            started = time.perf_counter()
            process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT)
            try:
                _wait_until_up(process, port, log)
                yield Server(app, process, port, started, timings)
            finally:
                _stop(process)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_up(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5):
                return
        except OSError:
            time.sleep(0.02)
    raise BenchmarkError(
        f"No server on port {port}. `python -m streamlit run dashboard.py` should work; it said:\n{_tail(log)}"
    )


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-15:])


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
