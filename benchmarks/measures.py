"""Measurements of one benchmark run. Each function takes a browser and an app and returns numbers."""

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
"""Select boxes that are changed on a page, one after the other. On all other pages, only the classifier is changed."""

LIKE = {"Predicted digit": "True digit"}
"""Select boxes set to the value of another one: cells on the diagonal fill the gallery, most others are empty."""

WARM_UP, RERUNS, STROKES, SINGLE_DIGITS = 3, 12, 6, 50


@dataclass
class Visit:
    """Observations of one server from start to stop.

    Attributes
    ----------
    rendered : float
        Seconds until the first page was on screen.
    first_strokes, more_strokes : list of float
        Seconds from lifting the pen to the last prediction, on a blank canvas and after another stroke.
    cold_stroke : float
        Seconds of the first stroke in a new browser context, on a warm server.
    resident, peak : float
        Resident memory in MB.
    """

    rendered: float = 0.0
    first_strokes: list[float] = field(default_factory=list)
    more_strokes: list[float] = field(default_factory=list)
    cold_stroke: float = float("nan")
    resident: float = 0.0
    peak: float = 0.0


def warm_up(browser: Browser, app: App, *components: str) -> None:
    """Start an app, wait until these components are on screen, and stop it."""
    with serve(app) as server, on_screen.visit(browser, server.url) as page:
        on_screen.wait_until_rendered(page, *components)


def visit_dashboard(browser: Browser, app: App, classifiers: int) -> Visit:
    """Start the dashboard, open every page, draw strokes, and read the memory.

    Every stroke must give a prediction of all `classifiers`.
    """
    found = Visit()
    with serve(app) as server, on_screen.visit(browser, server.url) as page:
        on_screen.wait_until_rendered(page, "table", "chart")
        found.rendered = time.perf_counter() - server.started
        on_screen.wait_until_idle(page)
        for position in range(len(on_screen.page_names(page))):
            on_screen.open_page(page, position)
        _open(page, "draw")
        for number in range(STROKES):
            found.first_strokes.append(on_screen.time_stroke(page, _stroke(number)))
            _require_predictions(page, classifiers)
            found.more_strokes.append(on_screen.time_stroke(page, _stroke(number + 1)))
            page.get_by_role("button", name="Clear").click()
            page.get_by_text("The canvas is blank").wait_for()
            on_screen.wait_until_idle(page)
        found.cold_stroke = _time_cold_stroke(browser, page.url)
        found.resident, found.peak = server.memory()
    return found


def visit_empty(browser: Browser, app: App) -> Visit:
    """Start the empty app, draw strokes, and read the memory."""
    found = Visit()
    with serve(app) as server, on_screen.visit(browser, server.url) as page:
        on_screen.wait_until_rendered(page, "chart", "canvas")
        found.rendered = time.perf_counter() - server.started
        on_screen.wait_until_idle(page)
        found.more_strokes += [on_screen.time_stroke(page, _stroke(number)) for number in range(STROKES)]
        found.cold_stroke = _time_cold_stroke(browser, page.url)
        found.resident, found.peak = server.memory()
    return found


Cost = dict[str, float]
"""Server time of one user action: `seconds`, `cpu_seconds` and `whole_seconds`, summed over its `runs`."""

Reruns = dict[str, list[Cost]]
"""The costs of a page's reruns, one entry per action, by the title of the page."""


def rerun_dashboard(browser: Browser, app: App, labels: Collection[str]) -> Reruns:
    """Measure warm reruns of every page by changing its select boxes, and on Draw also by strokes.

    `labels` are the classifiers that are selected.
    """
    found: Reruns = {}
    with serve(app, timed=True) as server, on_screen.visit(browser, server.url) as page:
        on_screen.wait_until_idle(page)
        for position, name in enumerate(on_screen.page_names(page)):
            on_screen.open_page(page, position)
            title = name.replace("-", " ").replace("_", " ").capitalize() or "Overview"
            if name == "draw":
                found[f"{title}, one stroke"] = list(_time_strokes(server, page))
            pickers = PICKERS.get(name, ("Classifier",))
            actions = [pickers[number % len(pickers)] for number in range(WARM_UP + RERUNS)]
            found[title] = [_time_selection(server, page, picker, labels) for picker in actions][WARM_UP:]
    return found


def rerun_empty(browser: Browser, app: App) -> list[Cost]:
    """Measure warm reruns of the empty app, one per stroke."""
    with serve(app, timed=True) as server, on_screen.visit(browser, server.url) as page:
        on_screen.wait_until_rendered(page, "chart", "canvas")
        on_screen.wait_until_idle(page)
        return list(_time_strokes(server, page))


def time_models(dataset: str, records: Sequence[store.Record]) -> dict[str, list[float]]:
    """Measure the prediction time of each model in this process, in seconds, for `SINGLE_DIGITS` digits.

    Every digit is predicted by all models before the next one, and an ensemble reuses the scores of its members. This
    is how the Draw page predicts.
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
    """Return the median, NaN without values."""
    return float(median(values)) if values else float("nan")


def _stroke(number: int) -> on_screen.Points:
    return on_screen.STROKES[number % len(on_screen.STROKES)]


def _time_cold_stroke(browser: Browser, url: str) -> float:
    with on_screen.visit(browser, url) as page:
        on_screen.wait_until_rendered(page, "canvas")
        on_screen.wait_until_idle(page)
        return on_screen.time_stroke(page, _stroke(0))


def _time_strokes(server: Server, page: Page) -> Iterator[Cost]:
    for number in range(WARM_UP + RERUNS):
        before = len(server.runs())
        # Each stroke is shifted, because a stroke on top of an equal one would not change the drawing.
        on_screen.time_stroke(page, [(x + number, y - number) for x, y in _stroke(number)])
        if number >= WARM_UP:
            yield _cost_since(server, page, before)


def _time_selection(server: Server, page: Page, picker: str, labels: Collection[str]) -> Cost:
    before = len(server.runs())
    on_screen.select_next(page, picker, like=LIKE.get(picker), among=labels if picker == "Classifier" else ())
    return _cost_since(server, page, before)


def _cost_since(server: Server, page: Page, before: int) -> Cost:
    """Wait until the server is idle. Return the cost of all its runs after the first `before`."""
    end = time.monotonic() + 30
    while len(server.runs()) == before:
        if time.monotonic() > end:
            raise BenchmarkError(f"Expected a rerun of {page.url} within 30 s, found none.")
        page.wait_for_timeout(20)
    on_screen.wait_until_idle(page)
    runs = server.runs()[before:]
    cost = {key: sum(run[key] for run in runs) for key in ("seconds", "cpu_seconds", "whole_seconds")}
    return {**cost, "runs": len(runs)}


def _open(page: Page, name: str) -> None:
    names = on_screen.page_names(page)
    if name not in names:
        raise BenchmarkError(f"Expected a page {name!r}, found {', '.join(names)}. Update benchmarks/measures.py.")
    on_screen.open_page(page, names.index(name))
    on_screen.wait_until_rendered(page, "canvas")


def _require_predictions(page: Page, classifiers: int) -> None:
    found = page.locator(".js-plotly-plot .shapelayer path").count()  # the outlines of the predictions
    if found != classifiers:
        raise BenchmarkError(f"Expected {classifiers} predictions on {page.url}, found {found}.")
