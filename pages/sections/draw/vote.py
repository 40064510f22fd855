"""Input image of the classifiers and the majority vote of their predictions."""

import numpy as np
import streamlit as st

from pages.widgets import digit_tiles


def show(digit: np.ndarray, predicted: list[int], summary: str) -> None:
    """Show the input image and the majority vote.

    Parameters
    ----------
    digit : uint8 ndarray of shape (28, 28)
    predicted : list of int
        Predictions in the vote, at least one.
    summary : str
        Text after the caption of the image.
    """
    classes, counts = np.unique(predicted, return_counts=True)
    winners = [str(winner) for winner in classes[counts == counts.max()]]
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(width=150):
            digit_tiles.show_pixels(digit, "The 28 × 28 pixels that the classifiers received")
        with st.container(width="content"):
            label = "Majority vote" if len(winners) == 1 else "Tied vote"
            share = f"{counts.max()} of {len(predicted)}" + ("" if len(winners) == 1 else " each")
            about = "Ensembles are excluded from the vote."
            st.metric(label, " or ".join(winners), share, delta_color="off", delta_arrow="off", help=about)
    st.caption(f"Left: the 28 × 28 pixels that the classifiers received. {summary}.")
