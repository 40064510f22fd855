"""Error boundary around every page, and a rerun through `dashboard.py` for a page that was started without it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import streamlit as st

from mnist_core.base.errors import MnistCoreError

_inside_dashboard = ContextVar("inside_dashboard", default=False)
"""Whether `dashboard.py` runs the page. Not in the session state, which cannot be changed any more after `st.stop`."""


@contextmanager
def show_errors() -> Iterator[None]:
    """Run a page inside the dashboard. Show errors of the core as a message with a button to try again."""
    outside = _inside_dashboard.set(True)
    try:
        yield
    except MnistCoreError as error:
        st.error(str(error), icon=":material/error:")
        st.button("Try again", icon=":material/refresh:")
    finally:
        _inside_dashboard.reset(outside)


def ensure_dashboard(page: str) -> None:
    """Rerun through `dashboard.py` if a page was started without it.

    A fresh server treats `pages/` as automatic pages until `st.navigation` has run once. The first link may therefore
    run a page alone, without sidebar and error boundary. Calling `st.navigation` ends that. The rerun starts at the
    entry point, and returns to this page because it is named here.

    Parameters
    ----------
    page : str
        The page's `__file__`.
    """
    if not _inside_dashboard.get():
        st.navigation([st.Page("dashboard.py", default=True), st.Page(page)], position="hidden")
        st.rerun()
