"""Progress of measuring the digits of a split."""

import streamlit as st

from mnist_core.cached import data
from mnist_core.datasets import SplitName
from pages.widgets import view


def show_progress(dataset: str, split: SplitName) -> None:
    """Show how far the measurement of a split's digits is, or why it failed. Rerun the page when it is done."""
    state = data.measure(dataset, split)
    if state is not None and state.error is not None:
        st.error(str(state.error), icon=":material/error:")
    else:
        _show_progress(dataset, split)


@st.fragment(run_every=0.7)
def _show_progress(dataset: str, split: SplitName) -> None:
    state = data.measure(dataset, split)
    if state is None or not state.busy:
        view.rerun()
    st.progress(state.share or 0.0, state.message)
