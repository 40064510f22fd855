"""Where a view needs a dataset's pixels: they are there, on their way, or the place says how to get them."""

import numpy as np
import streamlit as st

from mnist_core import cached
from mnist_core.base.errors import DatasetUnavailableError
from mnist_core.cached import data
from mnist_core.datasets import SplitName, get_dataset_spec
from pages.widgets import view


def images(dataset: str, split: SplitName) -> np.ndarray | None:
    """A split's images, uint8 of shape (n, 28, 28), or None as long as they are not at hand."""
    return cached.load_pixels(dataset, split).images


def show_state(dataset: str, split: SplitName, *, numbers: bool = True) -> None:
    """Say nothing if the images are at hand; else say, in place, how far they are or why they cannot be had.

    `numbers`: whether the view has any without the images.
    """
    state = cached.load_pixels(dataset, split)
    if state.busy:
        _show_fetching(dataset, split)
    elif state.error is not None:
        _show_failure(dataset, split, state.error, numbers)


def show_measuring(dataset: str, split: SplitName) -> None:
    """For a view that found no measures of the split's digits: say how far they are, or why they cannot be had."""
    state = data.measure(dataset, split)
    if state is not None and state.error is not None:
        st.error(str(state.error), icon=":material/error:")
    else:
        _show_measuring(dataset, split)


@st.fragment(run_every=0.7)
def _show_measuring(dataset: str, split: SplitName) -> None:
    state = data.measure(dataset, split)
    if state is None or not state.busy:
        view.rerun()
    st.progress(state.share or 0.0, state.message)


@st.fragment(run_every=0.7)
def _show_fetching(dataset: str, split: SplitName) -> None:
    state = cached.load_pixels(dataset, split)
    if not state.busy:
        view.rerun()
    label = get_dataset_spec(dataset).label
    st.progress(state.share or 0.0, f"Getting the images of {label}. {state.message}")


def _show_failure(dataset: str, split: SplitName, error: Exception, numbers: bool) -> None:
    with st.container(border=True):
        label = get_dataset_spec(dataset).label
        said = "The numbers are." if numbers else ""
        st.markdown(f":material/image_not_supported: **The images of {label} are not here.** {said}")
        if isinstance(error, DatasetUnavailableError):
            st.caption(error.remedy)
            with st.expander("What was tried"):
                tried = "\n".join(f"{source}: {reason}" for source, reason in error.attempts)
                st.code(tried, language=None, wrap_lines=True)
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
