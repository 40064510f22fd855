"""Streamlit servers as subprocesses: start on a free port, read timings and memory, stop."""

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
"""Time limit for the start of a server."""


class BenchmarkError(Exception):
    """A measurement is not possible or failed. The message says what to do."""


@dataclass(frozen=True)
class App:
    """A Streamlit app.

    Attributes
    ----------
    script : str
        Path of the script.
    query : str
        Query string of the URL, with the question mark.
    environment : mapping of str to str
        Additional environment variables.
    """

    script: str
    query: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Server:
    """A running server.

    Attributes
    ----------
    app : App
    process : Popen
    port : int
    started : float
        `time.perf_counter()` just before the process was started.
    timings : Path
        File to which a timed server writes one line per run. For other servers it is empty.
    """

    app: App
    process: subprocess.Popen[bytes]
    port: int
    started: float
    timings: Path

    @property
    def url(self) -> str:
        """The URL of the app."""
        return f"http://127.0.0.1:{self.port}/{self.app.query}"

    def runs(self) -> list[dict[str, Any]]:
        """Return all runs so far, without those that `run_every` started: see `timed_server.time_runs`."""
        lines = self.timings.read_text().splitlines()
        return [run for run in map(json.loads, lines) if not run["automatic"]]

    def memory(self) -> tuple[float, float]:
        """Return the current and the peak resident memory in MB (10^6 bytes). Without /proc, the peak is NaN."""
        resident = psutil.Process(self.process.pid).memory_info().rss / 1e6
        try:
            status = Path(f"/proc/{self.process.pid}/status").read_text()
        except OSError:
            return resident, float("nan")
        kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
        return resident, int(kilobytes) * 1024 / 1e6


@contextmanager
def serve(app: App, *, timed: bool = False) -> Iterator[Server]:
    """Start a server as a user would, yield it when it responds, and stop it at the end.

    With `timed`, the server records the duration of every script run.
    """
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
                _wait_for_response(process, port, log)
                yield Server(app, process, port, started, timings)
            finally:
                _stop(process)


def _free_port() -> int:
    """Return the number of a port that no other program uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for_response(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Wait until the server responds. Raise BenchmarkError if it ends or exceeds the time limit."""
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
        f"Expected a server on port {port}, found none. Check that `python -m streamlit run dashboard.py` works. "
        f"Its output:\n{_tail(log)}"
    )


def _tail(log: Path) -> str:
    """Return the last lines of a log."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-15:])


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End a process, by force if it does not end within 10 s."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
