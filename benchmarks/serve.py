"""python -m benchmarks.serve: measure the times and the memory of the dashboard and of an empty Streamlit app.

Both apps are started as a user starts them, on free ports, and visited by Chromium in new browser contexts. Their order
alternates from run to run. Each app is started once before the measurements, so that no run reads files from disk for
the first time. All classifiers with a usable run on the dataset take part. Needs requirements-dev.txt and Chromium.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from playwright.sync_api import Browser

from benchmarks import measures, report
from benchmarks.browser import chromium, find_chromium
from benchmarks.measures import Cost, Reruns, Visit, median_or_nan
from benchmarks.report import Measure
from benchmarks.servers import App, BenchmarkError
from mnist_core import load_dataset, store
from mnist_core.base.errors import MnistCoreError
from mnist_core.classifiers.registry import get_classifier_spec
from mnist_core.datasets import list_datasets

EMPTY = App("benchmarks/empty_app.py")


@dataclass
class Observations:
    """All measurements. Each list has one entry per run."""

    visits: list[Visit] = field(default_factory=list)
    empty_visits: list[Visit] = field(default_factory=list)
    reruns: list[Reruns] = field(default_factory=list)
    empty_reruns: list[list[Cost]] = field(default_factory=list)
    models: list[dict[str, list[float]]] = field(default_factory=list)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print the results. Return 0 whether or not the targets are met, 1 if a measurement failed."""
    options = _parser().parse_args(arguments)
    try:
        find_chromium()
        records, problems = store.load_records(options.dataset)
        if not records:
            first = f" {problems[0]}" if problems else ""
            raise BenchmarkError(f"Expected a classifier with a usable run on {options.dataset}, found none.{first}")
        _ = load_dataset(options.dataset).test
        machine = report.this_machine()
        print(machine, *(f"Skipped: {problem}" for problem in problems), sep="\n", flush=True)
        with chromium() as browser:
            found = _observe(browser, options.dataset, [record.classifier for record in records], options.runs)
        found.models = [measures.time_models(options.dataset, records) for _ in range(options.runs)]
    except (BenchmarkError, MnistCoreError) as error:
        print(f"The measurement failed. {error}", file=sys.stderr)
        return 1
    rows = list(_rows(found, len(records)))
    print(f"{options.dataset}, {len(records)} classifiers, {options.runs} runs: median of the runs (each run)\n")
    print(report.measures_table(rows))
    times = {name: 1000 * median_or_nan([median_or_nan(run[name]) for run in found.models]) for name in found.models[0]}
    print(f"\nPrediction of one digit by model: {', '.join(f'{name} {time:.2f} ms' for name, time in times.items())}")
    if options.json:
        data = {
            "machine": asdict(machine),
            "dataset": options.dataset,
            "classifiers": [record.classifier for record in records],
            "measures": report.as_json(rows),
            "observations": asdict(found),
        }
        options.json.write_text(json.dumps(data, indent=1) + "\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.serve", description=__doc__)
    parser.add_argument("--runs", type=_positive, default=2, help="number of runs (default: 2)")
    parser.add_argument("--dataset", choices=list_datasets(), default="mnist", help="default: mnist")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write all observations to this file")
    return parser


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected 1 or more, found {text}")
    return int(text)


def _observe(browser: Browser, dataset: str, classifiers: Sequence[str], runs: int) -> Observations:
    """Visit both apps in each run, and return all measurements except the prediction times of models."""
    ours, found = App("dashboard.py", f"?dataset={dataset}&model={classifiers[0]}"), Observations()
    labels = [get_classifier_spec(name).label for name in classifiers]
    _print_progress("warm-up")
    measures.warm_up(browser, EMPTY, "chart", "canvas")
    measures.warm_up(browser, ours, "table", "chart")
    for number in range(runs):
        _print_progress(f"run {number + 1} of {runs}: start, strokes, memory")
        visits = [
            lambda: found.visits.append(measures.visit_dashboard(browser, ours, len(classifiers))),
            lambda: found.empty_visits.append(measures.visit_empty(browser, EMPTY)),
        ]
        for visit in visits if number % 2 == 0 else reversed(visits):
            visit()
        _print_progress(f"run {number + 1} of {runs}: reruns")
        found.reruns.append(measures.rerun_dashboard(browser, ours, labels))
        found.empty_reruns.append(measures.rerun_empty(browser, EMPTY))
    return found


def _rows(found: Observations, classifiers: int) -> Iterator[Measure]:
    """Yield the rows of the table. `classifiers` is the number of classifiers."""
    visits, empty = found.visits, found.empty_visits
    rendered = [visit.rendered for visit in visits], [visit.rendered for visit in empty]
    yield Measure(
        "server start until Overview is rendered", "s", *rendered, target=1.5, relative=True, worst=max(rendered[0])
    )
    empty_reruns = [_milliseconds(run) for run in found.empty_reruns]
    for name in found.reruns[0]:
        runs = [_milliseconds(run[name]) for run in found.reruns]
        yield Measure(
            f"server, warm rerun: {name}",
            "ms",
            [median_or_nan(run) for run in runs],
            [median_or_nan(run) for run in empty_reruns],
            target=100,
            worst=max(map(max, runs)),
        )
    yield Measure(
        "server, garbage collection after a rerun",
        "ms",
        [median_or_nan([pause for costs in run.values() for pause in _collections(costs)]) for run in found.reruns],
        [median_or_nan(_collections(costs)) for costs in found.empty_reruns],
    )
    for name, strokes in (
        (f"stroke on a blank canvas until {classifiers} predictions", [visit.first_strokes for visit in visits]),
        (f"second stroke until {classifiers} predictions", [visit.more_strokes for visit in visits]),
    ):
        yield Measure(
            name,
            "ms",
            [1000 * median_or_nan(run) for run in strokes],
            [1000 * median_or_nan(visit.more_strokes) for visit in empty],
            target=400,
            worst=1000 * max(map(max, strokes)),
        )
    strokes_ours, strokes_empty = ([1000 * visit.cold_stroke for visit in group] for group in (visits, empty))
    yield Measure(
        "first stroke after opening a link to Draw", "ms", strokes_ours, strokes_empty, worst=max(strokes_ours)
    )
    all_models = [[1000 * sum(times) for times in zip(*run.values(), strict=True)] for run in found.models]
    yield Measure(
        f"prediction of one digit by {classifiers} models",
        "ms",
        [median_or_nan(run) for run in all_models],
        target=10,
        worst=max(map(max, all_models)),
    )
    for title, key, target in (
        ("resident memory, all pages and models", "resident", 400),
        ("peak memory", "peak", 600),
    ):
        memory_ours, memory_empty = ([getattr(visit, key) for visit in group] for group in (visits, empty))
        yield Measure(title, "MB", memory_ours, memory_empty, target=target, worst=max(memory_ours))


def _milliseconds(costs: Sequence[Cost]) -> list[float]:
    """Return the duration of each action in milliseconds."""
    return [1000 * cost["seconds"] for cost in costs]


def _collections(costs: Sequence[Cost]) -> list[float]:
    """Return the milliseconds of garbage collection after each action."""
    return [1000 * (cost["whole_seconds"] - cost["seconds"]) for cost in costs]


def _print_progress(text: str) -> None:
    print(f"... {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
