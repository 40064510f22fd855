"""`train`: one classifier after the other, or several at a time; the failure of one does not stop the others.

With changes, a subset or a label, one classifier is trained as a run of one's own, such as `mlp@1`.
"""

import argparse
import contextlib
import json
import signal
import sys
import threading
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from mnist_core.base.errors import ArtifactError, ArtifactStaleError, MnistCoreError, TrainingError
from mnist_core.base.progress import Progress
from mnist_core.classifiers.hyperparameters import check_changes
from mnist_core.classifiers.registry import (
    base_of,
    is_custom,
    is_ensemble,
    list_classifiers,
    members_of,
)
from mnist_core.store import load_record
from mnist_core.store.record import Record
from mnist_core.training import train, up_to_date
from mnist_core.training.ensemble import OLD_WEIGHTS, has_todays_weights, needed_first

SECONDS_BETWEEN_LINES = 2.0
Format = Literal["text", "json"]


def train_all(options: argparse.Namespace) -> bool:
    """Train what was asked for."""
    if _is_own_training(options):
        return _train_custom(options)
    names = list_classifiers(options.dataset) if options.all else list(dict.fromkeys(options.classifiers))
    votes = [name for name in names if is_ensemble(name)]
    outcomes = []
    with sigterm_interrupts():
        for batch in ([name for name in names if name not in votes], votes):  # members before those that ask them
            if options.all:
                batch = [name for name in batch if _can_be_trained(name, options.dataset)]
            tasks = [(name, options.dataset, options.seed, options.force, options.progress) for name in batch]
            if options.jobs == 1 or len(tasks) <= 1:
                outcomes += [_train_one(*task) for task in tasks]  # all of them, whatever the first ones say
                continue
            from joblib import Parallel, delayed

            outcomes += Parallel(n_jobs=options.jobs)(delayed(_train_in_worker)(*task) for task in tasks)
    report_stale_ensembles(names, options.dataset)
    return all(outcomes)


def _can_be_trained(name: str, dataset: str) -> bool:
    """Whether all is there that a training needs; else say what comes first: a vote needs cross-validated members."""
    if todo := needed_first(name, dataset):
        todo += f", then python -m mnist_core train {name} --dataset {dataset}"
        print(f"Left out: {name} votes over others, which must be cross-validated first: {todo}", file=sys.stderr)
    return not todo


def report_stale_ensembles(renewed: Sequence[str], dataset: str) -> None:
    """Say which votes are to be trained again because a member of theirs has been trained or cross-validated anew."""
    for name in list_classifiers(dataset):
        if name not in renewed and set(members_of(name)) & set(renewed):
            try:
                if not has_todays_weights(load_record(dataset, name)):
                    raise ArtifactStaleError(dataset, name, OLD_WEIGHTS)
            except ArtifactStaleError as error:
                print(error, file=sys.stderr, flush=True)
            except ArtifactError:
                continue  # it was not there before either


def misuse_of_train(options: argparse.Namespace) -> str | None:
    """What is wrong with a call of `train`, if something is."""
    if custom := [name for name in options.classifiers if is_custom(name)]:
        base = base_of(custom[0])
        return f"{custom[0]} is a run of your own. To make another, train {base} with --custom, --set or --subset."
    if not _is_own_training(options):
        return None
    if options.all or len(options.classifiers) != 1:
        return "--custom, --set, --subset and --label are for one classifier at a time."
    try:
        check_changes(options.classifiers[0], options.dataset, dict(options.changes))
    except TrainingError as error:
        return str(error)
    return None


def _is_own_training(options: argparse.Namespace) -> bool:
    return options.custom or bool(options.changes) or (options.subset, options.label) != (None, None)


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
    with _told(name) as outcome:
        if not force and (stored := up_to_date(name, dataset, seed=seed)) is not None:
            progress(f"Up to date since {stored.created}, {stored.test_accuracy:.2%}; --force trains it again.", 1.0)
        else:
            progress(_result(train(name, dataset, seed=seed or 0, progress=progress)), 1.0)
    return outcome.good


def _train_custom(options: argparse.Namespace) -> bool:
    """Train a run of one's own; the last line begins with its name."""
    (name,) = options.classifiers
    with sigterm_interrupts(), _told(name) as outcome:
        record = train(
            name,
            options.dataset,
            seed=options.seed or 0,
            changes=dict(options.changes),
            subset=options.subset,
            custom=True,
            label=options.label or "",
            progress=report_for(name, options.progress),
        )
        report_for(record.classifier, options.progress)(_result(record), 1.0)
    return outcome.good


@dataclass
class _Outcome:
    """Whether all went well."""

    good: bool = True


@contextlib.contextmanager
def _told(name: str) -> Iterator[_Outcome]:
    """Say what goes wrong with one classifier, and let the others still have their turn."""
    outcome = _Outcome()
    try:
        yield outcome
    except MnistCoreError as error:
        print(f"{name}: {error}", file=sys.stderr, flush=True)
        outcome.good = False
    except Exception:  # a bug
        print(f"{name} failed:\n{traceback.format_exc()}", file=sys.stderr, flush=True)
        outcome.good = False


def _result(record: Record) -> str:
    return f"{record.test_accuracy:.2%} of {record.n_test:,} test digits, fit in {record.fit_seconds:.1f} s"


def report_for(name: str, style: Format) -> Progress:
    """Lines on stdout: JSON for programs, each one; text for people, not too many."""
    last = -SECONDS_BETWEEN_LINES

    def report(message: str, share: float | None = None, *, entry: Mapping[str, float] | None = None) -> None:
        nonlocal last
        if style == "json":
            told = {"classifier": name, "message": message, "share": share} | ({"entry": entry} if entry else {})
            print(json.dumps(told), flush=True)
        elif share == 1.0 or time.monotonic() - last >= SECONDS_BETWEEN_LINES:
            last = time.monotonic()
            print(f"{name:<14}{'' if share is None else f'{share:4.0%}':>5}  {message}", flush=True)

    return report
