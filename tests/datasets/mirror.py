"""A dataset of noise in MNIST's format, and a local server that serves it, correctly or with faults."""

import contextlib
import gzip
import hashlib
import http.server
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mnist_core.datasets.idx import IdxFile, encode_idx
from mnist_core.datasets.mnist import FILES, Files
from mnist_core.datasets.spec import SplitName

N_TRAIN, N_TEST = 300, 100
BOMB = gzip.compress(bytes(10_000_000))
"""Ten million zero bytes, compressed. Compressing them during a request would delay the response."""


@dataclass(frozen=True, eq=False)
class Noise:
    """A dataset of noise and its files.

    Attributes
    ----------
    images : uint8 ndarray of shape (400, 28, 28)
        The training split and then the test split.
    labels : uint8 ndarray of shape (400,)
    files : mapping of split to (images, labels)
    contents : dict of file name to bytes
        The unpacked content of each file.
    """

    images: np.ndarray
    labels: np.ndarray
    files: Files
    contents: dict[str, bytes]

    @property
    def all_files(self) -> list[IdxFile]:
        """The files of both splits."""
        return [file for pair in self.files.values() for file in pair]

    def packed(self, name: str) -> bytes:
        """Return the gzip file with this name."""
        return gzip.compress(self.contents[name], mtime=0)

    def put(self, folder: Path, *names: str) -> Path:
        """Write the gzip files with these names, or all files, to a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in names or self.contents:
            (folder / f"{name}.gz").write_bytes(self.packed(name))
        return folder


def make_noise() -> Noise:
    """Return the dataset. It is the same in every process."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (N_TRAIN + N_TEST, 28, 28), dtype=np.uint8)
    labels = rng.permutation(np.arange(N_TRAIN + N_TEST) % 10).astype(np.uint8)
    contents: dict[str, bytes] = {}

    def make_file(real: IdxFile, digits: np.ndarray, first: int) -> IdxFile:
        contents[real.name] = encode_idx(digits)
        return IdxFile(real.name, digits.shape, hashlib.sha256(contents[real.name]).hexdigest(), first)

    def make_pair(split: SplitName, first: int, end: int) -> tuple[IdxFile, IdxFile]:
        real_images, real_labels = FILES[split]
        return make_file(real_images, images[first:end], first), make_file(real_labels, labels[first:end], first)

    files: Files = {"train": make_pair("train", 0, N_TRAIN), "test": make_pair("test", N_TRAIN, N_TRAIN + N_TEST)}
    return Noise(images, labels, files, contents)


Behaviour = Callable[["Handler", bytes], None]


class Mirror:
    """A server on this machine that serves the files of a dataset of noise.

    Parameters
    ----------
    behaviour : callable
        Sends the response to a request, given its handler and the requested gzip file.

    Attributes
    ----------
    requests : list of str
        The requested file names in order.
    """

    def __init__(self, noise: Noise, behaviour: Behaviour) -> None:
        self.noise, self.behaviour = noise, behaviour
        self.requests: list[str] = []
        self.closing = threading.Event()
        bound = type("Bound", (Handler,), {"mirror": self})
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), bound)
        self._server.daemon_threads, self._server.block_on_close = True, False
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/"

    def close(self) -> None:
        """Stop the server and end all responses that still wait."""
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    """Handler of the requests to a mirror. Behaviors send their responses through it."""

    mirror: Mirror

    def do_GET(self) -> None:
        name = self.path.rsplit("/", 1)[-1].removesuffix(".gz")
        self.mirror.requests.append(name)
        with contextlib.suppress(OSError):  # The client has closed the connection.
            self.mirror.behaviour(self, self.mirror.noise.packed(name))

    def log_message(self, *_: object) -> None:
        pass

    def send(self, body: bytes, *, status: int = 200, length: int | None = None) -> None:
        """Send a response. If `length` is given, the header states it in place of the length of the body."""
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def hang(self, seconds: float = 60) -> None:
        """Send nothing until the mirror is closed or the time has passed."""
        self.mirror.closing.wait(seconds)


def honest(handler: Handler, packed: bytes) -> None:
    handler.send(packed)


def unpacked(handler: Handler, packed: bytes) -> None:
    handler.send(gzip.decompress(packed))


def redirecting(handler: Handler, packed: bytes) -> None:
    if handler.path.startswith("/moved/"):
        handler.send(packed)
    else:
        handler.send_response(302)
        handler.send_header("Location", f"/moved{handler.path}")
        handler.end_headers()


def without_length(handler: Handler, packed: bytes) -> None:
    handler.send_response(200)
    handler.end_headers()
    handler.wfile.write(packed)


def not_found(handler: Handler, _: bytes) -> None:
    handler.send_error(404)


def server_error(handler: Handler, _: bytes) -> None:
    handler.send_error(500)


def redirecting_forever(handler: Handler, _: bytes) -> None:
    handler.send_response(302)
    handler.send_header("Location", handler.path)
    handler.end_headers()


def html_page(handler: Handler, _: bytes) -> None:
    handler.send(b"<!DOCTYPE html><title>Sign in to the wireless network</title>")


def empty(handler: Handler, _: bytes) -> None:
    handler.send(b"")


def not_http(handler: Handler, _: bytes) -> None:
    handler.wfile.write(b"220 mail.example ESMTP\r\n")


def cut_off(handler: Handler, packed: bytes) -> None:
    handler.send(packed[: len(packed) // 2], length=len(packed))


def truncated(handler: Handler, packed: bytes) -> None:
    handler.send(packed[: len(packed) // 2])


def corrupt(handler: Handler, packed: bytes) -> None:
    content = bytearray(gzip.decompress(packed))
    content[-1] ^= 1
    handler.send(gzip.compress(bytes(content)))


def damaged_gzip(handler: Handler, packed: bytes) -> None:
    middle = len(packed) // 2
    handler.send(packed[:middle] + bytes(20) + packed[middle + 20 :])


def swapped(handler: Handler, _: bytes) -> None:
    """Send the labels in place of the images, and the images in place of the labels."""
    other = "t10k-labels-idx1-ubyte" if "images" in handler.path else "t10k-images-idx3-ubyte"
    handler.send(handler.mirror.noise.packed(other))


def training_for_test(handler: Handler, _: bytes) -> None:
    """Send the file of the training split in place of the file of the test split."""
    handler.send(handler.mirror.noise.packed(handler.path[1:].removesuffix(".gz").replace("t10k", "train")))


def one_sample_short(handler: Handler, packed: bytes) -> None:
    handler.send(gzip.compress(gzip.decompress(packed)[:-784]))


def gzip_bomb(handler: Handler, _: bytes) -> None:
    handler.send(BOMB)


def endless(handler: Handler, _: bytes) -> None:
    handler.send_response(200)
    handler.end_headers()
    while not handler.mirror.closing.is_set():
        handler.wfile.write(bytes(1 << 16))


def silent_before_headers(handler: Handler, _: bytes) -> None:
    handler.hang()


def silent_halfway(handler: Handler, packed: bytes) -> None:
    handler.send(packed[: len(packed) // 2], length=len(packed))
    handler.hang()


def half_closed(handler: Handler, packed: bytes) -> None:
    """Send half of the file, then close only the sending direction of the connection."""
    handler.send(packed[: len(packed) // 2], length=len(packed))
    handler.connection.shutdown(socket.SHUT_WR)
    handler.hang()


def trickle(handler: Handler, packed: bytes) -> None:
    """Send 20 bytes per second."""
    handler.send(b"", length=len(packed))
    for byte in packed:
        if handler.mirror.closing.wait(0.05):
            return
        handler.wfile.write(bytes([byte]))


def trickle_of_headers(handler: Handler, _: bytes) -> None:
    """Send 20 bytes of a header line per second. The header never ends."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    while not handler.mirror.closing.wait(0.05):
        handler.wfile.write(b"x")


WORKING = (honest, unpacked, redirecting, without_length)

BROKEN: dict[Behaviour, str] = {
    not_found: "HTTP 404",
    server_error: "HTTP 500",
    redirecting_forever: "HTTP 302.*redirect",
    html_page: "expected 78,416 bytes, found 61 bytes, beginning with b'<!DOCTYPE html",
    empty: "expected 78,416 bytes, found 0 bytes",
    not_http: "220 mail",
    cut_off: "broken gzip",
    truncated: "broken gzip",
    corrupt: "expected sha256 .*found",
    damaged_gzip: "broken gzip|found",
    swapped: r"found 108 bytes, beginning as IDX of shape \(100,\)",
    training_for_test: r"found more than 78,416 bytes, beginning as IDX of shape \(300, 28, 28\)|at most .* found more",
    one_sample_short: "expected 78,416 bytes, found 77,632",
    gzip_bomb: "found more than 78,416 bytes",
    endless: "expected at most .* bytes, found more",
    silent_before_headers: "timed out",
    silent_halfway: "timed out",
    half_closed: "broken gzip",
    trickle: "timed out",
    trickle_of_headers: "timed out|header line",
}
"""Faulty behaviors, and a pattern of the reason that is reported for the images of the test split."""

NEVER_SILENT = (trickle, trickle_of_headers)
"""Behaviors that send data so often that the socket's timeout never expires."""
