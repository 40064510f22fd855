"""python -m benchmarks.train: measure training times of our classifiers and of scikit-learn and PyTorch baselines.

Each training runs alone, in a new process. The time is measured from pixels in memory to a trained model. It does not
include loading digits and importing libraries. Accuracies are on the test split, and every test-set evaluation of our
classifiers is logged. The hyperparameters of the races against time were chosen on the held-out split. Earlier
hyperparameters had been evaluated on the test split, where some missed the target: docs/benchmarks.md lists them. Needs
requirements-train.txt and requirements-dev.txt.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks import report
from benchmarks.isolation import TimeLimitError, run_isolated
from benchmarks.jobs import (
    BASE,
    BASE_CLASSIFIERS,
    HEADERS,
    VALIDATION_HEADERS,
    Job,
    Result,
    select_jobs,
    total_cells,
)
from benchmarks.servers import BenchmarkError
from benchmarks.trainings import train_and_test, train_and_validate, train_baseline
from mnist_core import load_dataset
from mnist_core.base.errors import MnistCoreError
from mnist_core.base.packages import require_packages
from mnist_core.classifiers.registry import get_classifier_spec
from mnist_core.datasets import list_datasets

PACKAGES = ("numpy", "scikit-learn", "torch")
START_SECONDS = 30.0
"""Time allowed for a process to start and to load the digits."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print the results. Return 0 whether or not the targets are met, 1 if a measurement failed."""
    options = _parser().parse_args(arguments)
    try:
        jobs = list(select_jobs(options.only, options.dataset))
        for job in jobs:
            require_packages("sklearn", *get_classifier_spec(job.classifier).requires, purpose=f"Training {job.title}")
        load_dataset(options.dataset)
        machine = report.this_machine(PACKAGES)
        print(machine, flush=True)
        if options.holdout:
            print(report.markdown_table(VALIDATION_HEADERS, [_validation_cells(job, options.dataset) for job in jobs]))
            return 0
        results = [_measure(job, options.dataset, options.limit) for job in jobs]
    except (BenchmarkError, MnistCoreError) as error:
        print(f"The measurement failed. {error}", file=sys.stderr)
        return 1
    print(f"{options.dataset}: mean of the seeds (each seed)\n")
    rows = [result.cells() for result in results]
    base = [result for result in results if result.job in BASE]
    if len(base) == len(BASE):
        rows.append(total_cells(base))
    print(report.markdown_table(HEADERS, rows))
    if options.json:
        found = [asdict(result) for result in results]
        data = {"machine": asdict(machine), "dataset": options.dataset, "results": found}
        options.json.write_text(json.dumps(data, indent=1) + "\n")
    return 0


def _measure(job: Job, dataset: str, limit: float) -> Result:
    """Train a job with every seed, and its baseline once for at most `limit` seconds."""
    ours = []
    for seed in range(job.seeds):
        print(f"{job.title}, seed {seed}", file=sys.stderr, flush=True)
        ours.append(run_isolated(train_and_test, job, dataset, seed))
    print(f"{job.title}, baseline", file=sys.stderr, flush=True)
    try:
        baseline = run_isolated(train_baseline, job, dataset, limit, limit=limit + START_SECONDS)
    except TimeLimitError:
        return Result(job, ours, None, limit)
    return Result(job, ours, baseline if baseline[1] >= (job.accuracy or 0) else None, limit)


def _validation_cells(job: Job, dataset: str) -> tuple[str, ...]:
    """Train a job with every seed. Return the cells of its row: title, time and validation accuracy."""
    print(f"{job.title}, held-out split", file=sys.stderr, flush=True)
    trainings = [run_isolated(train_and_validate, job, dataset, seed) for seed in range(job.seeds)]
    return Result(job, trainings, None, 0).cells()[: len(VALIDATION_HEADERS)]


def _job_name(text: str) -> str:
    """Return the name of a job or of a group of jobs. Raise ArgumentTypeError if it is unknown."""
    names = ["fast", "base", *BASE_CLASSIFIERS]
    if text not in names:
        raise argparse.ArgumentTypeError(f"expected some of {', '.join(names)}, found {text}")
    return text


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.train", description=__doc__)
    parser.add_argument(
        "only",
        nargs="*",
        type=_job_name,
        metavar="JOB",
        help="fast: the CNN's races against time; base: all of the following classifiers; or some of "
        f"{', '.join(BASE_CLASSIFIERS)} (default: fast and base)",
    )
    parser.add_argument(
        "--limit",
        type=float,
        default=300,
        metavar="SECONDS",
        help="time after which a baseline is stopped (default: 300)",
    )
    parser.add_argument(
        "--holdout",
        action="store_true",
        help="report validation accuracy, on which hyperparameters are chosen, without a test-set evaluation",
    )
    parser.add_argument("--dataset", choices=list_datasets(), default="mnist", help="default: mnist")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write all observations to this file")
    return parser


if __name__ == "__main__":
    sys.exit(main())
