"""A real server and a real Chromium."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import PROJECT, chromium

Start = Callable[..., str]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@contextlib.contextmanager
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Gives what starts a dashboard and tells its address, and ends all that it started."""
    started = []

    def start(project: Path = PROJECT, **environment: str) -> str:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        options = {"server.port": port, "server.address": "127.0.0.1", "server.headless": "true"}
        command = [sys.executable, "-m", "streamlit", "run", "dashboard.py"]
        command += [f"--{name}={value}" for name, value in options.items()]
        log = (tmp_path_factory.mktemp("server") / "log").open("w")
        server = subprocess.Popen(command, cwd=project, env=os.environ | environment, stdout=log, stderr=log)
        started.append(server)
        address = f"http://127.0.0.1:{port}"
        for _ in range(1200):
            assert server.poll() is None, Path(log.name).read_text()
            try:
                urllib.request.urlopen(f"{address}/_stcore/health", timeout=1)
            except OSError:
                time.sleep(0.1)
            else:
                return address
        raise AssertionError(f"The server at {address} did not start; see {log.name}")

    try:
        yield start
    finally:
        for server in started:
            server.terminate()
        for server in started:
            server.wait(20)


@pytest.fixture
def start_server(tmp_path_factory) -> Iterator[Start]:
    """Start a dashboard that has served nobody yet, and give its address; keywords are environment variables."""
    with servers(tmp_path_factory) as start:
        yield start


@pytest.fixture
def start_server_without_mnist(start_server, tmp_path) -> Callable[[str], str]:
    """Start a dashboard on a copy of the project that has MNIST's files nowhere, and the web behind this proxy."""

    def start(proxy: str) -> str:
        project = tmp_path / "somewhere" / "project"
        shutil.copytree(PROJECT, project, ignore=shutil.ignore_patterns(".*cache", ".git", "data", "tests"))
        nowhere = dict.fromkeys(("HOME", "XDG_CACHE_HOME", "MNIST_DATA_DIR"), str(tmp_path))
        return start_server(project, **nowhere, https_proxy=proxy)

    return start


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[str]:
    """A dashboard that the tests of a module share."""
    with servers(tmp_path_factory) as start:
        yield start()


@pytest.fixture(scope="module")
def browser():
    """A Chromium; no longer than a module, for until it is closed this thread has an event loop that runs."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser):
    context = browser.new_context(viewport={"width": 1280, "height": 1400}, accept_downloads=True)
    yield context.new_page()
    context.close()
