"""Downloads: complete files within the time limit, or an error with the cause."""

import errno
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mnist_core.base.errors import DatasetUnavailableError
from mnist_core.base.progress import silent
from mnist_core.datasets.sources import Sources, obtain
from tests.conftest import PROJECT
from tests.datasets.mirror import (
    BROKEN,
    NEVER_SILENT,
    WORKING,
    Behaviour,
    Handler,
    Mirror,
    Noise,
    honest,
    not_found,
    silent_halfway,
    trickle,
)

IMAGES, LABELS = "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"
StartMirror = Callable[[Behaviour], Mirror]


def online(cache: Path, *mirrors: Mirror | str, seconds: float = 60, openml: bool = False) -> Sources:
    """Return sources without local folders."""
    urls = tuple(mirror if isinstance(mirror, str) else mirror.url for mirror in mirrors)
    return Sources({}, cache, urls, openml, seconds)


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


@pytest.mark.parametrize("behaviour", WORKING, ids=lambda b: b.__name__)
def test_files_are_downloaded_once_and_then_read_from_the_cache(
    noise: Noise, cache: Path, start_mirror: StartMirror, behaviour: Behaviour
) -> None:
    mirror = start_mirror(behaviour)
    for _ in range(2):
        folder, contents = obtain("noise", noise.files["test"], online(cache, mirror), silent)
        assert folder == cache
        assert [*contents.values()] == [noise.contents[IMAGES], noise.contents[LABELS]]
    assert set(mirror.requests) == {IMAGES, LABELS}
    assert len(mirror.requests) == (4 if behaviour.__name__ == "redirecting" else 2)


@pytest.mark.parametrize(("behaviour", "reason"), BROKEN.items(), ids=lambda x: getattr(x, "__name__", ""))
def test_a_broken_mirror_is_reported_and_the_next_one_is_tried(
    noise: Noise,
    cache: Path,
    start_mirror: StartMirror,
    monkeypatch: pytest.MonkeyPatch,
    behaviour: Behaviour,
    reason: str,
) -> None:
    endless, stall = behaviour in NEVER_SILENT, "mnist_core.datasets.download.STALL_SECONDS"
    if not endless:
        monkeypatch.setattr(stall, 0.5)
    broken, good = start_mirror(behaviour), start_mirror(honest)
    with pytest.raises(DatasetUnavailableError, match=reason) as caught:
        obtain(
            "noise",
            noise.files["test"],
            online(cache, broken, seconds=0.8 if endless else 60),
            silent,
        )
    assert caught.value.attempts[-1][0] == broken.url
    assert names_in(cache) == []

    if not endless:
        monkeypatch.setattr(stall, 3.0)  # on a busy machine, the working mirror can also be slow
    sources = online(cache, broken, good, seconds=10 if endless else 60)
    _, contents = obtain("noise", noise.files["test"], sources, silent)
    assert [*contents.values()] == [noise.contents[IMAGES], noise.contents[LABELS]]
    assert names_in(cache) == [f"{IMAGES}.gz", f"{LABELS}.gz"]


def test_a_corrupt_cache_is_replaced(noise: Noise, cache: Path, start_mirror: StartMirror) -> None:
    noise.put(cache)
    (cache / f"{IMAGES}.gz").write_bytes(b"damaged")
    mirror = start_mirror(honest)
    obtain("noise", noise.all_files, online(cache, mirror), silent)
    assert mirror.requests == [IMAGES]
    assert (cache / f"{IMAGES}.gz").read_bytes() == noise.packed(IMAGES)


def test_a_file_from_one_mirror_is_not_downloaded_from_the_next(
    noise: Noise, cache: Path, start_mirror: StartMirror
) -> None:
    def only_images(handler: Handler, packed: bytes) -> None:
        (honest if "images" in handler.path else not_found)(handler, packed)

    first, second = start_mirror(only_images), start_mirror(honest)
    obtain("noise", noise.files["test"], online(cache, first, second), silent)
    assert first.requests == [IMAGES, LABELS]
    assert second.requests == [LABELS]


def test_all_downloads_together_respect_the_time_limit(noise: Noise, cache: Path, start_mirror: StartMirror) -> None:
    mirrors = [start_mirror(trickle) for _ in range(5)]
    start = time.monotonic()
    with pytest.raises(DatasetUnavailableError) as caught:
        obtain("noise", noise.all_files, online(cache, *mirrors, seconds=1), silent)
    assert time.monotonic() - start < 5
    assert len(caught.value.attempts) == 1 + len(mirrors)


def test_a_name_server_that_does_not_answer_does_not_exceed_the_time_limit(
    noise: Noise, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    released, answers = threading.Event(), []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answers.append(released.wait(60)))
    monkeypatch.setenv("no_proxy", "*")
    with pytest.raises(DatasetUnavailableError, match="timed out after"):
        obtain("noise", noise.all_files, online(cache, "http://mirror.invalid/", seconds=0.3), silent)
    assert answers == []
    released.set()


def test_a_refused_connection_is_reported(noise: Noise, cache: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(DatasetUnavailableError, match="refused"):
        obtain("noise", noise.all_files, online(cache, f"http://127.0.0.1:{port}/"), silent)


def test_progress_is_reported_and_increases(noise: Noise, cache: Path, start_mirror: StartMirror) -> None:
    reports: list[tuple[str, float | None]] = []
    mirror = start_mirror(honest)
    obtain("noise", noise.files["train"], online(cache, mirror), lambda *report: reports.append(report))
    shares = [share for message, share in reports if "Downloading train-images" in message and share is not None]
    assert shares == sorted(shares)
    assert all(0 <= share <= 1 for share in shares)
    assert any(message.endswith(f"from {mirror.url}") for message, _ in reports)


def test_the_progress_function_can_cancel_a_hanging_download(
    noise: Noise, cache: Path, start_mirror: StartMirror
) -> None:
    class CancelledError(Exception):
        pass

    def cancel(message: str, share: float | None) -> None:
        if message.startswith("Downloading") and share:
            raise CancelledError

    with pytest.raises(CancelledError):
        obtain("noise", noise.all_files, online(cache, start_mirror(silent_halfway)), cancel)
    assert names_in(cache) == []


PROCESS = """
import os, sys
from pathlib import Path
from mnist_core.datasets.sources import Sources, obtain
from mnist_core.base.errors import DatasetUnavailableError
from mnist_core.base.progress import silent
from tests.datasets.mirror import make_noise
if len(sys.argv) > 3:
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), int(sys.argv[3])))
try:
    obtain("noise", make_noise().all_files, Sources({}, Path(sys.argv[1]), (sys.argv[2],) * 2, False, 60), silent)
except DatasetUnavailableError as error:
    sys.exit(str(error))
"""


def start_process(cache: Path, mirror: Mirror, *limit: str) -> subprocess.Popen[str]:
    """Start a process that downloads the noise dataset. `limit` is the largest file size that it may write."""
    command = [sys.executable, "-c", PROCESS, str(cache), mirror.url, *limit]
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    return subprocess.Popen(command, cwd=PROJECT, env=environment, stderr=subprocess.PIPE, text=True)


def test_two_concurrent_processes_both_get_complete_files(noise: Noise, cache: Path, start_mirror: StartMirror) -> None:
    both_started = threading.Barrier(2)

    def together(handler: Handler, packed: bytes) -> None:
        both_started.wait(30)
        honest(handler, packed)

    mirror = start_mirror(together)
    processes = [start_process(cache, mirror) for _ in range(2)]
    for process in processes:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
    assert len(mirror.requests) == 8
    assert names_in(cache) == sorted(f"{name}.gz" for name in noise.contents)
    for name in noise.contents:
        assert (cache / f"{name}.gz").read_bytes() == noise.packed(name)


def test_a_killed_process_leaves_only_complete_files(noise: Noise, cache: Path, start_mirror: StartMirror) -> None:
    requested = threading.Event()

    def labels_hang(handler: Handler, packed: bytes) -> None:
        if "train-labels" not in handler.path or requested.is_set():
            honest(handler, packed)
        else:
            requested.set()
            silent_halfway(handler, packed)

    mirror = start_mirror(labels_hang)
    process = start_process(cache, mirror)
    assert requested.wait(30)
    process.kill()
    process.communicate(timeout=30)
    assert names_in(cache) == ["train-images-idx3-ubyte.gz"]
    obtain("noise", noise.all_files, online(cache, mirror), silent)
    assert mirror.requests.count("train-images-idx3-ubyte") == 1


@pytest.mark.skipif(not hasattr(signal, "SIGXFSZ"), reason="this system cannot limit the size of a file")
def test_a_full_disk_is_reported_and_leaves_no_partial_file(cache: Path, start_mirror: StartMirror) -> None:
    mirror = start_mirror(honest)
    process = start_process(cache, mirror, "10000")  # the write stops halfway
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert f"cannot write to the cache {cache}: File too large" in errors
    assert names_in(cache) == []
    assert len(mirror.requests) == 1  # other sources need the same cache


def test_a_disk_that_is_full_at_the_last_flush_leaves_no_partial_file(
    noise: Noise, cache: Path, start_mirror: StartMirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DatasetUnavailableError, match=f"cannot write to the cache .*: {os.strerror(errno.ENOSPC)}"):
        obtain("noise", noise.all_files, online(cache, start_mirror(honest)), silent)
    assert names_in(cache) == []


@pytest.mark.parametrize("obstacle", ["a file instead of a folder", "no permission"])
def test_a_read_only_cache_is_reported(noise: Noise, cache: Path, start_mirror: StartMirror, obstacle: str) -> None:
    if obstacle == "a file instead of a folder":
        cache.parent.write_bytes(b"")
    elif os.name != "posix" or os.geteuid() == 0:
        pytest.skip("this user may write to every folder")
    else:
        cache.mkdir(parents=True)
        cache.chmod(0o500)
    with pytest.raises(DatasetUnavailableError, match=r"cannot write to the cache"):
        obtain("noise", noise.all_files, online(cache, start_mirror(honest)), silent)


FAKE_SKLEARN = """
import json, os, sys, time
import numpy as np

def fetch_openml(name, *, version, return_X_y, as_frame, data_home):
    assert (name, version, return_X_y, as_frame) == ("mnist_784", 1, True, False)
    noise = np.load(os.environ["NOISE"])
    {fault}
    return noise["images"].reshape(-1, 784).astype(float), noise["labels"].astype(str).astype(object)
"""


@pytest.fixture
def fake_openml(noise: Noise, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Return a function that replaces scikit-learn in subprocesses by a module that executes the statement `fault`."""
    import numpy as np

    def fake(fault: str) -> None:
        package = tmp_path / "path" / "sklearn"
        package.mkdir(parents=True)
        (package / "__init__.py").touch()
        (package / "datasets.py").write_text(FAKE_SKLEARN.replace("{fault}", fault))
        np.savez(tmp_path / "noise.npz", images=noise.images, labels=noise.labels)
        monkeypatch.setenv("PYTHONPATH", str(package.parent))
        monkeypatch.setenv("NOISE", str(tmp_path / "noise.npz"))
        monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
        monkeypatch.setattr("tempfile.tempdir", None)
        (tmp_path / "temporary").mkdir()

    return fake


def test_openml_is_tried_last_and_gives_the_same_content(
    noise: Noise, cache: Path, start_mirror: StartMirror, fake_openml: Callable[[str], None]
) -> None:
    fake_openml("pass")
    sources = online(cache, start_mirror(not_found), openml=True)
    folder, contents = obtain("noise", noise.all_files, sources, silent)
    assert folder == cache
    assert {file.name: content for file, content in contents.items()} == noise.contents


@pytest.mark.parametrize(
    ("fault", "reason", "seconds"),
    [
        ("raise OSError('OpenML is down')", "ended with code 1: OSError: OpenML is down", 60),
        ("os.kill(os.getpid(), 9)", "ended with code -9", 60),
        ("noise = dict(noise); noise['images'][0] ^= 1", "train-images-idx3-ubyte: expected sha256", 60),
        ("noise = {k: v[:50] for k, v in noise.items()}", "expected 235,216 bytes, found 39,216", 60),
        ("time.sleep(60)", "timed out after 2 s", 2),
    ],
)
def test_a_failure_of_openml_is_reported(
    noise: Noise, cache: Path, tmp_path: Path, fake_openml: Callable[[str], None], fault: str, reason: str, seconds: int
) -> None:
    fake_openml(fault)
    start = time.monotonic()
    with pytest.raises(DatasetUnavailableError) as caught:
        obtain("noise", noise.all_files, online(cache, seconds=seconds, openml=True), silent)
    source, found = caught.value.attempts[-1]
    assert source == "OpenML"
    assert reason in found
    assert time.monotonic() - start < 30
    assert names_in(cache) == names_in(tmp_path / "temporary") == []
