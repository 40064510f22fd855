"""Chromium as the visitor: opens pages, turns pickers, draws strokes, and says when something is on screen."""

import os
import shutil
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Error, Page, sync_playwright

from benchmarks.servers import BenchmarkError

ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
VIEWPORT = {"width": 1440, "height": 1000}
PATIENCE = 90_000
"""Milliseconds that anything on screen may take before the benchmark gives up."""

Points = Sequence[tuple[float, float]]

STROKES: tuple[Points, ...] = (
    ((140, 40), (140, 240)),
    ((70, 60), (210, 60), (120, 240)),
    ((80, 50), (80, 230), (200, 230)),
    ((200, 60), (80, 100), (180, 160), (80, 230)),
    ((90, 40), (70, 140), (210, 140)),
    ((60, 220), (140, 50), (220, 220)),
)
"""Strokes as corners in pixels of the canvas, each different in all classifiers' eyes."""

_PAINTED = """
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
_SETTLED = """
() => document.querySelector("[data-testid=stApp]")?.dataset.testScriptState === "notRunning"
  && document.querySelector("[data-testid=stApp]").dataset.testConnectionState === "CONNECTED"
"""
# A frame's callbacks run before it is painted, its timers after: so `changed` is when the last change was on screen.
_WATCH = """
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
_STILL = "() => window.stroke.changed !== null && performance.now() - window.stroke.changed > 700"


def find_chromium() -> str:
    """The browser's path."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if path is None or shutil.which(path) is None:
        raise BenchmarkError("There is no Chromium: install the package `chromium`, or say in CHROMIUM where it lies.")
    return path


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a window."""
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(ARGUMENTS))
        except Error as error:
            raise BenchmarkError(f"Chromium does not start: {error}") from error
        yield browser
        browser.close()


@contextmanager
def visit(browser: Browser, url: str) -> Iterator[Page]:
    """A page in a context of its own, so nothing is cached."""
    context = browser.new_context(viewport=VIEWPORT)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    try:
        page.goto(url, wait_until="commit")
        yield page
    except Error as error:
        raise BenchmarkError(f"{page.url}: {error}\nOn screen, to see why:\n{_text(page)}") from error
    finally:
        context.close()


def _text(page: Page) -> str:
    try:
        return page.locator("body").inner_text(timeout=2000)[:800]
    except Error:
        return "(nothing)"


def wait_until_painted(page: Page, *kinds: str) -> None:
    """Wait until each of these is on screen: "table", "chart", "canvas"."""
    page.wait_for_function(_PAINTED, arg=list(kinds))


def settle(page: Page, milliseconds: float = 300) -> None:
    """Wait until no script runs, and some time more; an uncaught error on the page ends the benchmark."""
    page.wait_for_function(_SETTLED)
    page.wait_for_timeout(milliseconds)
    page.wait_for_function(_SETTLED)
    if page.get_by_test_id("stException").count():
        shown = page.get_by_test_id("stException").first.inner_text()
        raise BenchmarkError(f"{page.url} fails, so there is nothing to measure:\n{shown}")


def page_names(page: Page) -> list[str]:
    """The pages in the dashboard's navigation, by their path; the first one's is empty."""
    links = page.get_by_test_id("stSidebarNavLink")
    links.first.wait_for()
    return [urlsplit(link.get_attribute("href") or "").path.strip("/") for link in links.all()]


def open_page(page: Page, place: int) -> None:
    """Go to the page at this place of the navigation."""
    page.get_by_test_id("stSidebarNavLink").nth(place).click()
    page.wait_for_timeout(300)
    settle(page)


def turn(page: Page, picker: str, *, like: str | None = None, among: Collection[str] = ()) -> None:
    """Choose a picker's next option (`among` these, if there are any), or what the picker `like` shows."""
    box = page.get_by_role("combobox", name=picker, exact=True)
    now = box.input_value()
    wanted = page.get_by_role("combobox", name=like, exact=True).input_value() if like else now
    box.click()
    options = page.get_by_role("option")
    options.first.wait_for()
    texts = [(text or "").strip() for text in options.all_text_contents()]
    place = texts.index(now)
    following = [text for text in texts[place + 1 :] + texts[:place] if text in (among or texts)]
    if not following:
        raise BenchmarkError(f"{picker} on {page.url} has nothing else to choose: train at least two classifiers.")
    options.nth(texts.index(wanted if wanted != now and wanted in texts else following[0])).click()


def draw(page: Page, points: Points) -> None:
    """Draw one stroke on the page's canvas."""
    canvas = page.locator(".upper-canvas").bounding_box()
    if canvas is None:
        raise BenchmarkError(f"{page.url} shows no canvas.")
    (x, y), *rest = [(canvas["x"] + x, canvas["y"] + y) for x, y in points]
    page.mouse.move(x, y)
    page.mouse.down()
    for x, y in rest:
        page.mouse.move(x, y, steps=8)
    page.mouse.up()


def time_stroke(page: Page, points: Points) -> float:
    """Seconds from lifting the pen until the last of the answers was on screen."""
    page.evaluate(_WATCH)
    draw(page, points)
    page.wait_for_function(_STILL)
    settle(page)
    return float(page.evaluate("() => (window.stroke.changed - window.stroke.released) / 1000"))
