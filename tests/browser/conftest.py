"""A real server and a real Chromium for the tests of this folder."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest

from tests.conftest import PROJECT, chromium

StartServer = Callable[..., str]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SECONDS_TO_START = 60.0
SECONDS_TO_STOP = 20.0


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the address and the text of the page to the report of a failed test."""
    report = yield
    page = getattr(item, "funcargs", {}).get("page")
    if report.when == "call" and report.failed and page is not None:
        with contextlib.suppress(Exception):  # The browser may have ended: the test's own error counts.
            report.sections.append(("Page", f"{page.url}\n{page.locator('body').inner_text(timeout=2000)}"))
    return report


@contextlib.contextmanager
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartServer]:
    """Provide a function that starts a dashboard and returns its address. Stop all of them at the end."""
    started: list[subprocess.Popen[bytes]] = []

    def start(project: Path = PROJECT, **environment: str) -> str:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        options = {"server.port": port, "server.address": "127.0.0.1", "server.headless": "true"}
        command = [sys.executable, "-m", "streamlit", "run", "dashboard.py"]
        command += [f"--{name}={value}" for name, value in options.items()]
        log = tmp_path_factory.mktemp("server") / "log"
        with log.open("w") as output:
            server = subprocess.Popen(command, cwd=project, env=os.environ | environment, stdout=output, stderr=output)
        started.append(server)
        address = f"http://127.0.0.1:{port}"
        _wait_for_health(server, address, log)
        return address

    try:
        yield start
    finally:
        for server in started:
            server.terminate()
        for server in started:
            try:
                server.wait(SECONDS_TO_STOP)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait(SECONDS_TO_STOP)


def _wait_for_health(server: "subprocess.Popen[bytes]", address: str, log: Path) -> None:
    end = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < end:
        assert server.poll() is None, f"The server ended: {log.read_text()}"
        try:
            urllib.request.urlopen(f"{address}/_stcore/health", timeout=1)
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"The server did not answer within {SECONDS_TO_START:.0f} s: {log.read_text()}")


@pytest.fixture
def start_server(tmp_path_factory) -> Iterator[StartServer]:
    """Return a function that starts a fresh dashboard and returns its address. Keywords are environment variables."""
    with servers(tmp_path_factory) as start:
        yield start


@pytest.fixture
def start_server_without_mnist(start_server, tmp_path) -> Callable[[str], str]:
    """Return a function that starts a dashboard without MNIST's files, with this proxy for all downloads."""

    def start(proxy: str) -> str:
        project = tmp_path / "somewhere" / "project"
        ignored = shutil.ignore_patterns(".*cache", "__pycache__", ".git", "artifacts", "data", "tests")
        shutil.copytree(PROJECT, project, ignore=ignored)
        (project / "artifacts").symlink_to(PROJECT / "artifacts")
        folders = dict.fromkeys(("HOME", "XDG_CACHE_HOME", "MNIST_DATA_DIR"), str(tmp_path))
        return start_server(project, **folders, https_proxy=proxy)

    return start


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[str]:
    """Return the address of a dashboard that the tests of a module share."""
    with servers(tmp_path_factory) as start:
        yield start()


@pytest.fixture(scope="module")
def browser():
    """Return a Chromium. It is closed after each module, because its event loop runs in this thread until then."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser):
    """Return a page in a browser context of its own."""
    context = browser.new_context(viewport={"width": 1280, "height": 1400}, accept_downloads=True)
    yield context.new_page()
    context.close()
