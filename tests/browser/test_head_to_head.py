"""The Head to head page: a click on either matrix selects a pair or a cell, and each selection is a link."""

import re
import socket

import pytest
from playwright.sync_api import expect

from mnist_core import store
from tests.browser.actions import (
    TIMEOUT,
    cells_of,
    click_mark,
    open_view,
    view_of,
    wait_for_view,
    wait_until,
    wait_until_at_rest,
)

pytestmark = pytest.mark.browser
CELLS, PAIRS = 0, 1
"""Numbers of the two charts of the page."""


def place_of(dataset, a, b):
    """Return the place of a pair's marker in the matrix of all pairs."""
    records, _ = store.load_records(dataset)
    ranked = [record.classifier for record in sorted(records, key=lambda record: -record.test_accuracy)]
    row, column = ranked.index(a), ranked.index(b)
    return row * (len(ranked) - 1) + column - (column > row)  # The diagonal has no markers.


def compared_with(page):
    return page.get_by_role("combobox", name="Compare with B")


def test_clicks_on_a_cell_and_a_pair_select_them_and_back_returns(server, page):
    open_view(page, server, "/head_to_head?dataset=digits&model=cnn&model_b=sgd&who=a&page=1")
    heading = re.match(r"true (\d), predicted (\d)", page.locator("button.tile").first.inner_text())
    true, pred = map(int, heading.groups())
    click_mark(page, CELLS, 10 * true + pred)
    wait_for_view(page, f"true={true}&pred={pred}")
    assert cells_of(page.locator("button.tile")) == {heading[0]}
    assert "page" not in view_of(page)
    click_mark(page, PAIRS, place_of("digits", "svc-ovo", "logistic"))
    wait_for_view(page, "model=svc-ovo&model_b=logistic")
    page.go_back()
    page.wait_for_url(re.compile("model_b=sgd"))
    expect(compared_with(page)).to_have_value("Linear SVM (SGD)", timeout=TIMEOUT)


@pytest.mark.slow
def test_a_click_while_images_load_is_kept_when_the_browser_gets_messages_late(start_server_without_mnist, page):
    held, holding = [], False

    def connect(browser):
        server = browser.connect_to_server()
        browser.on_message(server.send)
        server.on_message(lambda message: held.append((browser, message)) if holding else browser.send(message))

    page.route_web_socket(re.compile("_stcore/stream"), connect)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # A proxy that accepts connections and never answers.
        server = start_server_without_mnist(f"http://127.0.0.1:{silent.getsockname()[1]}")
        open_view(page, server, "/head_to_head?dataset=mnist&model=cnn&model_b=sgd&page=2")
        page.get_by_text("Loading the images of MNIST").wait_for()
        holding = True
        click_mark(page, PAIRS, place_of("mnist", "svc-ovo", "logistic"))
    # The page asks for the progress with the view before the click, until the images are unavailable.
    wait_until(page, lambda: any(b"are unavailable" in message for _, message in held), "a message on missing images")
    holding = False
    for browser, message in held:
        browser.send(message)
    page.wait_for_url(re.compile("model=svc-ovo&model_b=logistic"))
    page.get_by_text("are unavailable").wait_for()
    wait_until_at_rest(page)
    assert view_of(page) == {"dataset": "mnist", "model": "svc-ovo", "model_b": "logistic"}
    expect(compared_with(page)).to_have_value("Logistic regression", timeout=TIMEOUT)
