"""Local sources: files are found in every documented folder, and wrong files are refused."""

import gzip
import re
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from mnist_core.base.errors import DatasetUnavailableError
from mnist_core.base.progress import silent
from mnist_core.datasets import sources as sources_module
from mnist_core.datasets.sources import Sources, default_sources, obtain
from tests.datasets.mirror import Behaviour, Mirror, Noise, html_page, not_found

IMAGES, LABELS = "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"


def local(cache: Path, **folders: Path) -> Sources:
    """Return sources without mirrors."""
    return Sources(folders, cache, mirrors=(), openml=False, seconds=0)


def damaged(noise: Noise, damage: str) -> bytes:
    """Return the file of the test images with this damage."""
    packed = noise.packed(IMAGES)
    match damage:
        case "truncated":
            return packed[: len(packed) // 2]
        case "flipped bit":
            content = bytearray(noise.contents[IMAGES])
            content[5000] ^= 1
            return gzip.compress(bytes(content))
        case "labels in its place":
            return noise.packed(LABELS)
        case "training images in its place":
            return noise.packed(IMAGES.replace("t10k", "train"))
        case "web page":
            return b"<html>404</html>"
        case "bomb":
            return gzip.compress(bytes(50_000_000))
        case "empty":
            return b""
        case "plain and too long":
            return noise.contents[IMAGES] + b"x"
    raise AssertionError(damage)


@pytest.mark.parametrize(
    "file_name",
    ["t10k-images-idx3-ubyte.gz", "t10k-images-idx3-ubyte", "t10k-images.idx3-ubyte", "t10k-images.idx3-ubyte.gz"],
)
@pytest.mark.parametrize("in_gzip", [True, False])
def test_every_common_file_name_is_read_compressed_or_not(
    noise: Noise, tmp_path: Path, cache: Path, file_name: str, in_gzip: bool
) -> None:
    content = noise.contents[IMAGES]
    (tmp_path / file_name).write_bytes(gzip.compress(content) if in_gzip else content)
    folder, contents = obtain("noise", noise.files["test"][:1], local(cache, here=tmp_path), silent)
    assert folder == tmp_path
    assert list(contents.values()) == [content]


@pytest.mark.parametrize(
    ("damage", "reason"),
    {
        "truncated": "broken gzip",
        "flipped bit": "expected sha256 .* found",
        "labels in its place": r"expected 78,416 bytes, found 108 bytes, beginning as IDX of shape \(100,\)",
        "training images in its place": r"found more than 78,416 bytes, beginning as IDX of shape \(300, 28, 28\)",
        "web page": "found 16 bytes, beginning with b'<html>404",
        "bomb": "found more than 78,416 bytes",
        "empty": "found 0 bytes",
        "plain and too long": "found more than 78,416 bytes",
    }.items(),
)
def test_a_damaged_file_is_reported_and_the_next_folder_is_read(
    noise: Noise, tmp_path: Path, cache: Path, damage: str, reason: str
) -> None:
    bad, good = noise.put(tmp_path / "bad"), noise.put(tmp_path / "good")
    (bad / f"{IMAGES}.gz").write_bytes(damaged(noise, damage))
    folder, contents = obtain("noise", noise.files["test"], local(cache, bad=bad, good=good), silent)
    assert folder == good
    assert contents[noise.files["test"][0]] == noise.contents[IMAGES]

    with pytest.raises(DatasetUnavailableError) as caught:
        obtain("noise", noise.files["test"], local(cache, bad=bad), silent)
    (source, found), (_, absent) = caught.value.attempts
    assert source == f"bad ({bad})"
    assert re.search(f"{IMAGES}.gz: .*{reason}", found)
    assert absent == "no such folder"


def test_a_damaged_file_does_not_hide_a_valid_one_with_another_name(noise: Noise, tmp_path: Path, cache: Path) -> None:
    noise.put(tmp_path)
    (tmp_path / f"{IMAGES}.gz").write_bytes(b"damaged")
    (tmp_path / IMAGES).write_bytes(noise.contents[IMAGES])
    folder, _ = obtain("noise", noise.all_files, local(cache, here=tmp_path), silent)
    assert folder == tmp_path


def test_a_decompression_bomb_is_not_decompressed(noise: Noise, tmp_path: Path, cache: Path) -> None:
    (tmp_path / f"{IMAGES}.gz").write_bytes(damaged(noise, "bomb"))
    tracemalloc.start()
    with pytest.raises(DatasetUnavailableError):
        obtain("noise", noise.files["test"], local(cache, here=tmp_path), silent)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20_000_000


def test_the_error_lists_all_failed_sources_in_order_and_the_remedy(
    noise: Noise, tmp_path: Path, cache: Path, start_mirror: Callable[[Behaviour], Mirror]
) -> None:
    first, second = start_mirror(not_found), start_mirror(html_page)
    folders = {"a": tmp_path / "nowhere", "b": noise.put(tmp_path / "half", LABELS)}
    sources = Sources(folders, cache, (first.url, second.url), openml=False, seconds=30)
    with pytest.raises(DatasetUnavailableError) as caught:
        obtain("mnist", noise.files["test"], sources, silent)
    names, reasons = zip(*caught.value.attempts, strict=True)
    assert [name.split(" ")[0] for name in names] == ["a", "b", "cache", first.url, second.url]
    assert reasons[1] == f"no file {IMAGES}.gz"
    for part in (*names, *reasons, "data/mnist", "MNIST_DATA_DIR", "python -m mnist_core fetch mnist"):
        assert part in str(caught.value)


def test_folders_are_tried_in_order_before_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources_module, "PROJECT_ROOT", tmp_path / "project")
    monkeypatch.setenv("MNIST_DATA_DIR", str(tmp_path / "mine"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    sources = default_sources()
    assert [*sources.folders.values()] == [
        tmp_path / "mine",
        tmp_path / "project" / "data" / "mnist",
        tmp_path / "shared" / "data" / "mnist",
    ]
    if sys.platform == "linux":
        assert sources.cache == tmp_path / "cache" / "mnist-dashboard" / "mnist"
    monkeypatch.delenv("MNIST_DATA_DIR")
    assert [*default_sources().folders.values()] == [*sources.folders.values()][1:]


@pytest.mark.parametrize("place", ["MNIST_DATA_DIR", "data/mnist", "shared/data/mnist", "cache"])
def test_files_are_found_in_each_place(
    noise: Noise, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.setattr(sources_module, "PROJECT_ROOT", tmp_path / "project")
    monkeypatch.setattr(sources_module.platformdirs, "user_cache_dir", lambda app: str(tmp_path / app))
    monkeypatch.setenv("MNIST_DATA_DIR", str(tmp_path / "mine"))  # the folder exists in one case only
    places = {
        "MNIST_DATA_DIR": tmp_path / "mine",
        "data/mnist": tmp_path / "project" / "data" / "mnist",
        "shared/data/mnist": tmp_path / "shared" / "data" / "mnist",
        "cache": tmp_path / "mnist-dashboard" / "mnist",
    }
    noise.put(places[place])
    assert obtain("noise", noise.all_files, default_sources(), silent)[0] == places[place]
