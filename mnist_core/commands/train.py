"""`train`: one classifier after the other, or several at a time; the failure of one does not stop the others."""

import argparse
import contextlib
import json
import signal
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from typing import Literal

from mnist_core.classifiers.registry import list_classifiers
from mnist_core.errors import MnistCoreError
from mnist_core.progress import Progress
from mnist_core.training import train, up_to_date

SECONDS_BETWEEN_LINES = 2.0
Format = Literal["text", "json"]


def train_all(options: argparse.Namespace) -> bool:
    """Train what was asked for."""
    names = list_classifiers(options.dataset) if options.all else list(dict.fromkeys(options.classifiers))
    tasks = [(name, options.dataset, options.seed, options.force, options.progress) for name in names]
    with sigterm_interrupts():
        if options.jobs == 1 or len(tasks) == 1:
            outcomes = [_train_one(*task) for task in tasks]  # all of them, whatever the first ones say
            return all(outcomes)
        from joblib import Parallel, delayed

        return all(Parallel(n_jobs=options.jobs)(delayed(_train_in_worker)(*task) for task in tasks))


@contextlib.contextmanager
def sigterm_interrupts() -> Iterator[None]:
    """Let SIGTERM, by which a page cancels, do as Ctrl-C: by itself it ends Python at once, without any cleanup."""
    if threading.current_thread() is not threading.main_thread():  # no other may say what a signal does
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _train_in_worker(name: str, dataset: str, seed: int | None, force: bool, style: Format) -> bool:
    """As `_train_one`, where Ctrl-C is left to the process that waits for all."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return _train_one(name, dataset, seed, force, style)


def _train_one(name: str, dataset: str, seed: int | None, force: bool, style: Format) -> bool:
    progress = report_for(name, style)
    try:
        if not force and (stored := up_to_date(name, dataset, seed=seed)) is not None:
            progress(f"Up to date since {stored.created}, {stored.test_accuracy:.2%}; --force trains it again.", 1.0)
            return True
        record = train(name, dataset, seed=seed or 0, progress=progress)
    except MnistCoreError as error:
        print(f"{name}: {error}", file=sys.stderr, flush=True)
        return False
    except Exception:  # a bug in one classifier; the others still get their turn
        print(f"{name} failed:\n{traceback.format_exc()}", file=sys.stderr, flush=True)
        return False
    progress(f"{record.test_accuracy:.2%} of {record.n_test:,} test digits, fit in {record.fit_seconds:.1f} s", 1.0)
    return True


def report_for(name: str, style: Format) -> Progress:
    """Lines on stdout: JSON for programs, each one; text for people, not too many."""
    last = -SECONDS_BETWEEN_LINES

    def report(message: str, share: float | None = None) -> None:
        nonlocal last
        if style == "json":
            print(json.dumps({"classifier": name, "message": message, "share": share}), flush=True)
        elif share == 1.0 or time.monotonic() - last >= SECONDS_BETWEEN_LINES:
            last = time.monotonic()
            print(f"{name:<14}{'' if share is None else f'{share:4.0%}':>5}  {message}", flush=True)

    return report
