"""python -m benchmarks.train: how fast classifiers are trained, beside plain scikit-learn and plain PyTorch.

Each training has a process of its own and the machine to itself. Counted is the time from pixels in memory to a trained
model; loading the digits and importing libraries is not. Accuracies are of the test split, and each reading of ours is
written into the dataset's log. The races' recipes were chosen on digits held out of the training split, but only after
earlier versions of them had been read on the test split and in part had missed: the README says which.
Needs requirements-train.txt and requirements-dev.txt.
"""

import argparse
import importlib
import json
import math
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np

from benchmarks import plain, report
from benchmarks.apart import TookTooLong, apart
from benchmarks.servers import BenchmarkError
from mnist_core import load_dataset
from mnist_core.base.errors import MnistCoreError
from mnist_core.base.packages import require_packages
from mnist_core.classifiers.registry import get_classifier_spec, hyperparameters_for, list_base_classifiers
from mnist_core.classifiers.spec import ClassifierSpec, Estimator
from mnist_core.classifiers.torch.convnet import ConvNet
from mnist_core.datasets import list_datasets
from mnist_core.store.test_evaluations import log_evaluation
from mnist_core.training.train import hold_out

PACKAGES = ("numpy", "scikit-learn", "torch")
NINE = list_base_classifiers()
SLIGHT = {"shift": 0.7, "rotate": 4, "scale": 0.05, "shear": 0.05}
LIBRARIES = (
    "sklearn.decomposition",
    "sklearn.ensemble",
    "sklearn.linear_model",
    "sklearn.neural_network",
    "sklearn.svm",
)
"""What is imported before the clock starts; with PyTorch also what its optimizers import, a second's worth."""
GRACE = 30.0
"""Seconds for a process to start and to load the digits."""


@dataclass(frozen=True)
class Job:
    """What is to be trained: a recipe of ours, by its changes to the registry's, and what is plain beside it.

    `missed_before` is what an earlier recipe had on MNIST that missed the target and was changed thereafter: seconds,
    or accuracy on the test split. Its successor cannot simply meet it.
    """

    title: str
    classifier: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    accuracy: float | None = None
    seconds: float | None = None
    times_faster: float | None = None
    seeds: int = 1
    missed_before: str = ""


FAST = (
    Job(
        "CNN to 99%",
        "cnn",
        {"depth": 1, "crop": 3, "epochs": 0.5, "learning_rate": 0.03, "weight_decay": 0.05, "augment": {}, "views": 5},
        accuracy=0.99,
        seconds=2,
        seeds=3,
        missed_before="in 2.1 s",  # without a crop
    ),
    Job(
        "CNN to 99.5%",
        "cnn",
        {"depth": 1, "crop": 3, "epochs": 4, "augment": SLIGHT, "views": 5},
        accuracy=0.995,
        seconds=12,
        seeds=3,
        missed_before="at 99.49%",  # 2.5 epochs
    ),
    Job("CNN to 99.7%", "cnn", {"epochs": 7.5, "augment": SLIGHT, "views": 5}, 0.997, 60, seeds=3),
)

BASE = tuple(Job(get_classifier_spec(name).label, name, times_faster=8 if name == "svc-ovo" else None) for name in NINE)


@dataclass
class Line:
    """What was seen of a job: seconds and accuracies, one a seed, of ours; and of the plain one, if it came to an end.

    `plain_limit` is when the plain one was given up.
    """

    job: Job
    ours: list[plain.Timed]
    plain: plain.Timed | None
    plain_limit: float

    @property
    def seconds(self) -> float:
        """Ours, the mean of the seeds."""
        return mean(seconds for seconds, _ in self.ours)

    @property
    def accuracy(self) -> float:
        """Ours, the mean of the seeds: a share in 0..1."""
        return mean(accuracy for _, accuracy in self.ours)

    @property
    def times_faster(self) -> float:
        """The plain one's time over ours; if it was given up, at least this."""
        return (self.plain[0] if self.plain else self.plain_limit) / self.seconds

    @property
    def met(self) -> bool | None:
        """Whether the targets are met; None without any. To be faster counts only at the plain one's accuracy."""
        job = self.job
        targets = [
            job.accuracy is None or self.accuracy >= job.accuracy,
            job.seconds is None or self.seconds <= job.seconds,
            job.times_faster is None or self.times_faster >= job.times_faster,
            job.times_faster is None or self.plain is None or self.accuracy >= self.plain[1],
        ]
        return all(targets) if (job.accuracy, job.seconds, job.times_faster) != (None, None, None) else None

    @property
    def verdict(self) -> str:
        """met, missed, or nothing without a target; of a recipe that was changed after a miss both."""
        said = {True: "met", False: "missed", None: ""}[self.met]
        before = self.job.missed_before
        return f"missed {before}, then {said}" if before and self.met else said

    def cells(self) -> tuple[str, ...]:
        """Job, ours, its accuracy, plain, its accuracy, times faster, target, verdict."""
        job = self.job
        targets = (
            job.accuracy is not None and f"{job.accuracy:.1%}",
            job.seconds is not None and f"{job.seconds:g} s",
            job.times_faster is not None and f"{job.times_faster:g} x faster",
        )
        return (
            job.title,
            f"{self.seconds:.1f} s{_each(seconds for seconds, _ in self.ours)}",
            f"{self.accuracy:.2%}{_each(100 * accuracy for _, accuracy in self.ours)}",
            f"{self.plain[0]:.1f} s" if self.plain else f"> {self.plain_limit:.0f} s",
            f"{self.plain[1]:.2%}" if self.plain else "",
            _times(self.times_faster, self.plain is not None),
            ", ".join(target for target in targets if target),
            self.verdict,
        )


HELD_OUT = ("training", "ours", "held-out accuracy")
HEADERS = ("training", "ours", "accuracy", "plain", "accuracy", "times faster", "target", "verdict")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 0 whether or not the targets are met, 1 if something could not be measured."""
    options = _parser().parse_args(arguments)
    try:
        jobs = list(_jobs(options.only, options.dataset))
        for job in jobs:
            require_packages("sklearn", *get_classifier_spec(job.classifier).requires, purpose=f"Training {job.title}")
        load_dataset(options.dataset)
        machine = report.this_machine(PACKAGES)
        print(machine, flush=True)
        if options.holdout:
            print(report.grid(HELD_OUT, [_held_out(job, options.dataset) for job in jobs]))
            return 0
        lines = [_measure(job, options.dataset, options.limit) for job in jobs]
    except (BenchmarkError, MnistCoreError) as error:
        print(f"Could not measure. {error}", file=sys.stderr)
        return 1
    print(f"{options.dataset}: the mean of the seeds (each seed)\n")
    rows = [line.cells() for line in lines]
    base = [line for line in lines if line.job in BASE]
    if len(base) == len(NINE):
        rows.append(_together(base))
    print(report.grid(HEADERS, rows))
    if options.json:
        data = {"machine": asdict(machine), "dataset": options.dataset, "lines": [asdict(line) for line in lines]}
        options.json.write_text(json.dumps(data, indent=1) + "\n")
    return 0


def _each(values: Iterable[float]) -> str:
    """The seeds' own values behind their mean; nothing if there is only one: " (1.71, 1.68, 1.73)"."""
    texts = [f"{value:.2f}" for value in values]
    return f" ({', '.join(texts)})" if len(texts) > 1 else ""


def _times(ratio: float, known: bool) -> str:
    """How many times faster; a lower bound is not rounded up."""
    return f"{ratio:.1f}" if known else f"> {math.floor(10 * ratio) / 10:.1f}"


def _together(lines: Sequence[Line]) -> tuple[str, ...]:
    ours, other = (
        sum(line.seconds for line in lines),
        sum(line.plain[0] if line.plain else line.plain_limit for line in lines),
    )
    more = "" if all(line.plain for line in lines) else "> "
    verdict = "met" if ours < 360 else "missed"
    return "All nine", f"{ours:.1f} s", "", f"{more}{other:.1f} s", "", _times(other / ours, not more), "360 s", verdict


def _jobs(only: Sequence[str], dataset: str) -> Iterator[Job]:
    if not only or "fast" in only:
        yield from (job if dataset == "mnist" else replace(job, missed_before="") for job in FAST)
    yield from (job for job in BASE if not only or "base" in only or job.classifier in only)


def _measure(job: Job, dataset: str, limit: float) -> Line:
    ours = []
    for seed in range(job.seeds):
        print(f"{job.title}, seed {seed}", file=sys.stderr, flush=True)
        ours.append(apart(train_ours, job, dataset, seed))
    print(f"{job.title}, plain", file=sys.stderr, flush=True)
    try:
        other = apart(train_plain, job, dataset, limit, limit=limit + GRACE)
    except TookTooLong:
        return Line(job, ours, None, limit)
    return Line(job, ours, other if other[1] >= (job.accuracy or 0) else None, limit)


def _held_out(job: Job, dataset: str) -> tuple[str, ...]:
    """Job, seconds and accuracy on held-out digits."""
    print(f"{job.title}, on held-out digits", file=sys.stderr, flush=True)
    line = Line(job, [apart(train_without_held_out, job, dataset, seed) for seed in range(job.seeds)], None, 0)
    return line.cells()[: len(HELD_OUT)]


def train_without_held_out(job: Job, dataset: str, seed: int) -> plain.Timed:
    """One training of a recipe of ours on five sixths of the training split, scored on the last, in this process.

    The same digits are held out for every seed, and a network takes as many steps as it does on the whole split.
    """
    spec, digits = get_classifier_spec(job.classifier), load_dataset(dataset).train
    kept, held = hold_out(digits.labels, 0)
    images, labels = digits.images[kept], digits.labels[kept]
    hyperparameters = {**hyperparameters_for(job.classifier, dataset), **job.changes}
    if "torch" in spec.requires:
        hyperparameters["epochs"] *= len(digits) / len(kept)
    seconds, estimator = _timed_fit(spec, hyperparameters, seed, images, labels)
    return seconds, float((estimator.predict(digits.images[held]) == digits.labels[held]).mean())


def _timed_fit(
    spec: ClassifierSpec, hyperparameters: Mapping[str, Any], seed: int, images: np.ndarray, labels: np.ndarray
) -> tuple[float, Estimator]:
    """Seconds from pixels in memory to a trained model, and the model."""
    _import(*LIBRARIES, *(("torch", "torch._dynamo") if "torch" in spec.requires else ()))
    started = time.perf_counter()
    estimator = spec.build(hyperparameters, seed)
    estimator.fit(images, labels)
    return time.perf_counter() - started, estimator


def train_ours(job: Job, dataset: str, seed: int) -> plain.Timed:
    """One training of a recipe of ours, in this process; the reading of the test split is noted."""
    spec, digits = get_classifier_spec(job.classifier), load_dataset(dataset)
    train = digits.train  # read now: it is not to be counted
    hyperparameters = {**hyperparameters_for(job.classifier, dataset), **job.changes}
    seconds, estimator = _timed_fit(spec, hyperparameters, seed, train.images, train.labels)
    accuracy = float((estimator.predict(digits.test.images) == digits.test.labels).mean())
    log_evaluation(
        dataset,
        job.classifier,
        purpose="benchmark",
        seed=seed,
        n_train=len(train),
        hyperparameters=hyperparameters,
        test_accuracy=accuracy,
    )
    return seconds, accuracy


def train_plain(job: Job, dataset: str, limit: float) -> plain.Timed:
    """The same by scikit-learn or PyTorch alone, in this process."""
    digits = load_dataset(dataset)
    if job.classifier in plain.PLAIN:
        return plain.fit_plain(job.classifier, 0, digits.train, digits.test)
    hyperparameters = {**hyperparameters_for(job.classifier, dataset), **job.changes}
    network = ConvNet(hyperparameters, 0).fresh_network()
    ends = (job.accuracy, math.inf) if job.accuracy else (math.inf, hyperparameters["epochs"])
    return plain.fit_plain_network(network, 0, digits.train, digits.test, *ends, most_seconds=limit)


def _import(*modules: str) -> None:
    """Import what can be: it is not to be counted."""
    for module in modules:
        importlib.import_module(module)


def _job_name(text: str) -> str:
    names = ["fast", "base", *NINE]
    if text not in names:
        raise argparse.ArgumentTypeError(f"expected some of {', '.join(names)}, found {text}")
    return text


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.train", description=__doc__)
    parser.add_argument(
        "only",
        nargs="*",
        type=_job_name,
        metavar="WHAT",
        help=f"fast: the CNN's races against time; base: all of {', '.join(NINE)}; or some of these (default: all)",
    )
    parser.add_argument(
        "--limit", type=float, default=300, metavar="SECONDS", help="when a plain training is given up (default: 300)"
    )
    parser.add_argument(
        "--holdout", action="store_true", help="score on held-out training digits, by which recipes are chosen"
    )
    parser.add_argument("--dataset", choices=list_datasets(), default="mnist", help="default: mnist")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything that was observed there, too")
    return parser


if __name__ == "__main__":
    sys.exit(main())
