"""Fixtures and helpers for pages that Streamlit's test harness runs on the committed results."""

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
OpenPage = Callable[..., AppTest]


@pytest.fixture
def fresh_caches() -> Iterator[None]:
    """Clear Streamlit's caches before and after a test that replaces code or registry entries.

    A test that only changes files or `MNIST_ARTIFACTS_DIR` does not need this: the keys of the caches contain the
    paths, sizes and times of the files.
    """
    _clear_caches()
    yield
    _clear_caches()


def _clear_caches() -> None:
    st.cache_resource.clear()
    st.cache_data.clear()


@pytest.fixture(scope="session", autouse=True)
def wait_for_background_work() -> Iterator[None]:
    """Let pages wait until work in the background is done, on a slow machine too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(background, "_INITIAL_WAIT", 60)
        yield


@pytest.fixture(scope="session", autouse=True)
def one_component_scan() -> Iterator[None]:
    """Scan the installed packages for components once, as a server does, and not once for every opened page."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests))
        yield


@pytest.fixture
def open_page() -> OpenPage:
    """Return a function that opens a page as a link does: `open_page("errors", dataset="digits", true=9)`."""

    def open_page(page: str, /, **view: object) -> AppTest:
        app = AppTest.from_file(str(PROJECT / "dashboard.py"), default_timeout=100)
        app.query_params.update({"dataset": "digits"} | {name: str(value) for name, value in view.items()})
        if page != "overview":
            app.switch_page(f"pages/{page}.py")
        return app.run()

    return open_page


def store_cross_validation(name: str, *accuracies: float) -> None:
    """Store a cross-validation with these accuracies of five folds and random scores for a run on `digits`."""
    record = store.load_record("digits", name)
    folds = CrossValidation(42, "2026-01-01T00:00:00+00:00", accuracies or (0.9,) * 5, (180, 180, 180, 179, 179))
    scores = np.random.default_rng(0).normal(size=(record.n_train, 10))
    wrong = np.flatnonzero(scores.argmax(axis=1) != store.load_labels(record, "train"))
    label_issues = {"train": wrong[:5], "test": np.array([], dtype=np.int32)}
    store.save_cross_validation(record, folds, temperature=1.0, scores=scores, label_issues=label_issues)


def galleries(app: AppTest) -> list[list[dict]]:
    """Return the tiles of each gallery of a page."""
    return [json.loads(gallery.proto.json)["tiles"] for gallery in app.get("bidi_component")]


def tiles(app: AppTest) -> list[dict]:
    """Return the tiles of the first gallery of a page, or [] without a gallery."""
    return next(iter(galleries(app)), [])


def texts(app: AppTest) -> str:
    """Return all text of a page that tests look for."""
    kinds = ("title", "subheader", "markdown", "caption", "code", "info", "warning", "error")
    return "\n".join(str(element.value) for kind in kinds for element in app.get(kind))
