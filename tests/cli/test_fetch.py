"""The `fetch` command: output and progress."""

from pathlib import Path

import pytest

from mnist_core.__main__ import main
from mnist_core.base.progress import Progress
from mnist_core.cli import fetch
from mnist_core.datasets import download, sources


def test_a_dataset_without_files_needs_no_download(capsys) -> None:
    assert main(["fetch", "digits"]) == 0
    assert "It needs no files." in capsys.readouterr().out


def test_progress_is_printed_in_steps_of_ten_percent(monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    def fetch_dataset(name: str, progress: Progress) -> Path:
        progress("Downloading", None)
        for done in range(1001):
            progress("Downloading", done / 1000)
        return Path("here")

    monkeypatch.setattr(fetch, "fetch_dataset", fetch_dataset)
    assert main(["fetch", "mnist"]) == 0
    *lines, last = capsys.readouterr().out.splitlines()
    assert lines == ["Downloading", *(f"Downloading: {tens} %" for tens in range(10, 101, 10))]
    assert last == "mnist is available and verified: here"


def test_tests_never_download_a_dataset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.setattr(sources, "PROJECT_ROOT", tmp_path / "project")
    monkeypatch.setattr(sources.platformdirs, "user_cache_dir", lambda app: str(tmp_path / app))
    monkeypatch.setenv("MNIST_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(download, "urlopen", lambda *_, **__: pytest.fail("a mirror was contacted"))
    monkeypatch.setattr(sources, "download_from_openml", lambda *_: pytest.fail("OpenML was contacted"))
    assert main(["fetch", "mnist"]) == 1
    assert "OpenML: not tried" in capsys.readouterr().err
    assert not (tmp_path / "mnist-dashboard").exists()
