"""What tests do in a browser: open a page, wait until it is at rest, click, draw and read the address bar.

Positions are only used once the page is at rest, and relative to the element that receives the event.
"""

import re
import time
from collections.abc import Callable, Sequence
from itertools import count
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Locator, Page

TIMEOUT = 60_000
"""Milliseconds after which a wait in the browser fails. Below the time limit of a test, for a clear error."""
REST = 300
"""Milliseconds without a running script and without a moving element after which a page is at rest."""

_LAYOUT = """Array.from(document.querySelectorAll('[data-testid=stMain] [data-testid=stElementContainer]'), element => {
    const box = element.getBoundingClientRect()
    return [box.x, box.y, box.width, box.height].map(Math.round).join(' ')
})"""
_AT_REST = f"""([call, rest]) => {{
    const app = document.querySelector('[data-testid=stApp]')
    const busy = app?.dataset.testScriptState !== 'notRunning' || document.querySelector('[data-testid=stSkeleton]')
    const layout = {_LAYOUT}.join(';')
    const now = performance.now(), seen = window.layoutSeen
    if (busy || seen?.call !== call || seen.layout !== layout) {{
        window.layoutSeen = {{call, layout, since: now}}
        return false
    }}
    return now - seen.since >= rest
}}"""
_calls = count()

_CENTER_IN_PLOT = """mark => {
    const plot = mark.closest('.js-plotly-plot').querySelector('.nsewdrag').getBoundingClientRect()
    const box = mark.getBoundingClientRect()
    return {x: box.x + box.width / 2 - plot.x, y: box.y + box.height / 2 - plot.y}
}"""


def wait_until_at_rest(page: Page) -> None:
    """Wait until no script runs, no placeholder is left and no element moves, for `REST` milliseconds."""
    page.wait_for_function(_AT_REST, arg=[next(_calls), REST], polling=50)


def layout(page: Page) -> list[str]:
    """Return the position and size of every element of the page, "x y width height" in pixels."""
    return page.evaluate(_LAYOUT)


def open_view(page: Page, server: str, path: str) -> None:
    """Open a path of the dashboard and wait until the page is at rest."""
    page.set_default_timeout(TIMEOUT)
    page.goto(server + path)
    page.wait_for_selector("h1")
    wait_until_at_rest(page)


def wait_for_view(page: Page, expected: str) -> None:
    """Wait until the URL matches a regular expression and the page is at rest."""
    page.wait_for_url(re.compile(expected))
    wait_until_at_rest(page)


def view_of(page: Page) -> dict[str, str]:
    """Return the query parameters of the URL."""
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def cells_of(tiles: Locator) -> set[str]:
    """Return the distinct headings "true 9, predicted 4" of tiles."""
    return {re.match(r"true \d, predicted \d", text)[0] for text in tiles.all_inner_texts()}


def click_mark(page: Page, plot: int, place: int) -> None:
    """Click the marker at `place` in the chart number `plot` of the page."""
    chart = page.locator(".js-plotly-plot").nth(plot)
    mark = chart.locator(".points path").nth(place)
    mark.wait_for(state="attached")
    mark.scroll_into_view_if_needed()
    wait_until_at_rest(page)
    # Plotly's drag layer receives the events of all markers. Playwright waits until the layer is stable.
    chart.locator(".nsewdrag").first.click(position=mark.evaluate(_CENTER_IN_PLOT))


def draw(page: Page, points: Sequence[tuple[int, int]]) -> None:
    """Draw a stroke through points of the canvas, in pixels from its top left corner."""
    canvas = page.locator("canvas.upper-canvas")
    wait_until_at_rest(page)
    (x, y), *others = points
    canvas.hover(position={"x": x, "y": y})
    box = canvas.bounding_box()
    page.mouse.down()
    for x, y in others:
        page.mouse.move(box["x"] + x, box["y"] + y, steps=5)
    page.mouse.up()


def wait_until(page: Page, condition: Callable[[], bool], what: str) -> None:
    """Wait until a condition holds while the browser goes on, at most `TIMEOUT` milliseconds."""
    end = time.monotonic() + TIMEOUT / 1000
    while not condition():
        assert time.monotonic() < end, f"Expected {what} within {TIMEOUT / 1000:.0f} s."
        page.wait_for_timeout(100)
