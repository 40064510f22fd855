"""A click on a point, a cell or a picture of the Robustness page is a choice, and so is a link."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import servers
from tests.browser.test_dashboard import PATIENCE, open_view, settle, view_of

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def measured(tmp_path_factory, run_on_distorted):
    """A dashboard whose results were run on distorted digits."""
    with servers(tmp_path_factory) as start:
        yield start(MNIST_ARTIFACTS_DIR=str(run_on_distorted))


def click_point(page, plot, place, expected):
    points = page.locator(".js-plotly-plot").nth(plot).locator(".points path")
    points.nth(place).wait_for(state="attached")
    box = points.nth(place).bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_url(re.compile(expected))
    settle(page)


def test_a_click_on_a_cell_chooses_its_classifier_and_transform_and_back_returns(measured, page):
    open_view(page, measured, "/robustness?dataset=digits&model=sgd&page=2")
    page.locator("button.tile .ink").first.wait_for()  # the images are there: nothing moves any more
    best = page.locator(".js-plotly-plot").nth(1).locator(".ytick text").first.text_content()
    click_point(page, 1, 4, "transform=elastic")
    chosen = view_of(page)
    labels = {"sgd": "Linear SVM (SGD)", "logistic": "Logistic regression", "svc-ovo": "SVC one-vs-one"}
    assert labels[chosen["model"]] == best
    assert "page" not in chosen
    page.go_back()
    page.wait_for_url(re.compile("page=2"))
    expect(page.get_by_role("combobox", name="Transform")).to_have_value("Rotation", timeout=PATIENCE)


def test_a_click_on_a_point_chooses_its_classifier_and_severity(measured, page):
    open_view(page, measured, "/robustness?dataset=digits&model=svc-ovo&transform=noise")
    page.locator("button.tile .ink").first.wait_for()
    click_point(page, 0, 4, "severity=4")  # the first line is the first of the others
    assert view_of(page)["model"] == "sgd"


def test_the_digit_as_it_is_leaves_the_severity_alone(measured, page):
    open_view(page, measured, "/robustness?dataset=digits&model=logistic&transform=noise&severity=4&page=2")
    page.locator("button.tile .ink").first.wait_for()
    page.get_by_role("button", name="Noise, as it is").click()
    page.wait_for_url(lambda url: "page=" not in url)
    settle(page)
    assert view_of(page)["severity"] == "4"
    assert not page.get_by_text("does not exist").count()


def test_a_click_on_a_picture_chooses_its_severity(measured, page):
    open_view(page, measured, "/robustness?dataset=digits&model=logistic&transform=occlusion")
    page.locator("button.tile .ink").first.wait_for()
    page.get_by_role("button", name="Occlusion, 12 px. Choose it.").click()
    page.wait_for_url(re.compile("severity=5"))
    settle(page)
    assert page.locator("button.tile.selected").count() == 1
    assert "12 px" in page.locator("button.tile.selected").inner_text()
