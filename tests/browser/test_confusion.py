"""The Confusion page: clicks on cells and rows select a cell, and each selection is a link."""

import pytest

from tests.browser.actions import click_mark, open_view, view_of, wait_for_view, wait_until_at_rest

pytestmark = pytest.mark.browser


def click_cell(page, true, pred):
    click_mark(page, 0, 10 * true + pred)
    wait_for_view(page, f"true={true}&pred={pred}")


def heading(page, text):
    return page.get_by_role("heading", name=text)


def test_a_click_on_a_cell_shows_its_digits_and_is_a_link(server, page):
    open_view(page, server, "/confusion?dataset=digits&model=sgd&show=counts")
    click_cell(page, 3, 3)
    assert view_of(page) | {"true": "3", "pred": "3"} == view_of(page)
    assert heading(page, "True 3, predicted 3").is_visible()
    link = page.url
    click_cell(page, 7, 7)
    page.go_back()
    heading(page, "True 3, predicted 3").wait_for()
    page.goto(link)
    heading(page, "True 3, predicted 3").wait_for()


def test_a_click_on_the_same_cell_or_after_the_selectboxes_counts(server, page):
    open_view(page, server, "/confusion?dataset=digits&model=sgd")
    click_cell(page, 5, 5)
    click_cell(page, 5, 5)
    page.get_by_role("combobox", name="True digit").click()
    page.get_by_role("option", name="2", exact=True).click()
    wait_for_view(page, "true=2")
    click_cell(page, 5, 5)
    assert heading(page, "True 5, predicted 5").is_visible()


def test_a_row_of_the_most_confused_pairs_opens_its_cell(server, page):
    open_view(page, server, "/confusion?dataset=digits&model=sgd&true=0&pred=0")
    table = page.get_by_test_id("stDataFrame").first
    table.locator("canvas [role=gridcell]").first.wait_for(state="attached")
    wait_until_at_rest(page)
    table.click(position={"x": 15, "y": 35 + 17})  # The selection column of the first row, below the header.
    page.wait_for_function("() => !/true=0&pred=0/.test(location.search)")
    wait_until_at_rest(page)
    cell = view_of(page)
    assert heading(page, f"True {cell['true']}, predicted {cell['pred']}").is_visible()
    assert page.get_by_test_id("stMetricValue").nth(2).inner_text() == f"{cell['true']} → {cell['pred']}"
