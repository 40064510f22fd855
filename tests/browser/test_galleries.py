"""Galleries of digits: tiles, the dialog of a digit, pages, downloads, and the state without images."""

import os
import re

import pandas as pd
import pytest

from tests.browser.actions import layout, open_view, view_of, wait_for_view, wait_until_at_rest
from tests.conftest import PROJECT

pytestmark = pytest.mark.browser


def test_a_tile_has_a_text_alternative_opens_by_key_steps_by_arrow_and_closes_by_escape(server, page):
    open_view(page, server, "/errors?dataset=digits&model=sgd")
    tiles = page.locator("button.tile")
    tiles.nth(1).wait_for()
    tiles.first.locator(".ink").wait_for()
    assert re.match(r"Digit \d+: true \d, .* predicted \d, confidence .* %", tiles.first.get_attribute("aria-label"))
    first, second = (tiles.nth(place).get_attribute("data-index") for place in range(2))
    tiles.first.focus()
    page.keyboard.press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Next").wait_for()
    wait_until_at_rest(page)
    assert view_of(page)["sample"] == first
    page.keyboard.press("ArrowRight")
    wait_for_view(page, f"sample={second}")
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="hidden")
    wait_until_at_rest(page)
    assert "sample" not in view_of(page)


@pytest.mark.mnist
def test_digits_of_mnist_have_images(server, page):
    open_view(page, server, "/errors?dataset=mnist&model=random-forest&true=9&pred=4")
    page.locator("button.tile .ink").first.wait_for()
    assert page.locator("button.tile .ink").count() == page.locator("button.tile").count()


def test_a_page_of_the_gallery_is_a_link(server, page):
    open_view(page, server, "/errors?dataset=digits&model=sgd&wrong=any")
    page.get_by_test_id("stPagination").get_by_role("button", name="2").click()
    wait_for_view(page, "page=2")
    shown = page.locator("button.tile").first.get_attribute("data-index")
    page.reload()
    page.locator("button.tile").first.wait_for()
    wait_until_at_rest(page)
    assert page.locator("button.tile").first.get_attribute("data-index") == shown


def test_the_csv_file_holds_the_filtered_list(server, page):
    open_view(page, server, "/errors?dataset=digits&model=sgd&true=8")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    table = pd.read_csv(download.value.path())
    assert set(table["true"]) == {8}
    assert (table["sgd"] != 8).all()
    assert len(table) == int(page.get_by_role("heading", name=re.compile(r"\d+ digit")).inner_text().split()[0])


DELAYED_IMAGES = """
import os, time
from mnist_core.cached import pixels

load, end = pixels.load_dataset, time.monotonic() + 60

def wait_and_load(*arguments, **options):
    while not os.path.exists(os.environ["IMAGES_MAY_LOAD"]) and time.monotonic() < end:
        time.sleep(0.1)
    return load(*arguments, **options)

pixels.load_dataset = wait_and_load
"""
"""Code that Python runs when a server starts. The server loads no images before a file exists."""


def test_nothing_moves_when_the_images_are_loaded(start_server, page, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(DELAYED_IMAGES)
    gate = tmp_path / "images may load"
    server = start_server(PYTHONPATH=f"{tmp_path}{os.pathsep}{PROJECT}", IMAGES_MAY_LOAD=str(gate))
    open_view(page, server, "/robustness?dataset=digits&model=sgd")
    assert page.get_by_text("Loading the images of").is_visible()
    before = layout(page)
    gate.touch()
    page.locator("button.tile .ink").first.wait_for()
    wait_until_at_rest(page)
    assert layout(page) == before


def test_without_images_and_network_the_numbers_stay_and_another_dataset_is_offered(start_server_without_mnist, page):
    server = start_server_without_mnist("http://127.0.0.1:9")  # No server listens on this port.
    open_view(page, server, "/?dataset=mnist&model=sgd")
    page.get_by_test_id("stDataFrame").wait_for()
    page.get_by_test_id("stSidebarNavLink").filter(has_text="Errors").click()
    tile = page.locator("button.tile").first
    tile.wait_for()
    assert re.match(r"true \d, predicted \d", tile.inner_text())
    assert tile.locator(".ink").count() == 0
    page.get_by_text("The images of MNIST").wait_for()
    page.get_by_text("What was tried").click()
    page.get_by_test_id("stExpander").get_by_test_id("stCode").wait_for()
    attempts = page.get_by_test_id("stExpander").inner_text()
    for source in ("MNIST_DATA_DIR", "data/mnist", "cache", "storage.googleapis.com", "OpenML"):
        assert source in attempts
    page.get_by_role("button", name="Use the UCI digits instead").click()
    page.wait_for_url(re.compile("dataset=digits"))
    page.locator("button.tile .ink").first.wait_for()
