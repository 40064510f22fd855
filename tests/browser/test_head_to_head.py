"""A click on either matrix of the Head-to-head page is a choice, and so is a link."""

import re

import pytest

from mnist_core import store
from tests.browser.test_dashboard import open_view, settle, view_of

pytestmark = pytest.mark.browser


def click_cell(page, plot, place, expected):
    cells = page.locator(".js-plotly-plot").nth(plot).locator(".points path")
    cells.nth(place).wait_for(state="attached")
    cells.nth(place).scroll_into_view_if_needed()
    box = cells.nth(place).bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_url(re.compile(expected))
    settle(page)


def test_a_click_on_a_pair_compares_it_and_back_returns(server, page):
    records, _ = store.load_records("digits")
    ranked = [record.classifier for record in sorted(records, key=lambda record: -record.test_accuracy)]
    row, column = ranked.index("svc-ovo"), ranked.index("logistic")
    place = row * (len(ranked) - 1) + column - (column > row)  # nobody is compared with itself
    open_view(page, server, "/head_to_head?dataset=digits&model=cnn&model_b=sgd&page=1")
    click_cell(page, 1, place, "model=svc-ovo&model_b=logistic")
    assert "page" not in view_of(page)
    page.go_back()
    page.wait_for_url(re.compile("model_b=sgd"))
    settle(page)
    assert page.get_by_role("combobox", name="Compare with B").input_value() == "Linear SVM (SGD)"


def test_a_click_on_a_cell_keeps_its_digits(server, page):
    open_view(page, server, "/head_to_head?dataset=digits&model=cnn&model_b=sgd&who=a")
    said = re.match(r"true (\d), predicted (\d)", page.locator("button.tile").first.inner_text())
    true, pred = map(int, said.groups())
    click_cell(page, 0, 10 * true + pred, f"true={true}&pred={pred}")
    assert {text.split("\n")[0] for text in page.locator("button.tile").all_inner_texts()} == {said[0]}
