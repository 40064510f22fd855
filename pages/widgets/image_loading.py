"""Images of a split: loaded, being loaded, or unavailable."""

import numpy as np
import streamlit as st

from mnist_core import cached
from mnist_core.base.errors import DatasetUnavailableError
from mnist_core.datasets import SplitName, get_dataset_spec
from pages.widgets import view


def images(dataset: str, split: SplitName) -> np.ndarray | None:
    """Return the images of a split, uint8 of shape (n, 28, 28), or None if they are not loaded.

    The first call starts to load them.
    """
    return cached.load_pixels(dataset, split).images


def is_loading(dataset: str, split: SplitName) -> bool:
    """Return whether the images of a split are being loaded."""
    return cached.load_pixels(dataset, split).busy


def show_state(dataset: str, split: SplitName, *, has_numbers: bool = True) -> None:
    """Show the progress of loading the images, or why they are unavailable. Show nothing once they are loaded.

    The progress is at the end of the sidebar, so that nothing on the page moves when the images are there.

    Parameters
    ----------
    has_numbers : bool
        Whether the page has numbers that do not need the images.
    """
    state = cached.load_pixels(dataset, split)
    with st.container():  # Takes no space when empty, and keeps the positions of the elements that follow.
        if state.error is not None:
            _show_failure(dataset, split, state.error, has_numbers=has_numbers)
    if state.busy:
        with st.sidebar:
            _show_progress(dataset, split)


@st.fragment(run_every=0.7)
def _show_progress(dataset: str, split: SplitName) -> None:
    state = cached.load_pixels(dataset, split)
    if not state.busy:
        view.rerun()
    st.progress(state.share or 0.0, f"Loading the images of {get_dataset_spec(dataset).label}. {state.message}")


def _show_failure(dataset: str, split: SplitName, error: Exception, *, has_numbers: bool) -> None:
    with st.container(border=True):
        label = get_dataset_spec(dataset).label
        numbers = "The numbers are available." if has_numbers else ""
        st.markdown(f":material/image_not_supported: **The images of {label} are unavailable.** {numbers}")
        if isinstance(error, DatasetUnavailableError):
            st.caption(error.remedy)
            with st.expander("What was tried"):
                attempts = "\n".join(f"{source}: {reason}" for source, reason in error.attempts)
                st.code(attempts, language=None, wrap_lines=True)
        else:
            st.caption(str(error))
        with st.container(horizontal=True):
            st.button(
                "Try again",
                icon=":material/refresh:",
                on_click=_retry,
                args=(dataset, split),
                key=f"retry {dataset} {split}",
            )
            if get_dataset_spec(dataset).needs_fetch:
                st.button("Use the UCI digits instead", on_click=_use_digits, key=f"instead {dataset}")


def _retry(dataset: str, split: SplitName) -> None:
    cached.load_pixels.clear(dataset, split)


def _use_digits() -> None:
    view.put(dataset="digits", sample=None, page=None)
