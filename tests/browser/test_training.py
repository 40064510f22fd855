"""Trainings started in the browser: progress, the stored run, cancellation, renaming and deletion."""

import re
import shutil

import pytest
from playwright.sync_api import expect

from mnist_core.base.labels import plain
from mnist_core.training import CustomRun, train
from tests.browser.actions import open_view, view_of, wait_for_view, wait_until_at_rest
from tests.conftest import PROJECT

pytestmark = pytest.mark.browser
HOSTILE = "<b>x</b> **y** ![z](http://a.b/z.png)"
"""A label with markup and a link to another host, which pages must show as plain text."""
TRAINING_TIMEOUT = 90_000
"""Milliseconds after which a training has failed."""


@pytest.fixture
def artifacts(tmp_path):
    """Return the folder of `digits` in a copy of the committed results of two classifiers."""
    folder = tmp_path / "artifacts" / "digits"
    folder.mkdir(parents=True)
    for name in ("labels.npz", "sgd", "logistic"):
        source = PROJECT / "artifacts" / "digits" / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
    return folder


DELAYED_TRAINING = """
import os, sys, time
end = time.monotonic() + 100
while "train" in sys.orig_argv and not os.path.exists(os.environ["TRAINING_MAY_START"]) and time.monotonic() < end:
    time.sleep(0.05)
"""
"""Code that Python runs at its start. A training waits until a file exists, so that the page can show it before."""


@pytest.fixture
def start_training_server(start_server, artifacts, tmp_path):
    """Return a function that starts a server and returns its address and the file that lets its trainings start."""
    (tmp_path / "sitecustomize.py").write_text(DELAYED_TRAINING)
    gate = tmp_path / "training may start"
    environment = {"MNIST_ARTIFACTS_DIR": artifacts.parent, "PYTHONPATH": tmp_path, "TMPDIR": tmp_path}
    environment |= {"TRAINING_MAY_START": gate}
    return lambda: (start_server(**{name: str(path) for name, path in environment.items()}), gate)


def button(page, name):
    return page.get_by_role("button", name=name, exact=True)


def test_a_missing_run_is_trained_from_the_page_and_joins_the_others(start_training_server, page, artifacts):
    shutil.rmtree(artifacts / "logistic")
    server, gate = start_training_server()
    open_view(page, server, "/confusion?dataset=digits&model=logistic")
    assert page.get_by_text("it has not been trained here yet").is_visible()
    button(page, "Train it here").click()
    page.get_by_text("Training Logistic regression on digits").wait_for()
    gate.touch()
    page.locator(".js-plotly-plot").wait_for(timeout=TRAINING_TIMEOUT)
    assert (artifacts / "logistic" / "record.json").exists()


def test_a_cancelled_training_stores_nothing(start_training_server, page, artifacts):
    server, _ = start_training_server()
    open_view(page, server, "/errors?dataset=digits&model=mlp")
    button(page, "Train it here").click()
    button(page, "Cancel").click()
    page.get_by_text("was cancelled; no partial run was written").wait_for()
    assert not (artifacts / "mlp").exists()
    assert button(page, "Train it here").is_enabled()


@pytest.mark.timeout(240)
def test_a_custom_run_is_trained_compared_renamed_and_deleted(start_training_server, page, artifacts):
    (server, gate), hosts = start_training_server(), set()
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    open_view(page, server, "/training?dataset=digits&model=logistic")
    page.get_by_role("slider").first.focus()
    page.keyboard.press("ArrowLeft")
    wait_for_view(page, r"logistic\.C=0\.3")
    page.get_by_label("Name", exact=True).fill("Less C")
    page.keyboard.press("Enter")
    wait_for_view(page, "logistic.name=Less")
    button(page, "Train").click()
    page.get_by_text("Training Logistic regression on digits").wait_for()
    gate.touch()
    page.get_by_text("(C 0.3, “Less C”): done.").wait_for(timeout=TRAINING_TIMEOUT)
    wait_until_at_rest(page)
    assert view_of(page)["run"] == "logistic@1"
    assert page.get_by_test_id("stMetricLabel").first.inner_text() == "Less C (1)"
    page.get_by_role("link", name=re.compile("Fixed")).click()
    page.get_by_role("heading", name="Fixed and newly broken digits").wait_for()
    assert view_of(page) | {"model": "logistic@1", "model_b": "logistic"} == view_of(page)

    open_view(page, server, "/?dataset=digits&model=logistic@1")
    page.locator(".js-plotly-plot").get_by_text("Less C (1)").first.wait_for()
    page.get_by_test_id("stSidebarNavLink").filter(has_text="Training").click()
    page.get_by_label("New name").fill(HOSTILE)
    page.keyboard.press("Enter")
    wait_until_at_rest(page)
    button(page, "Rename").click()
    page.get_by_test_id("stMetricLabel").get_by_text(f"{plain(HOSTILE)} (1)").wait_for()
    assert page.get_by_role("heading", name=f"Hyperparameters of {plain(HOSTILE)} (1)").is_visible()
    button(page, "Delete").click()
    button(page, "Delete it").click()
    page.get_by_text("No custom runs on this dataset yet").wait_for()
    assert view_of(page)["model"] == "logistic"
    assert not (artifacts / "logistic@1").exists()
    open_view(page, server, "/?dataset=digits")
    page.locator(".js-plotly-plot").wait_for()
    assert page.get_by_text("(1)").count() == 0
    assert {host.split(":")[0] for host in hosts} == {"127.0.0.1"}


def test_after_a_deletion_the_next_run_is_not_to_be_confirmed(start_server, page, artifacts, monkeypatch):
    monkeypatch.setenv("MNIST_ARTIFACTS_DIR", str(artifacts.parent))
    for name in ("logistic@1", "logistic@2"):
        assert train("logistic", "digits", custom=CustomRun(subset=100)).classifier == name
    server = start_server(MNIST_ARTIFACTS_DIR=str(artifacts.parent))
    open_view(page, server, "/training?dataset=digits&model=logistic@2")
    confirm = button(page, "Delete it")
    button(page, "Delete").click()
    confirm.click()
    wait_for_view(page, "model=logistic$")
    assert [path.name for path in artifacts.glob("*@*")] == ["logistic@1"]
    expect(confirm).to_be_hidden()
    button(page, "Delete").click()
    expect(confirm).to_be_visible()
