"""A training from the choice of its settings to its end, as somebody sees it who sits before it."""

import re
import shutil

import pytest
from playwright.sync_api import expect

from mnist_core.base.labels import plain
from mnist_core.training import train
from tests.browser.test_dashboard import open_view, settle, view_of
from tests.conftest import PROJECT

pytestmark = pytest.mark.browser
HOSTILE = "<b>x</b> **y** ![z](http://a.b/z.png)"


@pytest.fixture
def artifacts(tmp_path):
    folder = tmp_path / "artifacts" / "digits"
    folder.mkdir(parents=True)
    for name in ("labels.npz", "sgd", "logistic"):
        source = PROJECT / "artifacts" / "digits" / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
    return folder


def test_a_changed_classifier_is_trained_watched_compared_renamed_and_deleted(start_server, page, artifacts, tmp_path):
    server = start_server(MNIST_ARTIFACTS_DIR=str(artifacts.parent), TMPDIR=str(tmp_path))
    hosts = set()
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    open_view(page, server, "/training?dataset=digits&model=logistic")
    slider = page.get_by_role("slider").first
    slider.focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(re.compile(r"logistic\.C=0\.3"))
    settle(page)
    page.get_by_label("Name", exact=True).fill("Less C")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("logistic.name=Less"))
    settle(page)
    page.get_by_role("button", name="Train", exact=True).click()
    page.get_by_text("Training Logistic regression on digits").wait_for()
    page.get_by_text("(C 0.3, “Less C”): done.").wait_for(timeout=300_000)
    settle(page)
    assert view_of(page)["run"] == "logistic@1"
    assert page.get_by_test_id("stMetricLabel").first.inner_text() == "Less C (1)"
    page.get_by_role("link", name=re.compile("What was fixed")).click()
    page.get_by_role("heading", name="What was fixed, and what newly broke").wait_for()
    assert view_of(page) | {"model": "logistic@1", "model_b": "logistic"} == view_of(page)

    open_view(page, server, "/?dataset=digits&model=logistic@1")
    page.locator(".js-plotly-plot").get_by_text("Less C (1)").first.wait_for()
    page.get_by_test_id("stSidebarNavLink").filter(has_text="Training").click()
    page.get_by_label("Another name").fill(HOSTILE)
    page.keyboard.press("Enter")
    settle(page)
    page.get_by_role("button", name="Rename").click()
    label = page.get_by_test_id("stMetricLabel").get_by_text(f"{plain(HOSTILE)} (1)")
    label.wait_for()
    assert page.get_by_role("heading", name=f"Settings of {plain(HOSTILE)} (1)").is_visible()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("button", name="Delete it").click()
    page.get_by_text("what you train above is kept here").wait_for()
    assert view_of(page)["model"] == "logistic"
    assert not (artifacts / "logistic@1").exists()
    open_view(page, server, "/?dataset=digits")
    page.locator(".js-plotly-plot").wait_for()
    assert page.get_by_text("(1)").count() == 0
    assert {host.split(":")[0] for host in hosts} == {"127.0.0.1"}


def test_once_a_run_is_deleted_nothing_asks_to_delete_the_next(start_server, page, artifacts, monkeypatch):
    monkeypatch.setenv("MNIST_ARTIFACTS_DIR", str(artifacts.parent))
    for name in ("logistic@1", "logistic@2"):
        train("logistic", "digits", subset=100, store_as=name)
    server = start_server(MNIST_ARTIFACTS_DIR=str(artifacts.parent))
    open_view(page, server, "/training?dataset=digits&model=logistic@2")
    sure = page.get_by_role("button", name="Delete it")
    page.get_by_role("button", name="Delete", exact=True).click()
    sure.click()
    page.wait_for_url(re.compile("model=logistic$"))
    settle(page)
    assert [path.name for path in artifacts.glob("*@*")] == ["logistic@1"]
    expect(sure).to_be_hidden()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(sure).to_be_visible()
