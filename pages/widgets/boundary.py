"""Where pages start and where their errors end."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import streamlit as st

from mnist_core.base.errors import MnistCoreError

_framed = ContextVar("framed", default=False)
"""Not in `st.session_state`, which a page that was stopped by `st.stop` can no longer change."""


@contextmanager
def show_errors() -> Iterator[None]:
    """Run a page inside the dashboard; an error of the core is shown as what it is: a message that says what to do."""
    outside = _framed.set(True)
    try:
        yield
    except MnistCoreError as error:
        st.error(str(error), icon=":material/error:")
        st.button("Try again", icon=":material/refresh:")
    finally:
        _framed.reset(outside)


def ensure_dashboard(page: str) -> None:
    """Hand over to `dashboard.py` if this page, whose `__file__` it is, was started without it.

    A fresh server takes `pages/` for automatic pages until `st.navigation` has run once, so the first link of all may
    run a page alone: no picker, no error boundary. Calling `st.navigation` here ends that; naming this page in it makes
    the rerun, which starts at the entry point, come back to it.
    """
    if not _framed.get():
        st.navigation([st.Page("dashboard.py", default=True), st.Page(page)], position="hidden")
        st.rerun()
