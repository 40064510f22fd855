"""A click on either matrix of the Head-to-head page is a choice, and so is a link."""

import re
import socket

import pytest
from playwright.sync_api import expect

from mnist_core import store
from tests.browser.test_dashboard import PATIENCE, open_view, pairs_of, settle, view_of

pytestmark = pytest.mark.browser


def click(page, plot, place):
    cells = page.locator(".js-plotly-plot").nth(plot).locator(".points path")
    cells.nth(place).wait_for(state="attached")
    cells.nth(place).scroll_into_view_if_needed()
    box = cells.nth(place).bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def click_cell(page, plot, place, expected):
    click(page, plot, place)
    page.wait_for_url(re.compile(expected))
    settle(page)


def place_of(dataset, a, b):
    """Where the cell of a pair comes among those of all pairs."""
    records, _ = store.load_records(dataset)
    ranked = [record.classifier for record in sorted(records, key=lambda record: -record.test_accuracy)]
    row, column = ranked.index(a), ranked.index(b)
    return row * (len(ranked) - 1) + column - (column > row)  # nobody is compared with itself


def test_a_click_on_a_pair_compares_it_and_back_returns(server, page):
    open_view(page, server, "/head_to_head?dataset=digits&model=cnn&model_b=sgd&page=1")
    click_cell(page, 1, place_of("digits", "svc-ovo", "logistic"), "model=svc-ovo&model_b=logistic")
    assert "page" not in view_of(page)
    page.go_back()
    page.wait_for_url(re.compile("model_b=sgd"))
    expect(page.get_by_role("combobox", name="Compare with B")).to_have_value("Linear SVM (SGD)", timeout=PATIENCE)


def test_a_click_on_a_cell_keeps_its_digits(server, page):
    open_view(page, server, "/head_to_head?dataset=digits&model=cnn&model_b=sgd&who=a")
    said = re.match(r"true (\d), predicted (\d)", page.locator("button.tile").first.inner_text())
    true, pred = map(int, said.groups())
    click_cell(page, 0, 10 * true + pred, f"true={true}&pred={pred}")
    assert pairs_of(page.locator("button.tile")) == {said[0]}


def test_a_click_while_the_images_are_on_their_way_is_kept_however_late_the_browser_hears_of_it(
    start_server_without_mnist, page
):
    held, holding = [], False

    def connect(browser):
        server = browser.connect_to_server()
        browser.on_message(server.send)
        server.on_message(lambda message: held.append((browser, message)) if holding else browser.send(message))

    page.route_web_socket(re.compile("_stcore/stream"), connect)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # a network that is there and answers nothing
        server = start_server_without_mnist(f"http://127.0.0.1:{silent.getsockname()[1]}")
        open_view(page, server, "/head_to_head?dataset=mnist&model=cnn&model_b=sgd&page=2")
        page.get_by_text("Getting the images of MNIST").wait_for()
        holding = True
        click(page, 1, place_of("mnist", "svc-ovo", "logistic"))
    # The page asks how far they are, as of the view before the click, until it is told that they cannot be had.
    while not any(b"are not here" in message for _, message in held):
        page.wait_for_timeout(100)
    holding = False
    for browser, message in held:
        browser.send(message)
    page.wait_for_url(re.compile("model=svc-ovo&model_b=logistic"))
    page.get_by_text("are not here").wait_for()
    settle(page)
    assert view_of(page) == {"dataset": "mnist", "model": "svc-ovo", "model_b": "logistic"}
    expect(page.get_by_role("combobox", name="Compare with B")).to_have_value("Logistic regression", timeout=PATIENCE)
