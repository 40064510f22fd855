"""The Draw page: every classifier predicts the digit that is drawn with a mouse or a finger."""

import re

import pytest

from mnist_core.classifiers.registry import list_classifiers
from tests.browser.actions import draw, open_view, wait_until_at_rest

pytestmark = pytest.mark.browser
SEVEN = [(70, 60), (200, 60), (120, 230)]
ONE = [(140, 50), (141, 230)]


@pytest.mark.parametrize("dataset", ["mnist", "digits"])
def test_every_classifier_predicts_a_drawn_digit_and_none_a_blank_canvas(server, page, dataset):
    open_view(page, server, f"/draw?dataset={dataset}")
    canvas = page.locator("canvas.upper-canvas")
    canvas.wait_for()
    assert page.get_by_text("The canvas is blank").is_visible()
    draw(page, SEVEN)
    predictions = page.get_by_text(re.compile(rf"{len(list_classifiers())} predictions in"))
    predictions.wait_for()
    assert page.get_by_test_id("stMetricValue").inner_text() == "7"
    canvas.evaluate("canvas => canvas.dataset.drawn = 'on'")
    page.get_by_role("button", name="Clear").click()
    page.get_by_text("The canvas is blank").wait_for()
    assert not predictions.is_visible()
    # The new canvas can be on the page before the old one has left it.
    page.locator("canvas.upper-canvas[data-drawn]").wait_for(state="detached")
    canvas.wait_for()
    wait_until_at_rest(page)
    draw(page, ONE)
    predictions.wait_for()
    assert page.get_by_test_id("stMetricValue").inner_text() == "1"


def test_a_finger_draws_too(server, browser):
    context = browser.new_context(viewport={"width": 480, "height": 900}, has_touch=True, is_mobile=True)
    page = context.new_page()
    open_view(page, server, "/draw?dataset=digits")
    canvas = page.locator("canvas.upper-canvas")
    canvas.wait_for()
    canvas.scroll_into_view_if_needed()
    wait_until_at_rest(page)
    box = canvas.bounding_box()
    touch = context.new_cdp_session(page)

    def send(kind, x=0.0, y=0.0):
        points = [] if kind == "touchEnd" else [{"x": box["x"] + x, "y": box["y"] + y}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    send("touchStart", 140, 50)
    for y in range(60, 231, 10):
        send("touchMove", 140, y)
    send("touchEnd")
    page.get_by_text(re.compile("predictions in")).wait_for()
    assert page.get_by_test_id("stMetricValue").inner_text() == "1"
    context.close()
