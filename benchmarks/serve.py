"""python -m benchmarks.serve: the dashboard's times and memory, side by side with an empty Streamlit app's.

Both apps are started as a user starts them, on free ports, and visited by Chromium in a context of its own; they take
turns at being first. Each is started once unmeasured before, so that neither pays for files not read yet. Needs
requirements-dev.txt and Chromium. The classifiers are those with a usable run on the dataset.
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
from benchmarks.measures import Runs, Spent, Visit, middle
from benchmarks.report import Measure
from benchmarks.servers import App, BenchmarkError
from mnist_core import load_dataset, store
from mnist_core.base.errors import MnistCoreError
from mnist_core.classifiers.registry import get_classifier_spec
from mnist_core.datasets import list_datasets

EMPTY = App("benchmarks/empty_app.py")


@dataclass
class Observations:
    """Everything that was seen, one entry a run."""

    visits: list[Visit] = field(default_factory=list)
    empty_visits: list[Visit] = field(default_factory=list)
    reruns: list[Runs] = field(default_factory=list)
    empty_reruns: list[list[Spent]] = field(default_factory=list)
    models: list[dict[str, list[float]]] = field(default_factory=list)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 0 whether or not the targets are met, 1 if something could not be measured."""
    options = _parser().parse_args(arguments)
    try:
        find_chromium()
        records, problems = store.load_records(options.dataset)
        if not records:
            raise BenchmarkError(f"No classifier has a usable run on {options.dataset}. {problems[0]}")
        _ = load_dataset(options.dataset).test
        machine = report.this_machine()
        print(machine, *(f"Left out: {problem}" for problem in problems), sep="\n", flush=True)
        with chromium() as browser:
            found = _observe(browser, options.dataset, [record.classifier for record in records], options.runs)
        found.models = [measures.time_models(options.dataset, records) for _ in range(options.runs)]
    except (BenchmarkError, MnistCoreError) as error:
        print(f"Could not measure. {error}", file=sys.stderr)
        return 1
    rows = list(_rows(found, len(records)))
    print(f"{options.dataset}, {len(records)} classifiers, {options.runs} runs: the median of the runs (each run)\n")
    print(report.table(rows))
    times = {name: 1000 * middle([middle(run[name]) for run in found.models]) for name in found.models[0]}
    print(f"\nOne digit, one model: {', '.join(f'{name} {time:.2f} ms' for name, time in times.items())}")
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
    parser.add_argument("--runs", type=_positive, default=2, help="how often everything is measured (default: 2)")
    parser.add_argument("--dataset", choices=list_datasets(), default="mnist", help="default: mnist")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything that was observed there, too")
    return parser


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected 1 or more, found {text}")
    return int(text)


def _observe(browser: Browser, dataset: str, classifiers: Sequence[str], runs: int) -> Observations:
    ours, found = App("dashboard.py", f"?dataset={dataset}&model={classifiers[0]}"), Observations()
    labels = [get_classifier_spec(name).label for name in classifiers]
    _say("warming up")
    measures.paint(browser, EMPTY, "chart", "canvas")
    measures.paint(browser, ours, "table", "chart")
    for number in range(runs):
        _say(f"run {number + 1} of {runs}: start, strokes, memory")
        visits = [
            lambda: found.visits.append(measures.visit_dashboard(browser, ours, len(classifiers))),
            lambda: found.empty_visits.append(measures.visit_empty(browser, EMPTY)),
        ]
        for visit in visits if number % 2 == 0 else reversed(visits):
            visit()
        _say(f"run {number + 1} of {runs}: reruns")
        found.reruns.append(measures.rerun_dashboard(browser, ours, labels))
        found.empty_reruns.append(measures.rerun_empty(browser, EMPTY))
    return found


def _rows(found: Observations, classifiers: int) -> Iterator[Measure]:
    visits, empty = found.visits, found.empty_visits
    painted = [visit.painted for visit in visits], [visit.painted for visit in empty]
    yield Measure("process start to Overview painted", "s", *painted, target=1.5, relative=True, worst=max(painted[0]))
    floor = [_milliseconds(run) for run in found.empty_reruns]
    for name in found.reruns[0]:
        runs = [_milliseconds(run[name]) for run in found.reruns]
        yield Measure(
            f"server, warm rerun: {name}",
            "ms",
            [middle(run) for run in runs],
            [middle(run) for run in floor],
            target=100,
            worst=max(map(max, runs)),
        )
    yield Measure(
        "server, garbage collection after a rerun",
        "ms",
        [middle([pause for spent in run.values() for pause in _pauses(spent)]) for run in found.reruns],
        [middle(_pauses(spent)) for spent in found.empty_reruns],
    )
    for name, strokes in (
        (f"stroke on a blank canvas to {classifiers} answers", [visit.first_strokes for visit in visits]),
        (f"one more stroke to {classifiers} answers", [visit.more_strokes for visit in visits]),
    ):
        yield Measure(
            name,
            "ms",
            [1000 * middle(run) for run in strokes],
            [1000 * middle(visit.more_strokes) for visit in empty],
            target=400,
            worst=1000 * max(map(max, strokes)),
        )
    ours, theirs = ([1000 * visit.cold_stroke for visit in group] for group in (visits, empty))
    yield Measure("first stroke after a link straight to Draw", "ms", ours, theirs, worst=max(ours))
    together = [[1000 * sum(times) for times in zip(*run.values(), strict=True)] for run in found.models]
    yield Measure(
        f"one digit, {classifiers} models in process",
        "ms",
        [middle(run) for run in together],
        target=10,
        worst=max(map(max, together)),
    )
    for title, key, target in (("resident memory, all pages and models", "resident", 400), ("its peak", "peak", 600)):
        ours, theirs = ([getattr(visit, key) for visit in run] for run in (visits, empty))
        yield Measure(title, "MB", ours, theirs, target=target, worst=max(ours))


def _milliseconds(run: Sequence[Spent]) -> list[float]:
    return [1000 * spent["seconds"] for spent in run]


def _pauses(run: Sequence[Spent]) -> list[float]:
    return [1000 * (spent["whole_seconds"] - spent["seconds"]) for spent in run]


def _say(text: str) -> None:
    print(f"... {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
