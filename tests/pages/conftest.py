"""The dashboard run by Streamlit's own test harness, on the committed results."""

import json
from collections.abc import Callable, Iterator
from functools import cache

import numpy as np
import pytest
import streamlit as st
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from mnist_core import store
from mnist_core.cached import background
from mnist_core.store.record import CrossValidation
from tests.conftest import PROJECT

PAGES = (
    *("overview", "data", "confusion", "errors", "reliability", "head_to_head", "robustness", "labels", "learning"),
    *("training", "claims", "draw"),
)
Open = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def fresh_caches(request) -> Iterator[None]:
    """Caches outlive a test, as they outlive a session, unless it changes what they are filled from."""
    alone = {"monkeypatch", "tmp_path"} & set(request.fixturenames)
    if alone:
        _clear_caches()
    yield
    if alone:
        _clear_caches()


def _clear_caches() -> None:
    st.cache_resource.clear()
    st.cache_data.clear()


@pytest.fixture(scope="session", autouse=True)
def patience() -> Iterator[None]:
    """What mostly is done at once is waited for, however busy the machine is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(background, "_PATIENCE", 60)
        yield


@pytest.fixture(scope="session", autouse=True)
def packages_read_once() -> Iterator[None]:
    """A server looks for components among the installed packages once; the harness would for every page it opens."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests))
        yield


@pytest.fixture
def open_page() -> Open:
    """Open a page as a link would: `open_page("errors", dataset="digits", true=9)`."""

    def open_page(page: str, /, **view: object) -> AppTest:
        app = AppTest.from_file(str(PROJECT / "dashboard.py"), default_timeout=300)
        app.query_params.update({"dataset": "digits"} | {name: str(value) for name, value in view.items()})
        if page != "overview":
            app.switch_page(f"pages/{page}.py")
        return app.run()

    return open_page


def cross_validate_at_will(name: str, *accuracies: float) -> None:
    """Let a run of the UCI digits have been cross-validated, with these accuracies of five folds and random scores."""
    record = store.load_record("digits", name)
    folds = CrossValidation(42, "2026-01-01T00:00:00+00:00", accuracies or (0.9,) * 5, (180, 180, 180, 179, 179))
    scores = np.random.default_rng(0).normal(size=(record.n_train, 10))
    wrong = np.flatnonzero(scores.argmax(axis=1) != store.load_labels(record, "train"))
    label_issues = {"train": wrong[:5], "test": np.array([], dtype=np.int32)}
    store.save_cross_validation(record, folds, temperature=1.0, scores=scores, label_issues=label_issues)


def galleries(app: AppTest) -> list[list[dict]]:
    """What each gallery of a page prints."""
    return [json.loads(gallery.proto.json)["tiles"] for gallery in app.get("bidi_component")]


def tiles(app: AppTest) -> list[dict]:
    """What the first gallery of a page prints, or [] if there is none."""
    return next(iter(galleries(app)), [])


def texts(app: AppTest) -> str:
    """All text of a page that tests look for."""
    kinds = ("title", "subheader", "markdown", "caption", "code", "info", "warning", "error")
    return "\n".join(str(element.value) for kind in kinds for element in app.get(kind))
