"""What is measured in one run, each measure a function from a browser and an app to numbers."""

import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median

import numpy as np
from playwright.sync_api import Browser, Page

from benchmarks import browser as on_screen
from benchmarks.servers import App, BenchmarkError, Server, serve
from mnist_core import load_dataset, store
from mnist_core.evaluation.metrics import softmax

PICKERS = {"confusion": ("Classifier", "True digit", "Predicted digit"), "errors": ("Classifier", "True digit", "Sort")}
"""What is turned on a page, one after the other; on all others the classifier."""

LIKE = {"Predicted digit": "True digit"}
"""Pickers that are set to what another shows: the cells on the diagonal fill the gallery, most others are empty."""

WARM_UP, RERUNS, STROKES, ANSWERS = 3, 12, 6, 50


@dataclass
class Visit:
    """One life of a server: seconds until its first page was painted, seconds of strokes, memory in MB.

    `cold_stroke` is the first stroke of a visitor whose browser has seen nothing yet, on a server that is warm.
    """

    painted: float = 0.0
    first_strokes: list[float] = field(default_factory=list)
    more_strokes: list[float] = field(default_factory=list)
    cold_stroke: float = float("nan")
    resident: float = 0.0
    peak: float = 0.0


def paint(browser: Browser, app: App, *kinds: str) -> None:
    """Start an app, wait until it is painted, and stop it."""
    with serve(app) as server, on_screen.visit(browser, server.url) as page:
        on_screen.wait_until_painted(page, *kinds)


def visit_dashboard(browser: Browser, app: App, classifiers: int) -> Visit:
    """Start, paint the Overview, open every page, draw for every classifier, weigh."""
    found = Visit()
    with serve(app) as server, on_screen.visit(browser, server.url) as page:
        on_screen.wait_until_painted(page, "table", "chart")
        found.painted = time.perf_counter() - server.started
        on_screen.settle(page)
        for place in range(len(on_screen.page_names(page))):
            on_screen.open_page(page, place)
        _open(page, "draw")
        for number in range(STROKES):
            found.first_strokes.append(on_screen.time_stroke(page, _stroke(number)))
            _require_answers(page, classifiers)
            found.more_strokes.append(on_screen.time_stroke(page, _stroke(number + 1)))
            page.get_by_role("button", name="Clear").click()
            page.get_by_text("The canvas is blank").wait_for()
            on_screen.settle(page)
        found.cold_stroke = _time_cold_stroke(browser, page.url)
        found.resident, found.peak = server.memory()
    return found


def visit_empty(browser: Browser, app: App) -> Visit:
    """Start, paint, draw, weigh."""
    found = Visit()
    with serve(app) as server, on_screen.visit(browser, server.url) as page:
        on_screen.wait_until_painted(page, "chart", "canvas")
        found.painted = time.perf_counter() - server.started
        on_screen.settle(page)
        found.more_strokes += [on_screen.time_stroke(page, _stroke(number)) for number in range(STROKES)]
        found.cold_stroke = _time_cold_stroke(browser, page.url)
        found.resident, found.peak = server.memory()
    return found


Spent = dict[str, float]
"""What the server spent on one action of the visitor: `seconds`, `cpu_seconds`, `whole_seconds`, in so many `runs`."""

Runs = dict[str, list[Spent]]
"""By what was rerun, one entry an action."""


def rerun_dashboard(browser: Browser, app: App, labels: Collection[str]) -> Runs:
    """Warm reruns of every page: pickers are turned, the classifier's among `labels`; on Draw, strokes are drawn."""
    found: Runs = {}
    with serve(app, timed=True) as server, on_screen.visit(browser, server.url) as page:
        on_screen.settle(page)
        for place, name in enumerate(on_screen.page_names(page)):
            on_screen.open_page(page, place)
            title = name.replace("-", " ").replace("_", " ").capitalize() or "Overview"
            if name == "draw":
                found[f"{title}, a stroke"] = list(_strokes(server, page))
            pickers = PICKERS.get(name, ("Classifier",))
            actions = [pickers[number % len(pickers)] for number in range(WARM_UP + RERUNS)]
            found[title] = [_time_turn(server, page, picker, labels) for picker in actions][WARM_UP:]
    return found


def rerun_empty(browser: Browser, app: App) -> list[Spent]:
    """Warm reruns of the empty app: each stroke is one."""
    with serve(app, timed=True) as server, on_screen.visit(browser, server.url) as page:
        on_screen.wait_until_painted(page, "chart", "canvas")
        on_screen.settle(page)
        return list(_strokes(server, page))


def time_models(dataset: str, records: Sequence[store.Record]) -> dict[str, list[float]]:
    """Seconds each model takes for one digit, in this process: `ANSWERS` digits in turn, all models for each.

    As on the Draw page: a vote uses what its members said.
    """
    load = store.model_loader()
    models = {record.classifier: load(record) for record in records}
    digits = load_dataset(dataset).test.images[: ANSWERS + WARM_UP]
    seconds: dict[str, list[float]] = {name: [] for name in models}
    for digit in digits:
        scores: dict[str, np.ndarray] = {}
        for name, model in models.items():
            begun = time.perf_counter()
            scores[name] = model.scores_given(digit[np.newaxis], scores)
            softmax(scores[name], model.temperature)
            seconds[name].append(time.perf_counter() - begun)
    return {name: times[WARM_UP:] for name, times in seconds.items()}


def middle(values: Sequence[float]) -> float:
    """The median; nan of nothing."""
    return float(median(values)) if values else float("nan")


def _stroke(number: int) -> on_screen.Points:
    return on_screen.STROKES[number % len(on_screen.STROKES)]


def _time_cold_stroke(browser: Browser, url: str) -> float:
    with on_screen.visit(browser, url) as page:
        on_screen.wait_until_painted(page, "canvas")
        on_screen.settle(page)
        return on_screen.time_stroke(page, _stroke(0))


def _strokes(server: Server, page: Page) -> Iterator[Spent]:
    for number in range(WARM_UP + RERUNS):
        before = len(server.runs())
        # Moved a little each time, for a stroke over a stroke would be no new drawing.
        on_screen.time_stroke(page, [(x + number, y - number) for x, y in _stroke(number)])
        if number >= WARM_UP:
            yield _spent(server, page, before)


def _time_turn(server: Server, page: Page, picker: str, labels: Collection[str]) -> Spent:
    before = len(server.runs())
    on_screen.turn(page, picker, like=LIKE.get(picker), among=labels if picker == "Classifier" else ())
    return _spent(server, page, before)


def _spent(server: Server, page: Page, before: int) -> Spent:
    """What the server spent since it had made `before` runs, once it has come to rest."""
    end = time.monotonic() + 30
    while len(server.runs()) == before:
        if time.monotonic() > end:
            raise BenchmarkError(f"{page.url}: the server was not asked for a rerun.")
        page.wait_for_timeout(20)
    on_screen.settle(page)
    runs = server.runs()[before:]
    spent = {key: sum(run[key] for run in runs) for key in ("seconds", "cpu_seconds", "whole_seconds")}
    return {**spent, "runs": len(runs)}


def _open(page: Page, name: str) -> None:
    names = on_screen.page_names(page)
    if name not in names:
        raise BenchmarkError(
            f"There is no page {name!r}, only {', '.join(names)}: bring benchmarks/measures.py up to date."
        )
    on_screen.open_page(page, names.index(name))
    on_screen.wait_until_painted(page, "canvas")


def _require_answers(page: Page, classifiers: int) -> None:
    answers = page.locator(".js-plotly-plot .shapelayer path").count()  # each answer is outlined
    if answers != classifiers:
        raise BenchmarkError(f"The drawing should have {classifiers} answers on {page.url}, it has {answers}.")
