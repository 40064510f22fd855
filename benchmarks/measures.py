"""Measurements of one benchmark run. Each function takes a browser and an app and returns numbers."""

import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median

import numpy as np
from playwright.sync_api import Browser, Page

from benchmarks import browser as visitor
from benchmarks.servers import App, BenchmarkError, Server, serve
from mnist_core import load_dataset, store
from mnist_core.evaluation.metrics import softmax

PICKERS = {"confusion": ("Classifier", "True digit", "Predicted digit"), "errors": ("Classifier", "True digit", "Sort")}
"""Select boxes that are changed on a page, one after the other. On all other pages, only the classifier is changed."""

LIKE = {"Predicted digit": "True digit"}
"""Select boxes that are set to the value of another one.

The gallery then shows a cell on the diagonal, which has many digits. Most other cells are empty.
"""

WARM_UP, RERUNS, STROKES, SINGLE_DIGITS = 3, 12, 6, 50
"""Numbers of unmeasured actions, measured reruns of each page, strokes, and digits predicted one at a time."""


@dataclass
class Visit:
    """Measurements of one server, from its start to its end.

    Attributes
    ----------
    rendered : float
        Seconds until the first page was on screen.
    first_strokes, more_strokes : list of float
        Seconds from lifting the pen to the last prediction, on a blank canvas and after another stroke.
    cold_stroke : float
        Seconds of the first stroke in a new browser context, on a warm server.
    resident, peak : float
        Resident memory in MB (10^6 bytes), after all pages, and at its maximum.
    """

    rendered: float = 0.0
    first_strokes: list[float] = field(default_factory=list)
    more_strokes: list[float] = field(default_factory=list)
    cold_stroke: float = float("nan")
    resident: float = 0.0
    peak: float = 0.0


def warm_up(browser: Browser, app: App, *components: str) -> None:
    """Start an app, wait until these components are on screen, and stop it."""
    with serve(app) as server, visitor.visit(browser, server.url) as page:
        visitor.wait_until_rendered(page, *components)


def visit_dashboard(browser: Browser, app: App, classifiers: int) -> Visit:
    """Start the dashboard, open every page, draw strokes, and read the memory.

    `classifiers` is the number of classifiers. Every stroke must give that many predictions.
    """
    found = Visit()
    with serve(app) as server, visitor.visit(browser, server.url) as page:
        visitor.wait_until_rendered(page, "table", "chart")
        found.rendered = time.perf_counter() - server.started
        visitor.wait_until_idle(page)
        for position in range(len(visitor.page_names(page))):
            visitor.open_page(page, position)
        _open(page, "draw")
        for number in range(STROKES):
            found.first_strokes.append(visitor.time_stroke(page, _stroke(number)))
            _require_predictions(page, classifiers)
            found.more_strokes.append(visitor.time_stroke(page, _stroke(number + 1)))
            page.get_by_role("button", name="Clear").click()
            page.get_by_text("The canvas is blank").wait_for()
            visitor.wait_until_idle(page)
        found.cold_stroke = _time_cold_stroke(browser, page.url)
        found.resident, found.peak = server.memory()
    return found


def visit_empty(browser: Browser, app: App) -> Visit:
    """Start the empty app, draw strokes, and read the memory."""
    found = Visit()
    with serve(app) as server, visitor.visit(browser, server.url) as page:
        visitor.wait_until_rendered(page, "chart", "canvas")
        found.rendered = time.perf_counter() - server.started
        visitor.wait_until_idle(page)
        found.more_strokes += [visitor.time_stroke(page, _stroke(number)) for number in range(STROKES)]
        found.cold_stroke = _time_cold_stroke(browser, page.url)
        found.resident, found.peak = server.memory()
    return found


Cost = dict[str, float]
"""Server time of one user action: `seconds`, `cpu_seconds` and `whole_seconds`, summed over its `runs`."""

Reruns = dict[str, list[Cost]]
"""The costs of a page's reruns, one entry per action, by the title of the page."""


def rerun_dashboard(browser: Browser, app: App, labels: Collection[str]) -> Reruns:
    """Measure warm reruns of every page by changing its select boxes, and on Draw also by strokes.

    Only classifiers with these labels are selected.
    """
    found: Reruns = {}
    with serve(app, timed=True) as server, visitor.visit(browser, server.url) as page:
        visitor.wait_until_idle(page)
        for position, name in enumerate(visitor.page_names(page)):
            visitor.open_page(page, position)
            title = name.replace("-", " ").replace("_", " ").capitalize() or "Overview"
            if name == "draw":
                found[f"{title}, one stroke"] = list(_time_strokes(server, page))
            pickers = PICKERS.get(name, ("Classifier",))
            actions = [pickers[number % len(pickers)] for number in range(WARM_UP + RERUNS)]
            found[title] = [_time_selection(server, page, picker, labels) for picker in actions][WARM_UP:]
    return found


def rerun_empty(browser: Browser, app: App) -> list[Cost]:
    """Measure warm reruns of the empty app, one per stroke."""
    with serve(app, timed=True) as server, visitor.visit(browser, server.url) as page:
        visitor.wait_until_rendered(page, "chart", "canvas")
        visitor.wait_until_idle(page)
        return list(_time_strokes(server, page))


def time_models(dataset: str, records: Sequence[store.Record]) -> dict[str, list[float]]:
    """Measure the prediction time of each model in this process, in seconds, for `SINGLE_DIGITS` digits.

    As on the Draw page, each digit is predicted by all models before the next digit, and an ensemble reuses the scores
    of its members.
    """
    load = store.model_loader()
    models = {record.classifier: load(record) for record in records}
    digits = load_dataset(dataset).test.images[: SINGLE_DIGITS + WARM_UP]
    seconds: dict[str, list[float]] = {name: [] for name in models}
    for digit in digits:
        scores: dict[str, np.ndarray] = {}
        for name, model in models.items():
            started = time.perf_counter()
            scores[name] = model.scores_given(digit[np.newaxis], scores)
            softmax(scores[name], model.temperature)
            seconds[name].append(time.perf_counter() - started)
    return {name: times[WARM_UP:] for name, times in seconds.items()}


def median_or_nan(values: Sequence[float]) -> float:
    """Return the median, or NaN if there are no values."""
    return float(median(values)) if values else float("nan")


def _stroke(number: int) -> visitor.Points:
    """Return the stroke with this number. After the last stroke, the first one follows."""
    return visitor.STROKES[number % len(visitor.STROKES)]


def _time_cold_stroke(browser: Browser, url: str) -> float:
    """Return the seconds of the first stroke in a new browser context."""
    with visitor.visit(browser, url) as page:
        visitor.wait_until_rendered(page, "canvas")
        visitor.wait_until_idle(page)
        return visitor.time_stroke(page, _stroke(0))


def _time_strokes(server: Server, page: Page) -> Iterator[Cost]:
    """Yield the costs of strokes after the warm-up."""
    for number in range(WARM_UP + RERUNS):
        before = len(server.runs())
        # Each stroke is shifted, because a stroke on top of an equal one would not change the drawing.
        visitor.time_stroke(page, [(x + number, y - number) for x, y in _stroke(number)])
        if number >= WARM_UP:
            yield _cost_since(server, page, before)


def _time_selection(server: Server, page: Page, picker: str, labels: Collection[str]) -> Cost:
    """Select the next option of a select box and return the cost."""
    before = len(server.runs())
    visitor.select_next(page, picker, like=LIKE.get(picker), among=labels if picker == "Classifier" else ())
    return _cost_since(server, page, before)


def _cost_since(server: Server, page: Page, before: int) -> Cost:
    """Wait until the server is idle. Return the cost of all its runs after the first `before`."""
    end = time.monotonic() + 30
    while len(server.runs()) == before:
        if time.monotonic() > end:
            raise BenchmarkError(f"Expected a rerun of {page.url} within 30 s, found none.")
        page.wait_for_timeout(20)
    visitor.wait_until_idle(page)
    runs = server.runs()[before:]
    cost = {key: sum(run[key] for run in runs) for key in ("seconds", "cpu_seconds", "whole_seconds")}
    return {**cost, "runs": len(runs)}


def _open(page: Page, name: str) -> None:
    """Open the page with this URL path, which must have a canvas."""
    names = visitor.page_names(page)
    if name not in names:
        raise BenchmarkError(f"Expected a page {name!r}, found {', '.join(names)}. Update benchmarks/measures.py.")
    visitor.open_page(page, names.index(name))
    visitor.wait_until_rendered(page, "canvas")


def _require_predictions(page: Page, classifiers: int) -> None:
    """Raise BenchmarkError unless the page shows this number of predictions."""
    found = page.locator(".js-plotly-plot .shapelayer path").count()  # the outlines of the predictions
    if found != classifiers:
        raise BenchmarkError(f"Expected {classifiers} predictions on {page.url}, found {found}.")
