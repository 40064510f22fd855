"""The Robustness page: a click on a point, a cell or a picture selects it, and each selection is a link."""

import re

import pytest
from playwright.sync_api import expect

from mnist_core.images.transforms import TRANSFORMS
from tests.browser.actions import TIMEOUT, click_mark, open_view, view_of, wait_for_view, wait_until_at_rest
from tests.browser.conftest import servers

pytestmark = pytest.mark.browser
CURVES, HEAT_MAP = 0, 1
"""Numbers of the two charts of the page."""


@pytest.fixture(scope="module")
def server(tmp_path_factory, measured_robustness):
    """Return the address of a dashboard with the robustness of three classifiers."""
    with servers(tmp_path_factory) as start:
        yield start(MNIST_ARTIFACTS_DIR=str(measured_robustness))


def open_with_images(page, server, query):
    open_view(page, server, f"/robustness?dataset=digits&{query}")
    page.locator("button.tile .ink").first.wait_for()


def test_a_click_on_a_cell_selects_its_classifier_and_transform_and_back_returns(server, page):
    open_with_images(page, server, "model=sgd&page=2")
    best = page.locator(".js-plotly-plot").nth(HEAT_MAP).locator(".ytick text").first.text_content()
    click_mark(page, HEAT_MAP, 4)
    wait_for_view(page, "transform=elastic")
    view = view_of(page)
    labels = {"sgd": "Linear SVM (SGD)", "logistic": "Logistic regression", "svc-ovo": "SVC one-vs-one"}
    assert labels[view["model"]] == best
    assert "page" not in view
    page.go_back()
    wait_for_view(page, "page=2")
    expect(page.get_by_role("combobox", name="Transform")).to_have_value("Rotation", timeout=TIMEOUT)


def test_clicks_on_a_point_and_a_picture_select_the_severity_and_the_undistorted_digit_keeps_it(server, page):
    open_with_images(page, server, "model=svc-ovo&transform=noise&page=2")
    click_mark(page, CURVES, 4)  # The first line belongs to the first classifier that is not selected.
    wait_for_view(page, "severity=4")
    view = view_of(page)
    assert (view["model"], "page" in view) == ("sgd", False)
    page.get_by_role("button", name=re.compile("Noise, .* Select it.")).last.click()
    wait_for_view(page, "severity=5")
    selected = page.locator("button.tile.selected")
    assert selected.count() == 1
    assert f"{TRANSFORMS['noise'].severities[4]:g}" in selected.inner_text()
    page.get_by_test_id("stPagination").get_by_role("button", name="2").click()
    wait_for_view(page, "page=2")
    page.get_by_role("button", name="Noise, original").click()
    page.wait_for_url(lambda url: "page=" not in url)
    wait_until_at_rest(page)
    assert view_of(page)["severity"] == "5"
    assert not page.get_by_text("does not exist").count()
