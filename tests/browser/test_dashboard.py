"""What only a real browser shows: cold links, clicks on a chart, drawing, the address bar, the keyboard."""

import re
import shutil
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pytest

from mnist_core.classifiers.registry import list_classifiers
from tests.conftest import PROJECT
from tests.pages.conftest import PAGES

pytestmark = pytest.mark.browser
PATIENCE = 120_000
"""Milliseconds after which what does not come is given up, on whatever machine."""
SETTLED = "() => document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'"


def settle(page):
    page.wait_for_timeout(300)
    page.wait_for_function(SETTLED)


def open_view(page, server, path):
    page.set_default_timeout(PATIENCE)
    page.goto(server + path)
    page.wait_for_selector("h1")
    settle(page)


def view_of(page):
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def pairs_of(tiles):
    """The different "true 9, predicted 4" that tiles say."""
    return {re.match(r"true \d, predicted \d", text)[0] for text in tiles.all_inner_texts()}


def click_cell(page, true, pred):
    cells = page.locator(".js-plotly-plot .points path")
    cells.nth(99).wait_for(state="attached")
    box = cells.nth(10 * true + pred).bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_url(re.compile(rf"true={true}&pred={pred}"))
    settle(page)


def draw(page, *points):
    box = page.locator("canvas.upper-canvas").bounding_box()
    (x, y), *rest = points
    page.mouse.move(box["x"] + x, box["y"] + y)
    page.mouse.down()
    for x, y in rest:
        page.mouse.move(box["x"] + x, box["y"] + y, steps=5)
    page.mouse.up()


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/errors?dataset=mnist&model=random-forest&true=9&pred=4", "What do the mistakes look like?"),
        ("/confusion?dataset=digits&model=sgd&true=8&pred=1", "Which digits get mixed up?"),
        ("/draw?dataset=digits", "What does each classifier see in my digit?"),
        ("/overview?dataset=digits&model=svc-ovr", "Which classifier should I use?"),
    ],
)
def test_a_link_opens_its_view_as_the_first_request_to_a_fresh_server(start_server, page, path, title):
    open_view(page, start_server(), path)
    assert page.locator("h1").inner_text() == title
    assert page.get_by_test_id("stSidebarNavLink").count() >= 4
    asked = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
    assert asked.items() <= view_of(page).items()
    if "errors" in path:
        tiles = page.locator("button.tile")
        tiles.first.wait_for()
        assert pairs_of(tiles) == {"true 9, predicted 4"}


def test_two_cold_links_at_once_both_open(start_server, browser):
    """The second visitor of a fresh server may come while the first page still takes it for automatic pages."""
    server = start_server()
    pages = [browser.new_page() for _ in range(2)]
    for page, path in zip(pages, ("/errors?dataset=digits", "/draw?dataset=digits"), strict=True):
        page.set_default_timeout(PATIENCE)
        page.goto(server + path, wait_until="commit")
    for page, title in zip(pages, ("What do the mistakes", "What does each classifier"), strict=True):
        page.wait_for_selector("h1")
        settle(page)
        assert page.locator("h1").inner_text().startswith(title)
        page.close()


def test_a_click_on_a_cell_shows_its_digits_and_is_a_link(server, page):
    open_view(page, server, "/confusion?dataset=digits&model=sgd&show=counts")
    click_cell(page, 3, 3)
    assert view_of(page) | {"true": "3", "pred": "3"} == view_of(page)
    assert page.get_by_role("heading", name="3 read as 3").is_visible()
    link = page.url
    click_cell(page, 7, 7)
    page.go_back()
    page.get_by_role("heading", name="3 read as 3").wait_for()
    page.goto(link)
    page.get_by_role("heading", name="3 read as 3").wait_for()


def test_a_click_on_the_same_cell_or_after_the_pickers_still_counts(server, page):
    open_view(page, server, "/confusion?dataset=digits&model=sgd")
    click_cell(page, 5, 5)
    click_cell(page, 5, 5)
    page.get_by_role("combobox", name="True digit").click()
    page.get_by_role("option", name="2", exact=True).click()
    page.wait_for_url(re.compile("true=2"))
    settle(page)
    click_cell(page, 5, 5)
    assert page.get_by_role("heading", name="5 read as 5").is_visible()


def test_a_row_of_the_most_confused_pairs_opens_its_cell(server, page):
    open_view(page, server, "/confusion?dataset=digits&model=sgd&true=0&pred=0")
    page.get_by_test_id("stDataFrame").locator("canvas").first.wait_for()
    page.wait_for_timeout(1000)  # the grid paints its rows after its canvas is there
    box = page.get_by_test_id("stDataFrame").first.bounding_box()
    page.mouse.click(box["x"] + 15, box["y"] + 35 + 17)
    page.wait_for_function("() => !/true=0&pred=0/.test(location.search)")
    settle(page)
    heading = page.get_by_test_id("stHeading").get_by_text("read as").inner_text()
    assert [view_of(page)["true"], view_of(page)["pred"]] == [heading.split()[0], heading.split()[3]]
    assert page.get_by_test_id("stMetricValue").nth(2).inner_text() == f"{heading.split()[0]} → {heading.split()[3]}"


def test_a_tile_opens_by_key_steps_by_arrow_and_closes_by_escape(server, page):
    open_view(page, server, "/errors?dataset=digits&model=sgd")
    tiles = page.locator("button.tile")
    tiles.nth(1).wait_for()
    first, second = (tiles.nth(place).get_attribute("data-index") for place in range(2))
    tiles.first.focus()
    page.keyboard.press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Next").wait_for()
    settle(page)
    assert view_of(page)["sample"] == first
    page.keyboard.press("ArrowRight")
    page.wait_for_url(re.compile(f"sample={second}"))
    settle(page)
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="hidden")
    settle(page)
    assert "sample" not in view_of(page)


def test_digits_are_printed_and_named_for_those_who_cannot_see_them(server, page):
    open_view(page, server, "/errors?dataset=digits&model=sgd")
    tile = page.locator("button.tile").first
    tile.locator(".ink").wait_for()
    assert re.match(r"Digit \d+: true \d, .* predicted \d, confidence .* %", tile.get_attribute("aria-label"))


def test_another_page_of_the_gallery_is_a_link(server, page):
    open_view(page, server, "/errors?dataset=digits&model=sgd&wrong=any")
    page.get_by_test_id("stPagination").get_by_role("button", name="2").click()
    page.wait_for_url(re.compile("page=2"))
    settle(page)
    shown = page.locator("button.tile").first.get_attribute("data-index")
    page.reload()
    page.locator("button.tile").first.wait_for()
    settle(page)
    assert page.locator("button.tile").first.get_attribute("data-index") == shown


def test_the_csv_holds_the_filtered_list(server, page):
    open_view(page, server, "/errors?dataset=digits&model=sgd&true=8")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    table = pd.read_csv(download.value.path())
    assert set(table["true"]) == {8}
    assert (table["sgd"] != 8).all()
    assert len(table) == int(page.get_by_role("heading", name=re.compile(r"\d+ digit")).inner_text().split()[0])


@pytest.mark.parametrize("dataset", ["mnist", "digits"])
def test_every_classifier_answers_a_drawn_digit_and_none_a_blank_canvas(server, page, dataset):
    open_view(page, server, f"/draw?dataset={dataset}")
    page.locator("canvas.upper-canvas").wait_for()
    assert page.get_by_text("The canvas is blank").is_visible()
    draw(page, (70, 60), (200, 60), (120, 230))
    answers = page.get_by_text(re.compile(rf"{len(list_classifiers())} answers in"))
    answers.wait_for()
    assert page.get_by_test_id("stMetricValue").inner_text() == "7"
    page.locator("canvas.upper-canvas").evaluate("canvas => canvas.dataset.drawn = 'on'")
    page.get_by_role("button", name="Clear").click()
    page.get_by_text("The canvas is blank").wait_for()
    assert not answers.is_visible()
    # The new canvas may be on the page before the drawn one has left it.
    page.locator("canvas.upper-canvas[data-drawn]").wait_for(state="detached")
    page.locator("canvas.upper-canvas").wait_for()
    page.wait_for_timeout(500)
    draw(page, (140, 50), (141, 230))
    answers.wait_for()
    assert page.get_by_test_id("stMetricValue").inner_text() == "1"


def test_a_finger_draws_too(server, browser):
    context = browser.new_context(viewport={"width": 480, "height": 900}, has_touch=True, is_mobile=True)
    page = context.new_page()
    open_view(page, server, "/draw?dataset=digits")
    box = page.locator("canvas.upper-canvas").bounding_box()
    touch = context.new_cdp_session(page)

    def send(kind, x=0.0, y=0.0):
        points = [] if kind == "touchEnd" else [{"x": box["x"] + x, "y": box["y"] + y}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    send("touchStart", 140, 50)
    for y in range(60, 231, 10):
        send("touchMove", 140, y)
    send("touchEnd")
    page.get_by_text(re.compile("answers in")).wait_for()
    assert page.get_by_test_id("stMetricValue").inner_text() == "1"
    context.close()


@pytest.mark.parametrize("path", ["/", *(f"/{name}" for name in PAGES[1:])])
def test_nothing_scrolls_sideways_on_a_narrow_screen_or_comes_from_another_host(server, browser, path):
    page, hosts = browser.new_page(viewport={"width": 480, "height": 900}), set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
    open_view(page, server, f"{path}?dataset=digits")
    page.wait_for_timeout(1000)
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 480
    assert hosts - {None} == {"127.0.0.1"}
    page.close()


def test_without_network_and_files_the_numbers_stay_and_digits_are_offered(start_server_without_mnist, page):
    server = start_server_without_mnist("http://127.0.0.1:9")  # where nobody listens
    open_view(page, server, "/?dataset=mnist")
    page.get_by_test_id("stDataFrame").wait_for()
    open_view(page, server, "/errors?dataset=mnist&model=sgd&true=9&pred=4")
    tile = page.locator("button.tile").first
    tile.wait_for()
    assert "true 9, predicted 4" in tile.inner_text()
    assert tile.locator(".ink").count() == 0
    page.get_by_text("The images of MNIST").wait_for()
    page.get_by_text("What was tried").click()
    page.get_by_test_id("stExpander").get_by_test_id("stCode").wait_for()
    tried = page.get_by_test_id("stExpander").inner_text()
    for source in ("MNIST_DATA_DIR", "data/mnist", "cache", "storage.googleapis.com", "OpenML"):
        assert source in tried
    page.get_by_role("button", name="Use the UCI digits instead").click()
    page.wait_for_url(re.compile("dataset=digits"))
    page.locator("button.tile .ink").first.wait_for()


def test_a_missing_run_is_trained_from_the_page_and_joins_the_others(start_server, page, tmp_path):
    artifacts = tmp_path / "artifacts"
    shutil.copytree(PROJECT / "artifacts" / "digits", artifacts / "digits")
    shutil.rmtree(artifacts / "digits" / "logistic")
    server = start_server(MNIST_ARTIFACTS_DIR=str(artifacts))
    open_view(page, server, "/confusion?dataset=digits&model=logistic")
    assert page.get_by_text("it has not been trained here yet").is_visible()
    page.get_by_role("button", name="Train it here").click()
    page.get_by_text("Training Logistic regression on digits").wait_for()
    page.locator(".js-plotly-plot").wait_for()
    assert (artifacts / "digits" / "logistic" / "record.json").exists()


def test_a_training_can_be_cancelled_and_leaves_nothing(start_server, page, tmp_path):
    server = start_server(MNIST_ARTIFACTS_DIR=str(tmp_path))
    open_view(page, server, "/errors?dataset=digits&model=mlp")
    page.get_by_role("button", name="Train it here").click()
    page.get_by_role("button", name="Cancel").click()
    page.get_by_text("was cancelled; nothing was stored").wait_for()
    assert not list(tmp_path.glob("**/record.json"))
    assert page.get_by_role("button", name="Train it here").is_enabled()


@pytest.mark.mnist
def test_mnists_digits_are_printed(server, page):
    open_view(page, server, "/errors?dataset=mnist&model=random-forest&true=9&pred=4")
    page.locator("button.tile .ink").first.wait_for()
    assert page.locator("button.tile .ink").count() == page.locator("button.tile").count()
