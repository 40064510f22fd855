"""A visitor simulated with Chromium: open pages, select options, draw strokes, and wait for components."""

import os
import shutil
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Error, Page, sync_playwright

from benchmarks.servers import BenchmarkError

ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
VIEWPORT = {"width": 1440, "height": 1000}
TIMEOUT = 90_000
"""Time limit in milliseconds of every wait for the browser."""

Points = Sequence[tuple[float, float]]
"""Corners of a stroke, (x, y) in canvas pixels."""

STROKES: tuple[Points, ...] = (
    ((140, 40), (140, 240)),
    ((70, 60), (210, 60), (120, 240)),
    ((80, 50), (80, 230), (200, 230)),
    ((200, 60), (80, 100), (180, 160), (80, 230)),
    ((90, 40), (70, 140), (210, 140)),
    ((60, 220), (140, 50), (220, 220)),
)
"""Strokes to draw. The predictions of every classifier differ from one stroke to the next."""

_IS_RENDERED = """
kinds => {
  const shown = node => node.getBoundingClientRect().width > 0
  const inked = canvas => {
    if (!canvas.width || !canvas.height) return false
    const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data
    const colours = new Set()
    for (let place = 0; place < pixels.length && colours.size < 8; place += 28)
      colours.add(pixels[place] << 16 | pixels[place + 1] << 8 | pixels[place + 2])
    return colours.size > 3
  }
  const all = selector => [...document.querySelectorAll(selector)]
  const checks = {
    table: () => all("[data-testid=stDataFrame] [data-testid=data-grid-canvas]").some(inked),
    chart: () => all(".js-plotly-plot .cartesianlayer .trace").some(shown),
    canvas: () => all("[data-testid=stBidiComponentIsolated]")
      .some(host => [...(host.shadowRoot?.querySelectorAll(".upper-canvas") ?? [])].some(shown)),
  }
  return kinds.every(kind => checks[kind]())
}
"""
_IS_IDLE = """
() => document.querySelector("[data-testid=stApp]")?.dataset.testScriptState === "notRunning"
  && document.querySelector("[data-testid=stApp]").dataset.testConnectionState === "CONNECTED"
"""
# Animation frame callbacks run before a frame is painted, and timers run after it. Therefore `changed` is the time at
# which the last change was on screen.
_WATCH_STROKE = """
() => {
  const signature = () => {
    const figures = [...document.querySelectorAll(".js-plotly-plot")].map(figure =>
      JSON.stringify(figure.data?.map(trace => [trace.z, trace.y]))
      + [...figure.querySelectorAll("svg text")].map(text => text.textContent))
    const words = ["stMetric", "stCaptionContainer"].map(kind => `[data-testid=stMain] [data-testid=${kind}]`)
    return figures + [...document.querySelectorAll(words)].map(word => word.textContent)
  }
  window.stroke?.stop()
  const stroke = window.stroke = { released: null, changed: null }
  let last = signature(), on = true
  const release = () => { stroke.released = performance.now() }
  const look = () => {
    const now = signature()
    if (now !== last) {
      last = now
      if (stroke.released !== null) setTimeout(() => { stroke.changed = performance.now() })
    }
    if (on) requestAnimationFrame(look)
  }
  stroke.stop = () => { on = false; window.removeEventListener("pointerup", release, true) }
  window.addEventListener("pointerup", release, true)
  requestAnimationFrame(look)
}
"""
_IS_STABLE = "() => window.stroke.changed !== null && performance.now() - window.stroke.changed > 700"


def find_chromium() -> str:
    """Return the path of Chromium: the environment variable CHROMIUM, or the installed program.

    Raises
    ------
    BenchmarkError
        There is no Chromium.
    """
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if path is None or shutil.which(path) is None:
        raise BenchmarkError(
            "Expected Chromium, found none. Install the package `chromium`, or set CHROMIUM to its path."
        )
    return path


@contextmanager
def chromium() -> Iterator[Browser]:
    """Yield a headless browser."""
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(ARGUMENTS))
        except Error as error:
            raise BenchmarkError(f"Chromium does not start: {error}") from error
        yield browser
        browser.close()


@contextmanager
def visit(browser: Browser, url: str) -> Iterator[Page]:
    """Open a URL in a new browser context, in which nothing is cached, and yield the page."""
    context = browser.new_context(viewport=VIEWPORT)  # type: ignore[arg-type]
    context.set_default_timeout(TIMEOUT)
    page = context.new_page()
    try:
        page.goto(url, wait_until="commit")
        yield page
    except Error as error:
        raise BenchmarkError(f"{page.url}: {error}\nText on screen:\n{_text(page)}") from error
    finally:
        context.close()


def _text(page: Page) -> str:
    """Return the beginning of the text on a page, for an error message."""
    try:
        return page.locator("body").inner_text(timeout=2000)[:800]
    except Error:
        return "(nothing)"


def wait_until_rendered(page: Page, *kinds: str) -> None:
    """Wait until all of these components are on screen: "table", "chart", "canvas"."""
    page.wait_for_function(_IS_RENDERED, arg=list(kinds))


def wait_until_idle(page: Page, milliseconds: float = 300) -> None:
    """Wait until no script has been running for some milliseconds.

    Raises
    ------
    BenchmarkError
        The page shows an exception.
    """
    page.wait_for_function(_IS_IDLE)
    page.wait_for_timeout(milliseconds)
    page.wait_for_function(_IS_IDLE)
    if page.get_by_test_id("stException").count():
        shown = page.get_by_test_id("stException").first.inner_text()
        raise BenchmarkError(f"Expected a page without errors, found an exception on {page.url}:\n{shown}")


def page_names(page: Page) -> list[str]:
    """Return the URL paths of the pages in the navigation. The path of the first page is empty."""
    links = page.get_by_test_id("stSidebarNavLink")
    links.first.wait_for()
    return [urlsplit(link.get_attribute("href") or "").path.strip("/") for link in links.all()]


def open_page(page: Page, position: int) -> None:
    """Open the page at this position of the navigation."""
    page.get_by_test_id("stSidebarNavLink").nth(position).click()
    page.wait_for_timeout(300)
    wait_until_idle(page)


def select_next(page: Page, picker: str, *, like: str | None = None, among: Collection[str] = ()) -> None:
    """Select the next option of a select box.

    Parameters
    ----------
    page : Page
    picker : str
        Label of the select box.
    like : str, optional
        Label of another select box, whose value is selected instead if it is an option.
    among : collection of str
        Options that may be selected. Empty: all options.
    """
    box = page.get_by_role("combobox", name=picker, exact=True)
    selected = box.input_value()
    wanted = page.get_by_role("combobox", name=like, exact=True).input_value() if like else selected
    box.click()
    options = page.get_by_role("option")
    options.first.wait_for()
    texts = [(text or "").strip() for text in options.all_text_contents()]
    position = texts.index(selected)
    following = [text for text in texts[position + 1 :] + texts[:position] if text in (among or texts)]
    if not following:
        raise BenchmarkError(
            f"Expected another option of {picker} on {page.url}, found none. Train at least two classifiers."
        )
    options.nth(texts.index(wanted if wanted != selected and wanted in texts else following[0])).click()


def draw(page: Page, points: Points) -> None:
    """Draw one stroke on the canvas of the page."""
    canvas = page.locator(".upper-canvas").bounding_box()
    if canvas is None:
        raise BenchmarkError(f"Expected a canvas on {page.url}, found none.")
    (x, y), *rest = [(canvas["x"] + x, canvas["y"] + y) for x, y in points]
    page.mouse.move(x, y)
    page.mouse.down()
    for x, y in rest:
        page.mouse.move(x, y, steps=8)
    page.mouse.up()


def time_stroke(page: Page, points: Points) -> float:
    """Draw a stroke. Return the seconds from lifting the pen until the last prediction is on screen."""
    page.evaluate(_WATCH_STROKE)
    draw(page, points)
    page.wait_for_function(_IS_STABLE)
    wait_until_idle(page)
    return float(page.evaluate("() => (window.stroke.changed - window.stroke.released) / 1000"))
